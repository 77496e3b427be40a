"""A machine's clock that jumps sends nobody a text in the night, and makes no nurse's ladder wait or run away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.service import alert as verbs
from bot.store.tables import alert, outbox, plan_entry, session
from bot.worker import clock as ticking
from tests.clinic import MORNING, Clinic, Handset


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    """Five minutes before check-ins are due."""
    return open_clinic(at=MORNING)


def causes(clinic: Clinic) -> list[object]:
    return [row["cause"] for row in clinic.rows(alert)]


def closes_it(clinic: Clinic, nurse: Handset) -> None:
    (jumped,) = [each for each in clinic.alerts if each.cause == "clock"]
    verbs.resolve(clinic.parts, jumped.code, nurse.id, "The new time is right.", clinic.clock.now())


@pytest.mark.parametrize("hours", [3, 24 * 400])
def test_a_jump_ahead_begins_nothing_and_staff_hear_of_it(morning: Clinic, hours: int) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    asked = morning.patient(day=3, consented=False)
    asked.hears("YES to join")
    morning.clock.forward(seconds=2)

    morning.clock.step(hours=hours)

    patient.hears_nothing()
    asked.hears_nothing()
    nurse.hears("Same day")
    assert causes(morning) == ["clock"]
    assert "planned" in {row["state"] for row in morning.rows(plan_entry)}


def test_once_staff_have_closed_it_what_is_still_in_its_window_goes_and_the_rest_says_why_not(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(seconds=2)
    morning.clock.step(hours=6)  # 15:55: the morning's check-in is past, the afternoon's tip is not
    nurse.hears("Same day")

    closes_it(morning, nurse)
    morning.clock.forward(minutes=1)

    patient.hears()
    patient.hears_nothing()
    entries = {row["item"]: (row["state"], row["reason"]) for row in morning.rows(plan_entry)}
    assert entries["checkin-03"] == ("skipped", "window missed")
    assert entries["tip-wound"] == ("sent", "")


def test_a_clock_that_comes_back_by_itself_needs_nobody(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(seconds=2)
    morning.clock.step(days=400)
    nurse.hears("Same day")

    morning.clock.step(days=-400)
    morning.clock.forward(minutes=6)

    patient.hears("day 3")
    nurse.forgets()


def test_an_open_conversation_does_not_expire_by_a_jump(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(minutes=6)
    patient.hears("day 3")

    morning.clock.step(days=2)

    nurse.forgets()
    assert [row["state"] for row in morning.rows(session)] == ["active"]
    assert causes(morning) == ["clock"]
    assert patient.texts("3")  # and the patient is answered as ever
    patient.forgets()


def test_the_ladder_goes_on_by_elapsed_time_when_the_clock_jumps_ahead(clinic: Clinic) -> None:
    first, second, patient = clinic.nurse(rung=1), clinic.nurse(rung=2), clinic.patient()
    patient.texts("i cant breathe")
    patient.hears("911")
    first.hears("EMERGENCY")
    clinic.clock.forward(minutes=2)

    clinic.clock.step(days=400)
    clinic.clock.forward(minutes=2, seconds=50)

    assert not [words for words in second.forgets() if "EMERGENCY" in words]
    patient.hears_nothing()  # "nobody has told us yet" after half an hour of anybody's watch, not before
    clinic.clock.forward(seconds=15)
    second.hears("EMERGENCY")
    clinic.clock.forward(minutes=26)
    patient.hears("None of our staff")
    first.forgets()
    second.forgets()


def test_an_answer_and_a_page_are_not_held(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.clock.forward(seconds=1)
    clinic.clock.step(days=1)
    nurse.forgets()

    patient.texts("i cant feel when i wipe")

    patient.hears("911")
    nurse.hears("EMERGENCY")


@pytest.mark.parametrize("moved", [{"hours": 5}, {"days": 30}])
def test_a_clock_that_is_moved_ahead_on_purpose_holds_nothing(morning: Clinic, moved: dict[str, float]) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(seconds=2)

    morning.clock.jump(**moved)
    morning.clock.forward(minutes=1)

    patient.forgets()
    assert "clock" not in causes(morning)
    assert all(row["due_at"] > morning.clock.now() for row in morning.rows(plan_entry) if row["state"] == "planned")  # type: ignore[operator]


def test_sleep_and_small_steps_are_no_jumps(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(seconds=2)

    morning.clock.step(minutes=50)
    morning.clock.forward(hours=3)  # a laptop that slept: time has passed

    patient.forgets()
    assert causes(morning) == []


def test_a_machine_that_starts_with_a_clock_that_lost_the_time_lets_no_ladder_wait(clinic: Clinic) -> None:
    first, second, patient = clinic.nurse(rung=1), clinic.nurse(rung=2), clinic.patient()
    patient.texts("i cant breathe")
    patient.forgets()
    first.hears("EMERGENCY")
    clinic.clock.reboot()

    clinic.clock.step(days=-700)
    clinic.clock.forward(minutes=5, seconds=1)

    second.hears("EMERGENCY")
    assert "operations" in causes(clinic)
    first.forgets()


def test_of_two_clocks_on_one_machine_one_sees_the_jump(clinic: Clinic) -> None:
    nurse, other = clinic.nurse(), clinic.another_process()
    patient = clinic.patient()
    patient.texts("i cant breathe")
    clinic.clock.forward(seconds=5)
    raised = clinic.alerts[0].raised_at
    clinic.sends_by_itself = False
    clinic.clock.step(hours=5)

    for parts in (clinic.parts, other, clinic.parts):
        ticking.look_at_clocks(parts, clinic.clock)

    assert clinic.alerts[0].raised_at - raised == timedelta(hours=5)
    assert causes(clinic).count("clock") == 1
    clinic.sends_by_itself = True
    nurse.forgets()
    patient.forgets()
    assert {row["state"] for row in clinic.rows(outbox)} == {"delivered"}
