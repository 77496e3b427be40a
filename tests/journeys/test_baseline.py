"""Before the surgery: where the patient starts from, asked once, on the first day on which they have joined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.session import State
from bot.store.tables import answer, plan_entry, session
from tests.clinic import MORNING, Clinic

OPENS = "short questions before your surgery"


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def test_pain_peg_and_phq2_are_asked_and_scored_before_the_surgery(morning: Clinic) -> None:
    patient = morning.patient(day=-5)
    morning.clock.forward(minutes=10)
    patient.hears(OPENS, "back pain this past week")

    for reply in ("9", "8", "6", "8", "7", "9", "2", "1"):
        patient.texts(reply)
    patient.forgets()

    assert [alert.concepts for alert in morning.alerts] == []  # such numbers are why people have the surgery
    kept = {str(row["step"]): row["number"] or row["choice"] for row in morning.rows(answer)}
    assert kept == {
        "before_back": 9.0,
        "before_leg": 8.0,
        "before_buttock": 6.0,
        "peg_pain": 8.0,
        "peg_enjoy": 7.0,
        "peg_activity": 9.0,
        "peg": 8.0,
        "mood_joy": "some",
        "mood_low": "never",
        "phq2": 1.0,
    }


def test_it_comes_once_however_many_of_its_days_are_left(morning: Clinic) -> None:
    patient = morning.patient(day=-6)

    morning.clock.forward(days=5)

    assert sum(OPENS in body for body in patient.forgets()) == 1


def test_who_is_enrolled_in_the_evening_is_asked_on_the_next_morning(morning: Clinic) -> None:
    morning.clock.forward(hours=9)
    patient = morning.patient(day=-3)

    morning.clock.forward(hours=14)
    patient.hears_nothing()
    morning.clock.forward(hours=2)

    patient.hears(OPENS)


def test_it_waits_until_the_patient_has_joined(morning: Clinic) -> None:
    patient = morning.patient(day=-4, consented=False)
    morning.clock.forward(days=1)
    patient.hears("Reply YES to join")

    patient.texts("YES")
    patient.hears("Thank you for joining")
    morning.clock.forward(hours=2)

    patient.hears(OPENS)


@pytest.mark.parametrize("day", [0, 3])
def test_after_the_surgery_nobody_is_asked_how_it_was_before(morning: Clinic, day: int) -> None:
    patient = morning.patient(day=day)

    morning.clock.forward(hours=8)

    assert not any(OPENS in body for body in patient.forgets())
    (entry,) = [row for row in morning.rows(plan_entry) if row["item"] == "baseline"]
    assert (entry["state"], entry["reason"]) == ("skipped", "before enrollment")


def test_a_set_left_half_done_ends_before_the_day_of_surgery_asks_anything(morning: Clinic) -> None:
    patient = morning.patient(day=-1)
    morning.clock.forward(minutes=10)
    patient.texts("9")
    patient.forgets()

    morning.clock.forward(hours=24)

    patient.forgets()
    (begun,) = morning.rows(session)
    assert begun["state"] == State.EXPIRED.value
    assert str(begun["ended_at"]) < str(MORNING + timedelta(hours=30))
