"""What the care plan sends, day by day over all patients, and what it did not send and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, select

from bot.core.hours import zone
from bot.service.console.roster import what
from bot.service.parts import Parts
from bot.store import patients
from bot.store.tables import patient, plan_entry

DAYS_PAST, DAYS_AHEAD = 3, 10
MOST_ENTRIES = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """`due_at` in the patient's own zone, which is when they get it."""

    patient_id: str
    name: str
    what: str
    due_at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Day:
    """planned == sent + skipped + canceled, once the day is over."""

    day: date
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class Schedule:
    """`days` around today; `entries` of the day that is looked at, or what was not sent on any of them."""

    days: Sequence[Day]
    entries: Sequence[Entry]


def schedule(parts: Parts, chosen: date | None, today: date, *, only_skipped: bool) -> Schedule:
    first, last = today - timedelta(days=DAYS_PAST), today + timedelta(days=DAYS_AHEAD)

    def look(tx: Connection) -> Schedule:
        found = select(plan_entry.c.local_day, plan_entry.c.state).where(plan_entry.c.local_day.between(first, last))
        counts: dict[date, Counter[str]] = {}
        for row in tx.execute(found):
            counts.setdefault(row.local_day, Counter())[row.state] += 1
        days = [Day(first + timedelta(days=n), counts.get(first + timedelta(days=n), Counter())) for n in range(14)]
        return Schedule(days, _entries(tx, parts, chosen, first, last, only_skipped=only_skipped))

    return parts.database.read(look)


def _entries(
    tx: Connection, parts: Parts, chosen: date | None, first: date, last: date, *, only_skipped: bool
) -> Sequence[Entry]:
    when = plan_entry.c.local_day == chosen if chosen else plan_entry.c.local_day.between(first, last)
    wanted = select(plan_entry, patient.c.zone).join_from(plan_entry, patient, patient.c.id == plan_entry.c.patient_id)
    wanted = wanted.where(and_(when, plan_entry.c.state == "skipped") if only_skipped else when)
    rows = tx.execute(wanted.order_by(plan_entry.c.due_at, plan_entry.c.id).limit(MOST_ENTRIES)).all()
    names = {person.id: person.name(parts.vault) for person in patients.every(tx)}
    return [
        Entry(
            row.patient_id,
            names[row.patient_id],
            what(row.item),
            row.due_at.astimezone(zone(row.zone)),
            row.state,
            row.reason,
        )
        for row in rows
    ]
