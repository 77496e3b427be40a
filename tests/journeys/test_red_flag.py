"""A red flag reaches a nurse within seconds, and the patient is told what to do at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.alert import AlertState
from bot.core.enrollment import Channel
from bot.service import enroll
from bot.store import patients
from bot.store.tables import inbox, outbox
from tests.clinic import MORNING, NIGHT, Clinic, Mailbox


def test_plain_words_alert_and_instruct_in_the_same_answer(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()

    answer = patient.texts("i cant feel when i wipe")

    assert "911" in answer[0]
    patient.hears("911")
    page = nurse.hears("EMERGENCY", clinic.alert.code, "/a/")
    assert patient.number not in page
    assert clinic.alert.concepts == ("cauda_equina",)


def test_a_page_names_nobody_and_no_symptom(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient(name="Maria Delgado")
    patient.texts("i cant feel when i wipe")
    patient.forgets()

    page = nurse.hears("EMERGENCY").casefold()

    assert not [word for word in ("maria", "delgado", "wipe", "cauda", patient.number[-4:]) if word in page]


def test_a_nurse_acknowledges_by_text_and_the_ladder_stops(clinic: Clinic) -> None:
    nurse, other, patient = clinic.nurse(rung=1), clinic.nurse(rung=2), clinic.patient()
    patient.texts("i cant breathe")
    patient.hears("911")
    nurse.hears("EMERGENCY")

    nurse.texts(f"ack {clinic.alert.code}")

    nurse.hears(clinic.alert.code)
    assert clinic.alert.state == "acknowledged"
    clinic.clock.forward(minutes=30)
    other.hears_nothing()


def test_an_answer_to_a_question_can_be_the_red_flag(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    nurse, patient = clinic.nurse(), clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.texts("3")
    patient.texts("no")
    patient.forgets()

    patient.texts("yes")

    patient.hears("911")
    nurse.hears("EMERGENCY")
    assert (clinic.alert.concepts, clinic.alert.cause) == (("motor_deficit",), "answer")
    patient.hears_nothing()  # after an emergency the script falls silent


def test_a_red_flag_beside_an_answer_is_heard(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    nurse, patient = clinic.nurse(), clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.forgets()

    patient.texts("4. and I cant pee")

    patient.hears("911")
    nurse.hears("EMERGENCY")
    assert clinic.alert.concepts == ("cauda_equina",)


def test_the_same_concern_said_again_is_the_same_alert(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("i cant pee")
    nurse.hears("EMERGENCY")

    patient.texts("I still cant pee")

    assert clinic.alert.concepts == ("cauda_equina",)
    nurse.hears_nothing()
    assert ["911" in words for words in patient.forgets()] == [True, True]  # and told again, each time


def test_another_concern_is_another_alert(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("i cant pee")
    patient.texts("i cant breathe")

    assert [alert.concepts for alert in clinic.alerts] == [("cauda_equina",), ("pe",)]
    assert len({alert.code for alert in clinic.alerts}) == 2
    assert (len(nurse.forgets()), len(patient.forgets())) == (2, 2)


def test_an_emergency_from_an_unknown_number(clinic: Clinic) -> None:
    nurse, stranger = clinic.nurse(), clinic.stranger()

    stranger.texts("i cant breathe")

    stranger.hears("911")
    nurse.hears("EMERGENCY")
    assert clinic.alert.patient_id is None
    assert [row["state"] for row in clinic.rows(inbox)] == ["unmatched"]


def test_a_stranger_without_an_emergency_is_told_whom_to_call(clinic: Clinic) -> None:
    nurse, stranger = clinic.nurse(), clinic.stranger()

    stranger.texts("hello who is this")

    stranger.hears("We do not know this number", "911")
    nurse.hears_nothing()


def test_a_same_day_concern_is_paged_and_nobody_is_told_to_call_911_first(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts("pus on the dressing")

    patient.hears("nurse will call you today")
    nurse.hears("Same day")


def test_at_night_nobody_is_promised_a_call_today(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=NIGHT)
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts("pus on the dressing")

    words = patient.hears("closed")
    assert "today" not in words
    nurse.hears("Same day")


def test_an_emergency_at_night_is_answered_and_paged_at_once(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=NIGHT)
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts("i cant breathe")

    patient.hears("911")
    nurse.hears("EMERGENCY")


def test_a_picture_is_looked_at_the_same_day(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts("", media=1)

    patient.hears("picture")
    nurse.hears("Same day")
    assert clinic.alert.cause == "picture"


def test_a_picture_with_an_emergency_is_an_emergency(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts("i cant feel when i wipe", media=1)

    assert "911" in patient.hears("911")
    patient.forgets()
    assert sorted(alert.tier for alert in clinic.alerts) == ["emergency", "same_day"]
    assert len(nurse.forgets()) == 2


def test_a_picture_during_a_check_in_leaves_the_question_standing(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    nurse, patient = clinic.nurse(), clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.hears("pain")

    patient.texts("", media=1)

    patient.hears("pain", "picture")
    nurse.hears("Same day")


def test_after_the_programme_has_ended_an_emergency_is_heard_all_the_same(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient(day=60)

    patient.texts("i cant feel when i wipe")

    patient.hears("911")
    nurse.hears("EMERGENCY")


def test_a_patient_who_never_joined_is_heard(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient(consented=False)
    patient.hears("Reply YES to join")

    patient.texts("i cant breathe")

    patient.hears("911")
    nurse.hears("EMERGENCY")


def test_after_stop_an_emergency_is_paged_and_the_patient_is_not_texted(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("STOP")
    patient.forgets()

    patient.texts("i cant feel when i wipe")

    patient.hears_nothing()
    nurse.hears("EMERGENCY")
    emergency = next(alert for alert in clinic.alerts if alert.tier == "emergency")
    assert "texts are stopped: call, cannot text" in emergency.why
    clinic.clock.forward(hours=1)
    patient.hears_nothing()
    nurse.forgets()


def test_a_picture_after_stop_is_looked_at(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("STOP")
    patient.forgets()

    patient.texts("", media=1)

    patient.hears_nothing()
    nurse.hears("Same day")


def test_staff_are_paged_by_text_and_by_mail(open_clinic: Callable[..., Clinic]) -> None:
    mailbox = Mailbox()
    clinic = open_clinic(mail=mailbox)
    nurse, patient = clinic.nurse(email="n.one@clinic.example"), clinic.patient()

    patient.texts("i cant breathe")

    patient.forgets()
    nurse.hears("EMERGENCY")
    (mail,) = mailbox.mails
    assert (mail.to, clinic.alert.code in mail.subject, "/a/" in mail.body) == ("n.one@clinic.example", True, True)
    assert "breathe" not in mail.subject + mail.body


def test_the_mail_arrives_when_the_carrier_refuses_our_account(open_clinic: Callable[..., Clinic]) -> None:
    mailbox = Mailbox()
    clinic = open_clinic(mail=mailbox)
    nurse, patient = clinic.nurse(email="n.one@clinic.example"), clinic.patient()
    clinic.carrier.fault("auth", count=1)

    patient.texts("i cant breathe")

    patient.forgets()  # the instruction came in the answer to the text, without the REST account
    assert [mail.subject.split()[1] for mail in mailbox.mails] == ["EMERGENCY", "Same"]  # and that the carrier refuses
    nurse.hears("Same day")
    clinic.clock.forward(seconds=10)
    nurse.hears("EMERGENCY")  # a page is tried again at once


@pytest.mark.parametrize("word", ["Stop texting me. i cant feel when i wipe", "i cant feel when i wipe. STOP"])
def test_stop_and_an_emergency_in_one_text_give_exactly_one_message(clinic: Clinic, word: str) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts(word)

    patient.hears("911", "no more texts")
    patient.hears_nothing()
    nurse.hears("EMERGENCY")
    clinic.clock.forward(minutes=40)
    patient.hears_nothing()
    nurse.forgets()


def test_what_was_said_of_another_person_is_for_the_review_list(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts("my neighbor cant breathe years ago")

    nurse.hears_nothing()
    assert all(alert.tier == "routine" for alert in clinic.alerts)
    patient.forgets()


def test_the_right_patient_of_two_is_named(clinic: Clinic) -> None:
    clinic.nurse()
    first, second = clinic.patient(name="First"), clinic.patient(name="Second")

    second.texts("i cant breathe")

    assert clinic.alert.patient_id == second.id
    first.hears_nothing()
    for handset in clinic.handsets:
        handset.forgets()


def test_a_page_is_sent_within_a_second_of_the_words(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("i cant breathe")

    pages = [row for row in clinic.rows(outbox) if row["kind"] == "page"]

    assert [(row["sent_at"], row["state"]) for row in pages] == [(clinic.clock.now(), "delivered")]
    assert pages[0]["created_at"] == clinic.alert.raised_at
    patient.forgets()
    nurse.forgets()


def test_two_patients_on_one_phone_are_both_refused_for_now(clinic: Clinic) -> None:
    """One number is one patient: a second enrollment is told whose it is."""
    patient = clinic.patient()
    member = clinic.parts.database.read(lambda tx: patients.get(tx, patient.id))
    new = patients.NewPatient("Someone Else", "en", member.zone, member.surgery_day)

    with pytest.raises(enroll.AlreadyEnrolled) as told:
        enroll.enroll(clinic.parts, patient.number, new, consented=True, now=clinic.clock.now())

    assert told.value.patient_id == patient.id


def test_what_the_patient_hears_comes_before_anything_else(clinic: Clinic) -> None:
    """The instruction is in the answer to the text itself: no worker, no Redis and no REST call stand before it."""
    patient = clinic.patient()
    clinic.nurse()
    clinic.sends_by_itself = False

    answer = patient.texts("i cant breathe")

    assert len(answer) == 1
    assert "911" in answer[0]
    clinic.sends_by_itself = True
    patient.forgets()
    clinic.handsets[1].hears("EMERGENCY")
    assert clinic.alert.state == AlertState.OPEN
    assert Channel.SMS in clinic.parts.carriers
    assert clinic.clock.now() - clinic.alert.raised_at < timedelta(seconds=1)
