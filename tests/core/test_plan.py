"""The care plan by day, and the practice's values as they stand in a text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.hours import Hours, OfficeHours
from bot.core.plan import Anchor, CarePlan, Missed, PlanItem, Sends, StillWanted
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


def test_an_item_with_a_last_day_goes_once_in_its_hours_of_the_first_day_that_can_be() -> None:
    item = PlanItem("before", -7, time(10), time(13), Sends.FLOW, "before", last_day=-1)
    there = ZoneInfo("America/Chicago")

    due = PLAN.window(item, date(2026, 11, 24), there)

    assert (due.local_day, due.not_after) == (date(2026, 11, 17), datetime(2026, 11, 23, 19, tzinfo=UTC))
    evening, noon = datetime(2026, 11, 18, 2, tzinfo=UTC), datetime(2026, 11, 18, 18, tzinfo=UTC)
    assert item.next_hours(evening, there) == datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert item.next_hours(noon, there) == noon


@pytest.mark.parametrize(
    ("missed", "last_day", "ends_on"),
    [(Missed.SKIP, None, 3), (Missed.LATE, None, 4), (Missed.SKIP, 6, 6), (Missed.LATE, 3, 4), (Missed.MERGE, None, 3)],
)
def test_on_which_day_an_item_may_go_last(missed: Missed, last_day: int | None, ends_on: int) -> None:
    assert PlanItem("x", 3, time(10), time(13), Sends.TIP, "x", missed=missed, last_day=last_day).ends_on == ends_on


def test_a_flow_is_known_by_every_day_on_which_it_may_begin() -> None:
    asks = PlanItem("still-wanted", 0, time(10), time(13), Sends.FLOW, "asks")
    given = Anchor("a", "visit", value=False)
    items = (
        *ITEMS,
        PlanItem("before", -3, time(10), time(13), Sends.FLOW, "before", last_day=-1),
        PlanItem("again", 7, time(10), time(13), Sends.FLOW, "again", after=given),
    )
    plan = replace(PLAN, items=items, still_wanted=StillWanted(3, 8, asks, Anchor("asks", "wanted", value=False)))

    assert plan.days_of("b") == [1]
    assert plan.days_of("before") == [-3, -2, -1]
    assert plan.days_of("again") == [7, 8, 9]
    assert plan.days_of("asks") == [8, 9]
    assert plan.days_of("nothing") == []
    assert plan.item("still-wanted") == asks


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
