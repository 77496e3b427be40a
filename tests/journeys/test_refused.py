"""The carrier refuses: one number that cannot be texted is that patient's matter, and never everybody's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.store.tables import alert, outbox, plan_entry
from tests.clinic import MORNING, Clinic, Handset


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    """Five minutes before check-ins are due."""
    return open_clinic(at=MORNING)


def refuse(clinic: Clinic, handset: Handset, fault: str) -> None:
    clinic.carrier.fault(fault, match={"to": handset.number}, count=None)


def causes(clinic: Clinic) -> list[object]:
    return [row["cause"] for row in clinic.rows(alert)]


@pytest.mark.parametrize("fault", ["bad_region", "bad_sender"])
def test_one_refused_number_rests_no_lane(morning: Clinic, fault: str) -> None:
    abroad, at_home = morning.patient(day=3), morning.patient(day=3)
    refuse(morning, abroad, fault)
    morning.clock.forward(minutes=5, seconds=1)
    at_home.hears("day 3")

    for _ in range(3):
        at_home.texts("hello?")  # an answer to a question at once, whatever is tried again meanwhile
        morning.clock.forward(seconds=20)

    assert "operations" not in causes(morning)
    at_home.forgets()


@pytest.mark.parametrize("fault", ["bad_region", "bad_sender"])
def test_its_patient_is_tried_a_few_times_and_then_staff_are_told(morning: Clinic, fault: str) -> None:
    abroad, at_home = morning.patient(day=3), morning.patient(day=3)
    refuse(morning, abroad, fault)

    morning.clock.forward(minutes=20)

    at_home.hears("day 3")
    (message,) = [row for row in morning.rows(outbox) if row["patient_id"] == abroad.id]
    assert (message["state"], message["attempts"]) == ("failed", 4)
    assert causes(morning) == ["undelivered"]
    entries = {row["item"]: row["state"] for row in morning.rows(plan_entry) if row["patient_id"] == abroad.id}
    assert entries["checkin-03"] == "skipped"


def test_two_refused_numbers_among_others_rest_no_lane(morning: Clinic) -> None:
    abroad, at_home = [morning.patient(day=3) for _ in range(2)], morning.patient(day=3)
    for patient in abroad:
        refuse(morning, patient, "bad_region")

    morning.clock.forward(minutes=20)

    at_home.hears("day 3")
    assert set(causes(morning)) == {"undelivered"}


def test_when_every_number_is_refused_it_is_our_sender_and_nothing_is_lost(morning: Clinic) -> None:
    nurse, patients = morning.nurse(), [morning.patient(day=3) for _ in range(3)]
    for patient in patients:
        refuse(morning, patient, "bad_sender")
    morning.clock.forward(minutes=30)
    nurse.hears("Same day")
    assert causes(morning) == ["operations"]
    (told,) = morning.alerts
    assert "21606" in told.why[0]

    morning.carrier.clear_faults()
    morning.clock.forward(minutes=2)

    for patient in patients:
        patient.hears("day 3")
    nurse.forgets()


def test_a_refused_account_is_believed_from_one_number(morning: Clinic) -> None:
    nurse, first = morning.nurse(), morning.patient(day=3)
    refuse(morning, first, "auth")

    morning.clock.forward(minutes=6)

    assert causes(morning) == ["operations"]
    morning.carrier.clear_faults()
    morning.clock.forward(minutes=2)
    first.hears("day 3")
    nurse.forgets()


def test_a_phone_that_is_off_is_tried_again_and_hears_it_later(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("undelivered", match={"to": patient.number}, count=2)
    morning.clock.forward(minutes=6)
    patient.hears_nothing()

    morning.clock.forward(hours=1)

    patient.hears("day 3")
    assert causes(morning) == []
    (message,) = morning.rows(outbox)
    assert (message["state"], message["attempts"]) == ("delivered", 3)


def test_a_phone_that_stays_off_is_given_up_within_the_window_and_staff_call(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("undelivered", match={"to": patient.number}, count=None)

    morning.clock.forward(hours=4)

    patient.hears_nothing()
    (message,) = [row for row in morning.rows(outbox) if row["kind"] == "checkin"]
    assert message["state"] == "undelivered"
    assert causes(morning) == ["undelivered"]
    sent = message["sent_at"]
    assert sent - morning.clock.now() < timedelta()  # type: ignore[operator]


def test_an_instruction_that_a_phone_did_not_get_is_told_to_staff_at_once_and_tried_again(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("undelivered", match={"to": patient.number}, count=1)

    patient.texts("i cant breathe")

    patient.hears_nothing()
    assert causes(clinic) == ["free_text", "unreachable"]
    clinic.clock.forward(minutes=16)
    patient.hears("911")
    nurse.forgets()
