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


@dataclass(frozen=True, slots=True)
class PlanItem:
    """`content` names the flow, tip or notice. After `until` the item is skipped, not sent late. Times are local."""

    name: str
    day: int
    at: time
    until: time
    sends: Sends
    content: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class CarePlan:
    """`items` in the order in which they fall due. Every so many days a check-in carries the weekly line."""

    items: tuple[PlanItem, ...]
    weekly_line_every: int
    nudge_after: timedelta
    expires_after: timedelta

    @property
    def last_day(self) -> int:
        return max((item.day for item in self.items), default=0)

    def on(self, day: int) -> tuple[PlanItem, ...]:
        """What is planned for this many days after surgery."""
        return tuple(item for item in self.items if item.day == day)

    def item(self, name: str) -> PlanItem | None:
        return next((item for item in self.items if item.name == name), None)

    def has_weekly_line(self, day: int) -> bool:
        """Not on day 0, whose own check-in says it."""
        return day > 0 and day % self.weekly_line_every == 0
