"""A patient is asked each day how it goes; what they answer is understood, asked again once, or read by a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.store.tables import answer, session
from tests.clinic import MORNING, Clinic


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def sessions(clinic: Clinic) -> list[tuple[object, object]]:
    return [(row["state"], row["step"]) for row in clinic.rows(session)]


def test_a_whole_check_in_in_english(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(minutes=10)
    patient.hears("day 3", "pain right now")

    patient.texts("4")
    patient.hears("suddenly get much worse")
    patient.texts("No")
    patient.hears("weaker")
    patient.texts("nope")
    patient.hears("Look at your cut")
    patient.texts("no")

    patient.hears("No more questions today")
    assert sessions(morning) == [("done", None)]
    assert [(row["step"], row["number"]) for row in morning.rows(answer)] == [
        ("pain", 4.0),
        ("sudden", 0.0),
        ("weak", 0.0),
        ("wound", 0.0),
    ]
    assert morning.alerts == []


def test_a_whole_check_in_in_spanish(morning: Clinic) -> None:
    patient = morning.patient(day=3, language="es", name="Lucía Herrera")
    morning.clock.forward(minutes=10)
    patient.hears("día 3", "dolor")

    patient.texts("cuatro")
    patient.hears("SÍ o NO")
    patient.texts("no")
    patient.hears("pierna")
    patient.texts("No, gracias")
    patient.hears("herida")
    patient.texts("no")

    patient.hears("No hay más preguntas")
    assert sessions(morning) == [("done", None)]


def test_a_yes_takes_the_branch_that_asks_more(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(minutes=10)
    for reply in ("3", "no", "no"):
        patient.texts(reply)
    patient.forgets()

    patient.texts("yes")

    patient.hears("nurse will call you today", "Which is it most?")
    nurse.hears("Same day")
    assert morning.alert.concepts == ("infection",)
    assert morning.alert.cause == "answer"


def test_an_unclear_reply_is_asked_again_and_the_second_goes_to_a_person(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(minutes=10)
    patient.hears("pain")

    patient.texts("purple")
    patient.hears("did not get that", "0 to 10")
    patient.texts("tuesday maybe")

    patient.hears("still did not get that", "911")
    assert sessions(morning) == [("handed_over", "pain")]
    assert (morning.alert.cause, morning.alert.tier) == ("not_understood", "routine")


def test_a_clear_reply_forgives_the_unclear_one_before_it(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(minutes=10)

    for reply in ("purple", "4", "purple", "no"):
        patient.texts(reply)

    assert len(patient.forgets()) == 5
    assert sessions(morning) == [("active", "weak")]


def test_silence_is_nudged_once_and_then_a_task_for_staff(morning: Clinic) -> None:
    patient = morning.patient(day=13)
    morning.clock.forward(minutes=10)
    patient.hears("day 13")

    morning.clock.forward(hours=4)
    patient.hears("Reminder", "day 13")
    morning.clock.forward(hours=16, minutes=30)
    assert sessions(morning)[0][0] == "expired"
    assert morning.alerts == []  # the day is not over
    morning.clock.forward(hours=4)

    patient.forgets()  # the tips of that day
    assert [(alert.cause, alert.tier) for alert in morning.alerts] == [("silence", "routine")]


def test_a_late_reply_is_kept_and_read(morning: Clinic) -> None:
    """After the wait is over nothing asks any more: the answer counts, and a person reads it."""
    patient = morning.patient(day=14)
    morning.clock.forward(hours=21)
    patient.forgets()

    patient.texts("4")

    patient.hears("staff will read this")
    assert [(row["step"], row["number"]) for row in morning.rows(answer)] == [("pain", 4.0)]
    assert [alert.cause for alert in morning.alerts] == ["late"]


def test_a_check_in_left_open_ends_when_the_next_one_begins_and_its_silence_counts(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(hours=9)
    patient.texts("4")  # in the evening: the second question would wait until after the next check-in

    morning.clock.forward(hours=16)
    assert [state for state, _ in sessions(morning)] == ["expired", "active"]
    morning.clock.forward(hours=9)

    assert [alert.cause for alert in morning.alerts] == ["silence"]
    patient.forgets()


def test_answering_stops_the_nudge_of_the_question_before(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(hours=3, minutes=55)
    patient.texts("4")
    patient.forgets()

    morning.clock.forward(minutes=30)

    patient.hears_nothing()
