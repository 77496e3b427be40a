"""After three check-ins in a row without a word the patient is asked once whether texts are still wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.alert import Cause
from bot.core.redflag.table import Tier
from bot.service import replan
from bot.store.tables import plan_entry
from tests.clinic import MORNING, Clinic, Handset

ASKS = "Do you still want our check-ins?"


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def silent(clinic: Clinic, *, days: float, day: int = 17) -> Handset:
    """Enrolled on the morning of day 17, and not a word since; check-ins are on days 17, 21, 25 and 28."""
    patient = clinic.patient(day=day)
    clinic.clock.forward(days=days)
    return patient


def asked(clinic: Clinic) -> Handset:
    """Three check-ins are over, and the question has just come."""
    patient = silent(clinic, days=9)
    heard = patient.forgets()
    assert [body for body in heard if ASKS in body] == []
    clinic.clock.forward(hours=1)
    patient.hears(ASKS)
    return patient


def entries(clinic: Clinic, *, state: str, begins: str = "") -> list[str]:
    rows = [row for row in clinic.rows(plan_entry) if row["state"] == state]
    return [str(row["item"]) for row in rows if str(row["item"]).startswith(begins)]


def test_the_third_silence_in_a_row_is_asked_about_on_the_next_day(morning: Clinic) -> None:
    patient = asked(morning)

    morning.clock.forward(hours=24)

    assert [ASKS in body for body in patient.forgets()] == [True]  # its one reminder, and nothing else


def test_no_ends_check_ins_and_tips_and_staff_are_told(morning: Clinic) -> None:
    patient = asked(morning)

    patient.texts("no")

    patient.hears("no more check-ins or tips", "507-555-0100", "911")
    (told,) = morning.alerts
    assert (told.tier, told.cause) == (Tier.ROUTINE, Cause.ANSWER)
    assert "Wants no more check-ins" in told.why[1]
    morning.clock.forward(days=30)
    patient.hears_nothing()
    assert entries(morning, state="planned") == []


def test_whoever_said_no_is_still_heard(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), asked(morning)
    patient.texts("no")
    patient.forgets()
    morning.clock.forward(days=2)

    patient.texts("i cant feel anything when i wipe")

    patient.hears("911")
    nurse.hears("EMERGENCY")


@pytest.mark.parametrize("words", ["START", "sorry, i meant yes"])
def test_who_changes_their_mind_gets_what_lies_ahead(morning: Clinic, words: str) -> None:
    patient = asked(morning)
    patient.texts("no")
    patient.forgets()

    patient.texts(words)

    patient.forgets()
    assert "checkin-28" in entries(morning, state="planned")
    assert "checkin-25" not in entries(morning, state="planned")


def test_staff_can_let_check_ins_go_on_when_the_patient_says_so_on_the_phone(morning: Clinic) -> None:
    patient = asked(morning)
    patient.texts("no")
    patient.forgets()

    ahead = replan.resume(morning.parts, patient.id, morning.clock.now())

    assert ahead == len(entries(morning, state="planned")) > 20


def test_yes_asks_for_the_dangers_that_went_unasked(morning: Clinic) -> None:
    patient = asked(morning)

    patient.texts("yes")
    patient.hears("Is any of this new?")
    patient.texts("1")
    patient.hears("Is anything new or worse?")
    patient.texts("all good")

    patient.hears("No more questions today")
    assert "tip-posture" in entries(morning, state="planned")


def test_without_an_answer_tips_wait_check_ins_go_on_and_staff_are_told(morning: Clinic) -> None:
    patient = asked(morning)

    morning.clock.forward(days=10)

    heard = patient.forgets()
    (told,) = morning.alerts
    assert (told.tier, told.cause) == (Tier.ROUTINE, Cause.STILL_WANTED)
    held = [row["item"] for row in morning.rows(plan_entry) if row["reason"] == "no answer for long"]
    assert held == ["tip-posture", "tip-sitbreaks"]
    assert {"checkin-28", "checkin-32", "checkin-35"} <= set(entries(morning, state="sent"))
    assert sum(ASKS in body for body in heard) == 1  # the reminder: they are asked once


def test_any_word_lets_tips_go_on_and_silence_is_counted_anew(morning: Clinic) -> None:
    patient = asked(morning)
    morning.clock.forward(days=3)
    patient.forgets()

    patient.texts("i am still here")

    patient.forgets()
    morning.clock.forward(days=8)
    heard = patient.forgets()
    assert "tip-sitbreaks" in entries(morning, state="sent")
    assert not any(ASKS in body for body in heard)


def test_two_silences_and_a_word_are_no_long_silence(morning: Clinic) -> None:
    patient = silent(morning, days=7)
    patient.texts("busy day")
    patient.forgets()

    morning.clock.forward(days=6)

    assert not any(ASKS in body for body in patient.forgets())


def test_in_the_first_two_weeks_staff_see_to_silence_themselves(morning: Clinic) -> None:
    patient = silent(morning, days=10, day=3)

    assert not any(ASKS in body for body in patient.forgets())


def test_another_publication_and_a_moved_surgery_leave_the_question_where_it_is(morning: Clinic) -> None:
    patient = silent(morning, days=8.9)
    patient.forgets()
    assert entries(morning, state="planned", begins="still") == ["still-wanted"]

    now = morning.clock.now()
    replan.follow_plan(morning.parts, now)
    replan.move(morning.parts, patient.id, now.date() - timedelta(days=20), now)

    assert entries(morning, state="planned", begins="still") == ["still-wanted"]
