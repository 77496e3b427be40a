"""Nobody is written to unasked at night, late, or twice at once: in the patient's own zone, whatever the clocks do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.store.tables import outbox, plan_entry
from tests.clinic import MORNING, Clinic, Handset

UNASKED = ("checkin", "tip", "nudge")


def sent(clinic: Clinic, zone: str) -> list[datetime]:
    """When each unasked text went out, on the patient's own wall."""
    rows = [row for row in clinic.rows(outbox) if row["kind"] in UNASKED and row["sent_at"]]
    moments = [row["sent_at"] for row in rows]
    return sorted(at.astimezone(ZoneInfo(zone)) for at in moments if isinstance(at, datetime))


def plan(clinic: Clinic) -> dict[object, tuple[object, object]]:
    return {row["item"]: (row["state"], row["reason"]) for row in clinic.rows(plan_entry)}


def assert_decent(moments: list[datetime]) -> None:
    assert moments
    assert all(time(9) <= at.time() < time(20) for at in moments), moments
    ordered = sorted(at.astimezone(UTC) for at in moments)
    assert all(later - earlier >= timedelta(minutes=45) for earlier, later in pairwise(ordered))


CASES = [
    ("America/Chicago", datetime(2026, 3, 6, 12, tzinfo=UTC)),  # spring forward on 8 March
    ("America/Chicago", datetime(2026, 10, 30, 12, tzinfo=UTC)),  # fall back on 1 November
    ("America/Phoenix", datetime(2026, 3, 6, 12, tzinfo=UTC)),  # no daylight saving
    ("America/New_York", datetime(2026, 10, 30, 12, tzinfo=UTC)),
    ("Pacific/Honolulu", datetime(2026, 11, 24, 12, tzinfo=UTC)),
    ("America/Puerto_Rico", datetime(2026, 11, 24, 12, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "at"), CASES, ids=[f"{zone} {at:%b %d}" for zone, at in CASES])
def test_four_days_of_unasked_texts_keep_decent_hours(
    open_clinic: Callable[..., Clinic], zone: str, at: datetime
) -> None:
    clinic = open_clinic(at=at)
    nurse, patient = clinic.nurse(), clinic.patient(day=1, zone=zone)

    clinic.clock.forward(days=4)

    assert_decent(sent(clinic, zone))
    checkins = [row for row in clinic.rows(outbox) if row["kind"] == "checkin"]
    local = [row["sent_at"].astimezone(ZoneInfo(zone)) for row in checkins]  # type: ignore[attr-defined]
    assert [(at.hour, at.minute) for at in local] == [(10, 0)] * 4
    patient.forgets()
    nurse.forgets()


def test_a_tip_whose_window_was_missed_is_skipped_and_not_sent_late(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.sends_by_itself = False  # the clocks stand still over the afternoon
    clinic.clock.forward(hours=8)
    clinic.sends_by_itself = True

    clinic.clock.forward(minutes=1)

    assert plan(clinic)["checkin-03"] == ("skipped", "window missed")
    assert plan(clinic)["tip-wound"] == ("skipped", "window missed")
    assert len(patient.forgets()) <= 1
    assert_decent(sent(clinic, "America/Chicago") or [MORNING.astimezone(ZoneInfo("America/Chicago"))])


def test_a_late_enrollment_skips_what_is_past_and_says_why(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=5)

    clinic.clock.forward(minutes=10)

    patient.hears("day 5")
    assert plan(clinic)["checkin-04"] == ("skipped", "before enrollment")
    assert plan(clinic)["checkin-05"][0] == "sent"


def test_a_nudge_at_night_waits_for_the_morning(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=12)
    clinic.clock.forward(hours=9)  # 18:55
    patient.forgets()
    patient.texts("3")  # the next question's nudge falls at 22:55
    patient.hears()

    clinic.clock.forward(hours=14)  # 08:55
    patient.hears_nothing()
    clinic.clock.forward(minutes=6)

    assert patient.waiting == [] or "Reminder" in patient.hears("Reminder")
    assert_decent(sent(clinic, "America/Chicago"))


def test_a_nudge_and_a_tip_never_come_at_once(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(hours=1, minutes=5)
    patient.texts("3")  # 11:00: the nudge of the next question falls at 15:00, like a tip

    clinic.clock.forward(hours=8)

    assert len(sent(clinic, "America/Chicago")) >= 3
    assert_decent(sent(clinic, "America/Chicago"))
    patient.forgets()


def test_a_nudge_that_a_broken_carrier_held_up_does_not_go_out_at_night(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=14)
    clinic.clock.forward(hours=5)
    texts_again(patient)
    clinic.carrier.fault("error_503", match={"to": patient.number}, count=None)
    clinic.clock.forward(hours=6)

    clinic.carrier.clear_faults()
    clinic.clock.forward(hours=6)

    assert_decent(sent(clinic, "America/Chicago"))
    patient.forgets()


def texts_again(patient: Handset) -> None:
    patient.forgets()
    patient.texts("3")
    patient.forgets()


def test_two_patients_in_two_zones_each_have_their_own_morning(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=datetime(2026, 11, 24, 12, tzinfo=UTC))
    east, west = clinic.patient(zone="America/New_York"), clinic.patient(zone="America/Los_Angeles")

    clinic.clock.until(datetime(2026, 11, 24, 15, 1, tzinfo=UTC))
    east.hears("day 3")
    west.hears_nothing()
    clinic.clock.until(datetime(2026, 11, 24, 18, 1, tzinfo=UTC))

    west.hears("day 3")
    east.forgets()
