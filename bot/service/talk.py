"""What the verbs share when they speak: the moment it is, the practice's hours, and words to a patient or to staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from bot.core.flow import Flow
from bot.core.hours import at_local, day_after, zone
from bot.core.session import Facts
from bot.service.scripts import Script
from bot.store import sessions
from bot.store.patients import Patient
from bot.store.sessions import Earlier

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
    return practice is not None and practice.office.is_open(now, practice.zone, script.holidays)


def next_office_opening(script: Script, now: datetime) -> datetime:
    practice = script.practice
    return practice.office.next_open(now, practice.zone, script.holidays) if practice else now + LOOK_AGAIN


def facts(
    tx: Connection,
    script: Script,
    patient: Patient,
    now: datetime,
    *,
    flow: Flow,
    steps: Iterable[str] = ("",),
    session_id: str = "",
    earlier: Earlier | None = None,
) -> Facts:
    """What the engine may know of this patient as the flow begins, or when one of these steps is answered.

    Earlier answers are read only where a condition asks for them and they are not here yet, and only those since the
    surgery count.
    """
    there = zone(patient.zone)
    asked = frozenset(name for step in steps for name in flow.remembers(step))
    if earlier is None or not earlier.covers(patient.id, asked):
        earlier = sessions.earlier(tx, patient.id, asked)
    return Facts(
        table=script.table,
        in_hours=in_office_hours(script, now),
        day=max(0, day_after(patient.surgery_day, now, there)),
        language=patient.language,
        past=earlier.numbers(asked, since=at_local(patient.surgery_day, time(), there), but=session_id),
        bands=script.practice.bands if script.practice else {},
    )
