"""The care plan: what is due on which day after surgery, and in which hours of the patient's own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.core.hours import Hours, at_local, next_open


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
    surgery, or from the day of an answer where there is one in `after`; before the surgery it is below zero.

    With a `last_day` it goes once, in its hours of the first of these days that can be.
    """

    name: str
    day: int
    at: time
    until: time
    sends: Sends
    content: str
    line: int = 0
    after: Anchor | None = None
    missed: Missed = Missed.SKIP
    last_day: int | None = None

    @property
    def ends_on(self) -> int:
        """The last day on which it may go in hours of its own."""
        late = self.day + 1 if self.missed is Missed.LATE else self.day
        return max(late, late if self.last_day is None else self.last_day)

    def next_hours(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The moment itself within its hours, else when they begin next."""
        return next_open(moment, zone, Hours(self.at, self.until))


RIDES_WITHIN = 7
"""How many days after its own an item that is merged may still go along with whatever goes next."""


@dataclass(frozen=True, slots=True)
class Due:
    """An item on one patient's calendar: it may go from `due_at` until just before `not_after`."""

    item: str
    local_day: date
    due_at: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class StillWanted:
    """After so many check-ins in a row without a word, from this day on, `item` asks whether texts are still wanted.

    The answer `no` ends check-ins and tips; without an answer tips wait until the patient texts again.
    Source: Bressman 2022 (three unanswered in a row: one last question, then no more).
    """

    missed: int
    from_day: int
    item: PlanItem
    no: Anchor
    line: int = 0

    def is_about(self, given: Anchor) -> bool:
        """Is this an answer to the question, whichever?"""
        return (given.flow, given.answer) == (self.no.flow, self.no.answer)


@dataclass(frozen=True, slots=True)
class CarePlan:
    """`items` in the order in which they fall due. Every so many days a check-in carries the weekly line."""

    items: tuple[PlanItem, ...]
    weekly_line_every: int
    nudge_after: timedelta
    expires_after: timedelta
    touches_a_day: int = 1
    still_wanted: StillWanted | None = None

    @property
    def last_day(self) -> int:
        return max((item.day for item in self.items), default=0)

    @property
    def days(self) -> tuple[int, ...]:
        """Every day on which something is planned, counted from the surgery."""
        return tuple(sorted({item.day for item in self.items if item.after is None}))

    def on(self, day: int) -> tuple[PlanItem, ...]:
        """What is planned for this many days after surgery."""
        return tuple(item for item in self.items if item.day == day and item.after is None)

    def item(self, name: str) -> PlanItem | None:
        asks = (self.still_wanted.item,) if self.still_wanted else ()
        return next((item for item in (*self.items, *asks) if item.name == name), None)

    def days_of(self, flow: str) -> list[int]:
        """The days on which this flow may begin, counted from the surgery, which is day 0."""
        begins: set[int] = set()
        for item in self.items:
            if item.sends is Sends.FLOW and item.content == flow:
                # The answer from which days are counted may come on any day.
                begins.update(range(item.day, (item.ends_on if item.after is None else self.last_day) + 1))
        if self.still_wanted and self.still_wanted.item.content == flow:
            begins.update(range(self.still_wanted.from_day, self.last_day + 1))
        return sorted(begins)

    def has_weekly_line(self, day: int) -> bool:
        """Not on day 0, whose own check-in says it."""
        return day > 0 and day % self.weekly_line_every == 0

    def window(self, item: PlanItem, anchor: date, zone: ZoneInfo) -> Due:
        """When this item may go out, its days counted from the anchor. What may be late has its hours once more."""
        day = anchor + timedelta(days=item.day)
        last = item.ends_on + (RIDES_WITHIN if item.missed is Missed.MERGE else 0)
        return Due(
            item.name,
            day,
            at_local(day, item.at, zone),
            at_local(anchor + timedelta(days=last), item.until, zone),
        )

    def schedule(self, surgery: date, zone: ZoneInfo) -> tuple[Due, ...]:
        """Everything whose days are counted from the surgery."""
        return tuple(self.window(item, surgery, zone) for item in self.items if item.after is None)

    def started_by(self, given: Anchor) -> tuple[PlanItem, ...]:
        """The items whose days begin with this answer."""
        return tuple(item for item in self.items if item.after == given)
