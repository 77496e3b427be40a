"""Redis can be gone, the clock set back, a second clock running: a page goes out all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import settings as reading
from bot.core.enrollment import Lane
from bot.errors import Refused
from bot.service import deliver, team
from bot.service.enroll import enroll
from bot.store.patients import NewPatient
from bot.store.tables import alert, outbox, plan_entry
from bot.worker import clock as ticking
from bot.worker.bell import Bell, is_there
from tests.clinic import MORNING, Clinic


def test_with_redis_gone_the_clock_sends_the_page_itself(clinic: Clinic) -> None:
    clinic.reopen(replace(clinic.parts, bell=Bell("redis://127.0.0.1:1/0")))
    clinic.sends_by_itself = False
    nurse, patient = clinic.nurse(), clinic.patient()

    answer = patient.texts("i cant breathe")
    sent = ticking.send_pages(clinic.parts, clinic.moment)
    clinic.carrier.settled()

    assert "911" in answer[0]
    assert sent == 1
    assert is_there("redis://127.0.0.1:1/0") is False
    nurse.hears("EMERGENCY")
    patient.forgets()


def test_without_any_redis_a_ring_is_no_error() -> None:
    Bell("").ring(Lane.PAGE)

    assert is_there("") is False


def test_with_the_workers_gone_the_clock_sends_what_waits_for_ten_seconds(
    open_clinic: Callable[..., Clinic],
) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=6)

    ticking.tick(clinic.parts, clinic.moment)
    clinic.clock.forward(seconds=11)
    ticking.tick(clinic.parts, clinic.moment)
    clinic.carrier.settled()

    assert [shown.body for shown in patient.waiting] != []
    clinic.sends_by_itself = True
    patient.hears("day 3")


def test_two_clocks_page_once_a_rung(clinic: Clinic) -> None:
    first, second = clinic.nurse(rung=1), clinic.nurse(rung=2)
    patient = clinic.patient()
    patient.texts("i cant breathe")
    patient.forgets()
    first.forgets()
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=5, seconds=1)

    other = clinic.another_process()
    for parts in (clinic.parts, other, clinic.parts, other):
        ticking.tick(parts, clinic.moment)
        deliver.drain(parts, Lane.PAGE, clinic.moment)

    clinic.sends_by_itself = True
    second.hears("EMERGENCY")
    second.hears_nothing()
    first.hears_nothing()


def test_a_clock_set_back_tells_staff_and_moves_pages_and_answers_along(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("error_503", count=None)
    clinic.carrier.fault("lost_answer", count=1)
    patient.texts("i cant breathe")
    clinic.clock.forward(seconds=40)  # the instruction is to be said again, and a page waits

    clinic.clock.jump(hours=-5)
    clinic.settle()
    pending = [row for row in clinic.rows(outbox) if row["state"] == "pending"]

    assert pending
    assert all(row["due_at"] <= clinic.clock.now() + timedelta(minutes=5) for row in pending)  # type: ignore[operator]
    assert "operations" in [row["cause"] for row in clinic.rows(alert)]
    clinic.carrier.clear_faults()
    clinic.clock.forward(minutes=2)
    assert patient.hears("911")
    assert nurse.forgets()


LIVE = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "secret",
    "TWILIO_FROM_NUMBER": "+15075550100",
    "PUBLIC_BASE_URL": "https://texts.clinic.example",
}


def live(clinic: Clinic) -> None:
    clinic.reopen(replace(clinic.parts, is_live=True))


def test_on_a_live_system_unsigned_check_ins_and_tips_are_skipped(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    live(clinic)

    clinic.clock.forward(hours=10)

    patient.hears_nothing()
    due = [row for row in clinic.rows(plan_entry) if row["due_at"] <= clinic.clock.now()]  # type: ignore[operator]
    reasons = {row["reason"] for row in due if row["reason"] != "before enrollment"}
    assert reasons == {"draft"}


def test_on_a_live_system_a_red_flag_is_heard_whatever_is_unsigned(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    live(clinic)

    patient.texts("i cant breathe")

    patient.hears("911")
    nurse.hears("EMERGENCY")


def test_on_a_live_system_nobody_is_enrolled_under_an_unsigned_table(clinic: Clinic) -> None:
    clinic.nurse()
    live(clinic)

    with pytest.raises(Refused, match="draft"):
        clinic.patient()


def test_on_a_live_system_nobody_is_enrolled_while_nobody_is_on_call(clinic: Clinic) -> None:
    clinic.publish_with("redflags.yaml", "status: draft", 'status: {approved_by: "Dr. A. Test", on: 2026-11-20}')
    live(clinic)

    with pytest.raises(Refused, match="on call"):
        clinic.patient()
    clinic.nurse()

    assert clinic.patient().id


def test_a_live_system_refuses_to_start_half_set_up() -> None:
    with pytest.raises(reading.SettingsError) as refused:
        reading.read({**LIVE, "PUBLIC_BASE_URL": "http://texts.clinic.example", "MENDLINE_CLOCK": "/tmp/clock"})  # noqa: S108

    problems = str(refused.value)
    assert [name in problems for name in ("MENDLINE_CLOCK", "MENDLINE_KEYS", "https://")] == [True] * 3


def test_enrolling_is_refused_for_a_phone_that_said_stop(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.texts("STOP")
    stranger.forgets()
    new = NewPatient("Ana Ruiz", "en", "America/Chicago", clinic.clock.now().date())

    with pytest.raises(Refused, match="START"):
        enroll(clinic.parts, stranger.number, new, consented=True, now=clinic.clock.now())


def test_a_phone_is_a_patients_or_a_nurses_and_never_both(clinic: Clinic) -> None:
    """Whatever comes from a patient's phone is read as the patient's: a nurse's "ack" would be lost."""
    nurse, patient = clinic.nurse(), clinic.patient()
    new = NewPatient("Ana Ruiz", "en", "America/Chicago", clinic.clock.now().date())

    with pytest.raises(Refused, match=patient.id):
        team.add(clinic.parts, patient.number, name="N", email="", role="nurse", rung=1, now=clinic.clock.now())
    with pytest.raises(Refused, match=nurse.id):
        enroll(clinic.parts, nurse.number, new, consented=True, now=clinic.clock.now())
