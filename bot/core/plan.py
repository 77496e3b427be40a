"""The care plan: what is due on which day after surgery, and in which hours of the patient's own day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum


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
