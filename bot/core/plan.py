"""The care plan: what is due on which day after surgery, and in which hours of the patient's own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.hours import at_local


class Sends(StrEnum):
    """What an item brings: a flow to talk through, a tip to read, or a notice."""

    FLOW = "flow"
    TIP = "tip"
    NOTICE = "notice"


class Missed(StrEnum):
    """What becomes of an item whose window was missed: nothing, the same window a day later, or a ride with the next
    message."""

    SKIP = "skip"
    LATE = "late"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Anchor:
    """An answer from which days are counted: this value of this question in this flow, the day it is given."""

    flow: str
    answer: str
    value: str | float | bool


@dataclass(frozen=True, slots=True)
class PlanItem:
    """`content` names the flow, tip or notice. After `until` it is missed. Times are local. `day` is counted from the
    surgery, or from the day of an answer where there is one in `after`."""

    name: str
    day: int
    at: time
    until: time
    sends: Sends
    content: str
    line: int = 0
    after: Anchor | None = None
    missed: Missed = Missed.SKIP


LATE_DAYS = {Missed.SKIP: 0, Missed.LATE: 1, Missed.MERGE: 7}
"""How many days after its own an item may still go: late by itself, or with whatever goes next."""


@dataclass(frozen=True, slots=True)
class Due:
    """An item on one patient's calendar: it may go from `due_at` until just before `not_after`."""

    item: str
    local_day: date
    due_at: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class CarePlan:
    """`items` in the order in which they fall due. Every so many days a check-in carries the weekly line."""

    items: tuple[PlanItem, ...]
    weekly_line_every: int
    nudge_after: timedelta
    expires_after: timedelta
    touches_a_day: int = 1

    @property
    def last_day(self) -> int:
        return max((item.day for item in self.items), default=0)

    def on(self, day: int) -> tuple[PlanItem, ...]:
        """What is planned for this many days after surgery."""
        return tuple(item for item in self.items if item.day == day and item.after is None)

    def item(self, name: str) -> PlanItem | None:
        return next((item for item in self.items if item.name == name), None)

    def has_weekly_line(self, day: int) -> bool:
        """Not on day 0, whose own check-in says it."""
        return day > 0 and day % self.weekly_line_every == 0

    def window(self, item: PlanItem, anchor: date, zone: ZoneInfo) -> Due:
        """When this item may go out, its days counted from the anchor. What may be late has its window once more."""
        day = anchor + timedelta(days=item.day)
        last = day + timedelta(days=LATE_DAYS[item.missed])
        return Due(item.name, day, at_local(day, item.at, zone), at_local(last, item.until, zone))

    def schedule(self, surgery: date, zone: ZoneInfo) -> tuple[Due, ...]:
        """Everything whose days are counted from the surgery."""
        return tuple(self.window(item, surgery, zone) for item in self.items if item.after is None)

    def started_by(self, given: Anchor) -> tuple[PlanItem, ...]:
        """The items whose days begin with this answer."""
        return tuple(item for item in self.items if item.after == given)
