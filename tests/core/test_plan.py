"""The care plan by day, and the practice's values as they stand in a text."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.hours import Hours, OfficeHours
from bot.core.plan import CarePlan, PlanItem, Sends
from bot.core.practice import OutOfHours, Practice

ITEMS = tuple(
    PlanItem(name, day, time(10), time(13), Sends.FLOW, name) for name, day in (("a", 0), ("b", 1), ("c", 1), ("d", 9))
)
PLAN = CarePlan(ITEMS, weekly_line_every=7, nudge_after=timedelta(hours=4), expires_after=timedelta(hours=20))


def test_a_day_has_what_is_planned_for_it() -> None:
    assert [[item.name for item in PLAN.on(day)] for day in (0, 1, 2)] == [["a"], ["b", "c"], []]


def test_the_last_day_is_that_of_the_last_item() -> None:
    assert PLAN.last_day == 9


def test_an_item_is_found_by_its_name() -> None:
    assert PLAN.item("c") == ITEMS[2]
    assert PLAN.item("z") is None


@pytest.mark.parametrize(("day", "has"), [(0, False), (1, False), (6, False), (7, True), (14, True)])
def test_the_weekly_line_comes_every_seventh_day(day: int, has: bool) -> None:  # noqa: FBT001
    assert PLAN.has_weekly_line(day) is has


def test_numbers_stand_in_a_text_as_people_write_them() -> None:
    practice = Practice(
        clinic="Spine Clinic",
        clinic_phone="507-555-0100",
        zone=ZoneInfo("America/Chicago"),
        office=OfficeHours({0: (Hours(time(8), time(17)),)}),
        contact=Hours(time(9), time(20)),
        same_day_out_of_hours=OutOfHours.ON_CALL,
        numbers={"fever_f": 100.4, "lift_lb": 10.0},
    )

    assert practice.values == {
        "clinic": "Spine Clinic",
        "clinic_phone": "507-555-0100",
        "fever_f": "100.4",
        "lift_lb": "10",
    }
