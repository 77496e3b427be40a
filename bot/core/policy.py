"""The escalation policy: how long each tier waits at each step. A practice may be quicker than this, never slower.

The times are proposals for a clinician to approve (clinical/facts.md section 2c); they are the limits at once, so that
no file can weaken them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.core.redflag.table import Tier

AFTER_KNOWN_FAILURE = timedelta(seconds=30)
"""From a page that is known not to have arrived to the next person: a minute at most, and not in a tight loop."""


@dataclass(frozen=True, slots=True)
class Emergency:
    """`next_person` when nothing is known of a page; `again` counts from when everyone was paged, without end."""

    next_person: timedelta = timedelta(minutes=5)
    everyone: timedelta = timedelta(minutes=15)
    again: timedelta = timedelta(minutes=15)
    tell_patient: timedelta = timedelta(minutes=30)
    comes_back: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SameDay:
    next_person: timedelta = timedelta(minutes=30)
    comes_back: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Routine:
    """A task with a due time, never a page."""

    due: timedelta = timedelta(days=2)
    comes_back: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Policy:
    """`comes_back`: how long an acknowledged alert may stay without a disposition before it is paged again."""

    emergency: Emergency = field(default_factory=Emergency)
    same_day: SameDay = field(default_factory=SameDay)
    routine: Routine = field(default_factory=Routine)

    def comes_back(self, tier: Tier) -> timedelta:
        return {
            Tier.EMERGENCY: self.emergency.comes_back,
            Tier.SAME_DAY: self.same_day.comes_back,
            Tier.ROUTINE: self.routine.comes_back,
        }[tier]

    def next_person(self, tier: Tier) -> timedelta:
        return self.emergency.next_person if tier is Tier.EMERGENCY else self.same_day.next_person


WALK = Policy()
"""The policy of a practice that names none, and the slowest that any may have."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`least` keeps the ladder from paging faster than anybody can answer; `why` says what `most` protects."""

    least: timedelta
    most: timedelta
    why: str


LIMITS: Mapping[str, Mapping[str, Limit]] = {
    "emergency": {
        "next_person": Limit(
            timedelta(minutes=1), WALK.emergency.next_person, "an emergency goes on to the next person"
        ),
        "everyone": Limit(timedelta(minutes=1), WALK.emergency.everyone, "by then everyone is paged"),
        "again": Limit(timedelta(minutes=5), WALK.emergency.again, "everyone is paged again, without end"),
        "tell_patient": Limit(timedelta(minutes=5), WALK.emergency.tell_patient, "the patient is told the truth"),
        "comes_back": Limit(timedelta(minutes=10), WALK.emergency.comes_back, "what was taken comes back"),
    },
    "same_day": {
        "next_person": Limit(timedelta(minutes=5), WALK.same_day.next_person, "it goes on to the next person"),
        "comes_back": Limit(timedelta(minutes=30), WALK.same_day.comes_back, "what was taken comes back"),
    },
    "routine": {
        "due": Limit(timedelta(hours=1), WALK.routine.due, "the task is due"),
        "comes_back": Limit(timedelta(hours=1), WALK.routine.comes_back, "what was taken comes back"),
    },
}
"""By tier and step. Every step of every tier has one."""
