"""A patient falls silent, in one of four ways: each has a ladder of its own, and at its end a person who calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.alert import Cause
from bot.core.policy import Limit
from bot.core.redflag.table import Tier

AT_ONCE = timedelta()


class Way(StrEnum):
    """How we hear nothing: it was delivered and not answered; it did not arrive; nothing will ever arrive at this
    number (a landline, or a phone that blocks us); the patient stopped the texts."""

    UNANSWERED = "unanswered"
    UNDELIVERED = "undelivered"
    UNREACHABLE = "unreachable"
    STOPPED = "stopped"


CAUSES: Mapping[Way, Cause] = {
    Way.UNANSWERED: Cause.SILENCE,
    Way.UNDELIVERED: Cause.UNDELIVERED,
    Way.UNREACHABLE: Cause.UNREACHABLE,
    Way.STOPPED: Cause.STOPPED,
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """From the moment at which the silence began to a `task` for staff, and to a `call` that is paged like any
    same-day alert. `until_day` after surgery a silence still climbs to the call."""

    call: timedelta
    until_day: int
    task: timedelta = AT_ONCE


@dataclass(frozen=True, slots=True)
class Ladders:
    """Weeks 1 and 2 without an answer are from clinical/facts.md section 5; the rest are proposals without a source."""

    unanswered: Ladder = field(default_factory=lambda: Ladder(timedelta(hours=48), 14, task=timedelta(hours=24)))
    undelivered: Ladder = field(default_factory=lambda: Ladder(timedelta(hours=24), 14))
    unreachable: Ladder = field(default_factory=lambda: Ladder(timedelta(hours=4), 42))
    stopped: Ladder = field(default_factory=lambda: Ladder(timedelta(hours=24), 14))

    def of(self, way: Way) -> Ladder:
        ladder: Ladder = getattr(self, way.value)
        return ladder


SHIPPED = Ladders()
"""Of a practice that names none, and the slowest that any may have."""

LEAST_DAYS = 14
"""The daily phase: no practice may watch a silence for less."""

LIMITS: Mapping[Way, Mapping[str, Limit]] = {
    way: {
        step: Limit(timedelta(hours=1), getattr(SHIPPED.of(way), step), why)
        for step, why in (("task", "staff get a task"), ("call", "a person calls"))
        if getattr(SHIPPED.of(way), step)
    }
    for way in Way
}
"""By way and step, as those of the escalation; what is a task at once has no step for it."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What staff are owed by now, if anything; and when to look again, if there is more to come."""

    tier: Tier | None
    next_at: datetime | None


NOTHING = Rung(None, None)


def climb(ladder: Ladder, way: Way, *, since: datetime, day: int, now: datetime) -> Rung:
    """Where a silence stands that began at `since`, on this `day` after surgery.

    Past its days, and before the surgery, only what staff can mend is a task; questions left unanswered then are for
    the care plan to judge.
    """
    is_watched = 0 <= day <= ladder.until_day
    if way is Way.UNANSWERED and not is_watched:
        return NOTHING
    if is_watched and now >= since + ladder.call:
        return Rung(Tier.SAME_DAY, None)
    if now >= since + ladder.task:
        return Rung(Tier.ROUTINE, since + ladder.call if is_watched else None)
    return Rung(None, since + ladder.task)
