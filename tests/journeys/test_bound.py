"""A reply belongs to the question it was meant for: doubled, corrected, merged, late, out of order, of two people."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.service import receive
from bot.service.talk import Moment
from bot.store.inbox import Inbound
from bot.store.tables import alert_event, answer, session
from tests.clinic import MORNING, Clinic, Handset

SIDS = itertools.count(1)


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def asked(clinic: Clinic, *replies: str, day: int = 3, language: str = "en") -> Handset:
    """A patient in the middle of the day's check-in."""
    patient = clinic.patient(day=day, language=language)
    clinic.clock.forward(minutes=10)
    for reply in replies:
        patient.texts(reply)
    patient.forgets()
    return patient


def says(clinic: Clinic, patient: Handset, body: str, *, ago: float) -> None:
    """A text that came so many seconds ago is taken in now; of its answer the carrier tells nothing."""
    sid = f"SM{next(SIDS):032x}"
    then = Moment(clinic.clock.now() - timedelta(seconds=ago), clinic.clock.real())
    receive.receive(clinic.parts, Inbound(sid, patient.number, body), then)


def answers(clinic: Clinic) -> list[tuple[object, object]]:
    return [(row["step"], row["number"]) for row in clinic.rows(answer)]


def standing(clinic: Clinic) -> list[tuple[object, object]]:
    return [(row["state"], row["step"]) for row in clinic.rows(session)]


def test_an_impatient_second_reply_is_not_scored_against_the_next_question(morning: Clinic) -> None:
    patient = asked(morning, "4", "no")

    morning.clock.forward(seconds=3)
    patient.texts("no")

    patient.hears("have your last answer already", "weaker")
    assert answers(morning) == [("pain", 4.0), ("sudden", 0.0)]
    assert standing(morning) == [("active", "weak")]
    assert morning.alerts == []


def test_the_same_words_are_the_next_answer_once_the_question_was_read(morning: Clinic) -> None:
    asked(morning, "4", "no", "no").forgets()

    assert answers(morning)[-1] == ("weak", 0.0)


def test_while_nothing_proves_that_the_question_arrived_the_same_words_wait_longer(morning: Clinic) -> None:
    patient = asked(morning, "4")
    says(morning, patient, "no", ago=0)
    morning.clock.jump(seconds=60)

    says(morning, patient, "no", ago=0)

    assert standing(morning) == [("active", "weak")]
    assert answers(morning) == [("pain", 4.0), ("sudden", 0.0)]


def test_fifty_copies_of_one_reply_are_answered_once(morning: Clinic) -> None:
    patient = asked(morning, "4", "no")

    for _ in range(50):
        patient.texts("no", at_once=True)

    patient.hears("have your last answer already")
    patient.hears_nothing()
    assert answers(morning) == [("pain", 4.0), ("sudden", 0.0)]


def test_a_second_yes_that_the_next_question_would_be_red_for_is_heard(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, "4")
    patient.texts("yes")  # sudden pain: the same day
    patient.forgets()
    nurse.forgets()

    patient.texts("yes", at_once=True)  # a weak leg, if it was meant for that: an emergency

    patient.hears("911")
    nurse.hears("EMERGENCY")
    assert [alert.concepts for alert in morning.alerts if alert.tier == "emergency"] == [("motor_deficit",)]
    assert ("weak", 1.0) not in answers(morning)


def test_a_correction_is_scored_against_the_question_before(morning: Clinic) -> None:
    patient = asked(morning, "2")

    patient.texts("sorry I meant 3")

    patient.hears("changed your last answer", "suddenly get much worse")
    assert answers(morning) == [("pain", 2.0), ("pain", 3.0)]
    assert standing(morning) == [("active", "sudden")]


def test_a_correction_that_is_red_reaches_staff(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, "2")

    patient.texts("oops 9")

    patient.hears("today", "suddenly get much worse")
    nurse.hears("Same day")
    assert morning.alert.concepts == ("uncontrolled_pain",)


def test_a_correction_downward_closes_nothing_and_staff_see_it(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, "9")
    nurse.forgets()

    patient.texts("quise decir 3")

    patient.hears("staff still see the first one", "suddenly get much worse")
    assert (morning.alert.state, morning.alert.tier) == ("open", "same_day")
    assert [row["detail"] for row in morning.rows(alert_event) if row["act"] == "corrected"] == ["corrected: pain = 3"]


def test_an_emergency_answer_that_is_corrected_stays_an_emergency(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, "4", "no", "yes")
    nurse.forgets()

    patient.texts("sorry i meant no")

    patient.hears("staff still see the first one", "911")
    assert (morning.alert.state, morning.alert.tier) == ("open", "emergency")
    assert answers(morning)[-2:] == [("weak", 1.0), ("weak", 0.0)]
    assert standing(morning) == [("handed_over", "weak")]


def test_a_correction_after_the_check_in_is_over(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, "4", "no", "no", "no")

    morning.clock.forward(minutes=5)
    patient.texts("oops wait i meant yes")

    patient.hears("nurse will call you today")
    nurse.hears("Same day")
    assert morning.alert.concepts == ("infection",)
    assert answers(morning)[-2:] == [("wound", 0.0), ("wound", 1.0)]


def test_of_two_answers_in_one_text_any_red_one_reaches_staff(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning)

    patient.texts("1 and 9")

    patient.hears("today", "0 to 10")
    nurse.hears("Same day")
    assert answers(morning) == []


def test_two_harmless_answers_in_one_text_are_asked_again(morning: Clinic) -> None:
    patient = asked(morning)

    patient.texts("1 and 7")

    patient.hears("did not get that")
    assert (answers(morning), morning.alerts) == ([], [])


def test_an_answer_to_this_question_and_the_next_is_heard(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, "4", "no")

    patient.texts("no and yes")

    assert morning.alert.concepts[0] == "motor_deficit"
    patient.hears("911")
    nurse.hears("EMERGENCY")


def test_a_late_answer_that_is_red_reaches_staff(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, day=14)
    morning.clock.forward(hours=21)
    patient.forgets()
    nurse.forgets()

    patient.texts("9")

    patient.hears("911")
    nurse.hears("Same day")
    assert answers(morning) == [("pain", 9.0)]
    assert standing(morning)[0] == ("expired", "pain")


def test_what_fits_only_the_question_before_is_heard_there(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, "2")

    patient.texts("9")

    patient.hears("today", "suddenly get much worse")
    nurse.hears("Same day")
    assert answers(morning) == [("pain", 2.0)]


def test_a_text_that_was_written_before_the_question_is_no_answer_to_it(morning: Clinic) -> None:
    """It arrived first and was taken in last: the store was away, and the sweep took it up."""
    patient = asked(morning, "4", "no")

    says(morning, patient, "no", ago=30)

    assert standing(morning) == [("active", "weak")]


@pytest.mark.parametrize(
    "words", ["this is for John my husband, he can't pee", "es para mi marido Juan, no puede orinar"]
)
def test_words_of_another_person_on_this_phone_are_heard(morning: Clinic, words: str) -> None:
    nurse, patient = morning.nurse(), asked(morning)

    patient.texts(words)

    patient.hears("911")
    nurse.hears("EMERGENCY")
    assert morning.alert.concepts == ("cauda_equina",)
    assert morning.alert.quote(morning.parts.vault) == words


def test_of_two_people_on_this_phone_either_number_is_heard(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning)

    patient.texts("me 2 john 9")

    patient.hears("today")
    nurse.hears("Same day")
    assert answers(morning) == []


# In Spanish the same is promised


def test_in_spanish_an_impatient_second_reply_is_not_scored_against_the_next_question(morning: Clinic) -> None:
    asked(morning, "4", "no", language="es")
    (patient,) = morning.handsets

    morning.clock.forward(seconds=3)
    patient.texts("no")

    assert answers(morning) == [("pain", 4.0), ("sudden", 0.0)]
    assert standing(morning) == [("active", "weak")]
    patient.hears("Ya tenemos su respuesta", "débil")
    assert morning.alerts == []


@pytest.mark.parametrize(
    "words", ["perdon quise decir 3", "perdón, quise decir 3", "me equivoqué, es 3", "mejor dicho 3"]
)
def test_in_spanish_a_correction_is_scored_against_the_question_before(morning: Clinic, words: str) -> None:
    patient = asked(morning, "2", language="es")

    patient.texts(words)

    assert answers(morning) == [("pain", 2.0), ("pain", 3.0)]
    assert standing(morning) == [("active", "sudden")]
    patient.forgets()


@pytest.mark.parametrize(("words", "is_red"), [("1 y 7", False), ("1 y 9", True), ("1, luego 9", True)])
def test_in_spanish_two_answers_in_one_text_are_asked_again_and_a_red_one_is_heard(
    morning: Clinic, words: str, *, is_red: bool
) -> None:
    nurse, patient = morning.nurse(), asked(morning, language="es")

    patient.texts(words)

    assert answers(morning) == []
    assert bool(morning.alerts) is is_red
    for handset in (nurse, patient):
        handset.forgets()


def test_in_spanish_a_late_answer_that_is_red_reaches_staff(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning, day=14, language="es")
    morning.clock.forward(hours=21)
    patient.forgets()
    nurse.forgets()

    patient.texts("9")

    patient.hears("911")
    nurse.hears("Same day")
    assert answers(morning) == [("pain", 9.0)]
