"""What the verbs share when they speak: the moment it is, the practice's hours, and words to a patient or to staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.service.scripts import Script

LOOK_AGAIN = timedelta(minutes=30)
"""How long a same-day alert waits while nobody can say when the office opens."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`now` is the clinic's time; `real` the machine's, for leases and deadlines. Both aware, in UTC."""

    now: datetime
    real: datetime


def in_office_hours(script: Script, now: datetime) -> bool:
    """Are staff there to call today? Without a practice file that can be read: no, which promises nobody a call."""
    practice = script.practice
    return practice is not None and practice.office.is_open(now, practice.zone)


def next_office_opening(script: Script, now: datetime) -> datetime:
    practice = script.practice
    return practice.office.next_open(now, practice.zone) if practice else now + LOOK_AGAIN
