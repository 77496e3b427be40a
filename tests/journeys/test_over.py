"""The care plan comes to its end: the patient is told, once and by day, and knows whom to call from then on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.service import replan
from bot.store.tables import alert, enrollment, outbox, plan_entry
from tests.clinic import MORNING, Clinic, Handset


def end(clinic: Clinic) -> int:
    """The day after surgery on which the care plan ends."""
    return clinic.parts.scripts.live().whole.plan.last_day


def states(clinic: Clinic) -> list[object]:
    return [row["state"] for row in clinic.rows(enrollment)]


@pytest.fixture
def over(open_clinic: Callable[..., Clinic]) -> Clinic:
    """The morning after the last check-in."""
    return open_clinic(at=MORNING)


def last_day(clinic: Clinic, **wishes: object) -> Handset:
    """Somebody whose care plan ends in five minutes."""
    return clinic.patient(day=end(clinic), **wishes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "words"), [("en", "have ended"), ("es", "han terminado")])
def test_the_patient_hears_that_the_programme_is_over_and_what_to_do(over: Clinic, language: str, words: str) -> None:
    patient = last_day(over, language=language)

    over.clock.forward(minutes=10)

    patient.hears(words, "507-555-0100", "911")
    assert states(over) == ["ended"]
    over.clock.forward(days=3)
    patient.hears_nothing()


def test_a_text_after_the_programme_is_answered_with_whom_to_call_and_read_by_staff(over: Clinic) -> None:
    patient = last_day(over)
    over.clock.forward(minutes=10)
    patient.forgets()

    patient.texts("hello are you still there")

    patient.hears("have ended", "507-555-0100", "911")
    assert [row["cause"] for row in over.rows(alert)] == ["not_understood"]


def test_a_red_flag_after_the_programme_pages_as_ever(over: Clinic) -> None:
    nurse, patient = over.nurse(), last_day(over)
    over.clock.forward(minutes=10)
    patient.forgets()

    patient.texts("i cant feel when i wipe")

    patient.hears("911")
    nurse.hears("EMERGENCY")


def test_from_the_first_check_in_to_the_end_every_entry_is_accounted_for(over: Clinic) -> None:
    patient = over.patient(day=end(over) - 2)

    over.clock.forward(days=4)

    assert any("have ended" in words for words in patient.forgets())
    assert {row["state"] for row in over.rows(plan_entry)} == {"sent", "skipped"}
    assert states(over) == ["ended"]


def test_the_end_that_an_outage_held_up_is_told_by_day_or_not_at_all(over: Clinic) -> None:
    patient = last_day(over)
    over.carrier.fault("error_503", match={"to": patient.number}, count=None)
    over.clock.forward(hours=13)
    over.carrier.clear_faults()

    over.clock.forward(hours=16)

    patient.hears_nothing()
    assert [(row["kind"], row["state"]) for row in over.rows(outbox)] == [("notice", "failed")]
    assert states(over) == ["ended"]


def test_whoever_stopped_and_starts_again_after_the_end_is_not_promised_more(over: Clinic) -> None:
    patient = last_day(over)
    patient.texts("STOP")
    patient.hears("no more texts")
    over.clock.forward(days=1)
    assert states(over) == ["stopped"]

    patient.texts("START")

    patient.hears("have ended", "911")
    assert states(over) == ["ended"]


def test_a_yes_that_comes_after_the_end_is_not_promised_a_text_each_day(over: Clinic) -> None:
    patient = last_day(over, consented=False)
    patient.hears("YES to join")
    over.clock.forward(days=1)
    patient.hears_nothing()

    patient.texts("YES")

    patient.hears("have ended", "911")
    assert states(over) == ["ended"]


def test_start_from_somebody_whose_programme_is_over(over: Clinic) -> None:
    patient = last_day(over)
    over.clock.forward(minutes=10)
    patient.hears("have ended")

    patient.texts("START")

    patient.hears("have ended")


def test_a_stop_in_the_middle_is_no_end(over: Clinic) -> None:
    patient = over.patient(day=end(over) - 1)
    patient.texts("STOP")
    patient.hears("no more texts")

    patient.texts("START")

    patient.hears("texts again")
    assert states(over) == ["active"]
    over.clock.forward(days=1, minutes=10)
    assert patient.forgets()[-1].startswith("Your text check-ins")


def test_an_enrollment_for_a_surgery_long_past_has_nothing_to_come(over: Clinic) -> None:
    patient = over.patient(day=400)

    over.clock.forward(days=1)

    patient.hears_nothing()
    assert states(over) == ["ended"]
    patient.texts("i cant breathe")
    patient.hears("911")


def test_whoever_was_enrolled_under_a_shorter_plan_goes_on_with_the_longer(over: Clinic) -> None:
    last = f'  - {{item: end, day: {end(over)}, at: "10:00", until: "19:30", notice: ended}}'
    over.publish_with("plan.yaml", last, "")
    patient = over.patient(day=365)
    (over.flows / "plan.yaml").write_text((over.flows / "plan.yaml").read_text("utf-8") + last + "\n", "utf-8")
    over.publish()

    over.clock.forward(days=1, minutes=10)

    assert patient.forgets()[-1].startswith("Your text check-ins")
    assert states(over) == ["ended"]


def test_the_shipped_plan_ends_by_saying_so(over: Clinic) -> None:
    plan = over.parts.scripts.live().whole.plan
    last = max(plan.items, key=lambda item: (item.day, item.at))

    assert (last.content, last.day) == ("ended", plan.last_day)


def test_a_surgery_date_that_is_moved_on_begins_an_ended_recovery_anew(over: Clinic) -> None:
    patient = last_day(over)
    over.clock.forward(minutes=10)
    patient.hears("have ended")

    replan.move(over.parts, patient.id, over.clock.now().date() - timedelta(days=2), over.clock.now())

    assert states(over) == ["active"]
    over.clock.forward(days=1)
    patient.hears("day 2")
    patient.forgets()
