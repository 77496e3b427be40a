"""How it goes: who answers, how pain runs, how many alerts and how fast they are taken, which rules are right, and what
it costs. Every rate has its denominator beside it, and nobody is left out of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from statistics import median

from sqlalchemy import Connection, and_, select

from bot.core.hours import day_after, zone
from bot.core.pain import Band, most
from bot.core.wording import measure
from bot.service.console.case import PAIN_STEP, band, here
from bot.service.parts import Parts
from bot.store import patients, staff
from bot.store.console.tables import finding, usefulness
from bot.store.real import is_real
from bot.store.tables import alert, answer, outbox, session

Cell = str | float | None
FOUND_SOMETHING = frozenset({"medicine", "visit", "er", "ambulance"})
SHIFTS = ((7, "day, 07-15"), (15, "evening, 15-23"), (23, "night, 23-07"))
MOST_MESSAGES = 20_000


@dataclass(frozen=True, slots=True)
class Report:
    """One table. `share` names the column that a bar is drawn for, from 0 to 100."""

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    share: str = ""


def reports(parts: Parts, days: int, now: datetime) -> list[Report]:
    """All of them, over the last so many days."""
    since = now - timedelta(days=days)
    script = parts.scripts.live()
    zone_here = here(script)
    makers: tuple[Callable[[Connection], Report], ...] = (
        lambda tx: _replies(tx, since),
        lambda tx: _pain(tx, band(script), since),
        lambda tx: _alerts(tx, parts, since, zone_here),
        lambda tx: _times(tx, since),
        lambda tx: _rules(tx, since),
        lambda tx: _cost(tx, parts, since),
    )
    return [parts.database.read(make) for make in makers]


def _replies(tx: Connection, since: datetime) -> Report:
    """A check-in counts as answered when anything in it was understood."""
    zones = {person.id: (person.surgery_day, zone(person.zone)) for person in patients.every(tx)}
    began = tx.execute(
        select(session.c.id, session.c.patient_id, session.c.started_at).where(
            session.c.started_at >= since, is_real(session.c.contact_id)
        )
    )
    answered = set(tx.execute(select(answer.c.session_id).where(answer.c.at >= since)).scalars())
    by_day: dict[int, list[bool]] = defaultdict(list)
    for row in began:
        surgery, there = zones[row.patient_id]
        by_day[day_after(surgery, row.started_at, there)].append(row.id in answered)
    rows = [(day, len(all_), sum(all_), _percent(sum(all_), len(all_))) for day, all_ in sorted(by_day.items())]
    return Report(
        "replies",
        "Reply rate by day after surgery",
        "Of all check-ins that began; nobody is left out, whether delivered or not.",
        ("Day", "Check-ins", "Answered", "Rate %"),
        rows,
        share="Rate %",
    )


def _pain(tx: Connection, expected: Band, since: datetime) -> Report:
    zones = {person.id: (person.surgery_day, zone(person.zone)) for person in patients.every(tx)}
    asked = and_(
        answer.c.step == PAIN_STEP, answer.c.number.is_not(None), answer.c.at >= since, is_real(answer.c.patient_id)
    )
    by_day: dict[int, list[float]] = defaultdict(list)
    for row in tx.execute(select(answer.c.patient_id, answer.c.number, answer.c.at).where(asked)):
        surgery, there = zones[row.patient_id]
        by_day[day_after(surgery, row.at, there)].append(row.number)
    rows = [
        (
            day,
            len(all_),
            round(sum(all_) / len(all_), 1),
            median(all_),
            max(all_),
            most(expected, day),
        )
        for day, all_ in sorted(by_day.items())
    ]
    return Report(
        "pain",
        "Pain by day after surgery",
        "0 to 10, as answered. What is expected at most is a draft.",
        ("Day", "Answers", "Mean", "Median", "Highest", "Expected at most"),
        rows,
    )


def _alerts(tx: Connection, parts: Parts, since: datetime, zone_here: tzinfo) -> Report:
    names = {member.id: member.name(parts.vault) for member in staff.ever(tx)}
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in tx.execute(select(alert).where(alert.c.raised_at >= since, is_real(alert.c.contact_id))):
        shift = _shift(row.raised_at.astimezone(zone_here).hour)
        counts[names.get(row.acknowledged_by, "nobody yet"), shift][row.tier] += 1
    rows = [
        (who, shift, tiers["emergency"], tiers["same_day"], tiers["routine"], sum(tiers.values()))
        for (who, shift), tiers in sorted(counts.items())
    ]
    return Report(
        "alerts",
        "Alerts by nurse and shift",
        "By who acknowledged it, and when it was raised, in the practice's time.",
        ("Nurse", "Shift", "Emergency", "Same day", "Routine", "All"),
        rows,
    )


def _shift(hour: int) -> str:
    return next((name for start, name in reversed(SHIFTS) if hour >= start), SHIFTS[-1][1])


def _times(tx: Connection, since: datetime) -> Report:
    waits: dict[str, list[float]] = defaultdict(list)
    raised: dict[str, int] = defaultdict(int)
    for row in tx.execute(select(alert).where(alert.c.raised_at >= since, is_real(alert.c.contact_id))):
        raised[row.tier] += 1
        if row.acknowledged_at:
            waits[row.tier].append((row.acknowledged_at - row.raised_at).total_seconds() / 60)
    words = {"emergency": "Emergency", "same_day": "Same day", "routine": "Routine"}
    rows = [(words[tier], raised[tier], len(waits[tier]), *_spread(waits[tier])) for tier in words if raised[tier]]
    return Report(
        "times",
        "Time to acknowledge",
        "Minutes from the alert to a named person. Those not acknowledged yet are counted, and have no time.",
        ("Tier", "Alerts", "Acknowledged", "Median min", "90 % within min", "Longest min"),
        rows,
    )


def _spread(waits: list[float]) -> tuple[Cell, Cell, Cell]:
    if not waits:
        return None, None, None
    ordered = sorted(waits)
    ninth = ordered[min(len(ordered) - 1, -(-9 * len(ordered) // 10) - 1)]
    return round(median(ordered), 1), round(ninth, 1), round(ordered[-1], 1)


def _rules(tx: Connection, since: datetime) -> Report:
    """Useful as staff said; where nobody said, by what was found."""
    import json  # noqa: PLC0415

    said = _useful(tx)
    tally: dict[str, list[bool | None]] = defaultdict(list)
    for row in tx.execute(
        select(alert.c.id, alert.c.why, alert.c.concepts).where(alert.c.raised_at >= since, is_real(alert.c.contact_id))
    ):
        for reason in json.loads(row.why) if json.loads(row.concepts) else ():
            tally[reason.rpartition(" v")[0] or reason].append(said.get(row.id))
    rows = []
    for rule, words in sorted(tally.items()):
        judged = [word for word in words if word is not None]
        rows.append((rule, len(words), len(judged), sum(judged), _percent(sum(judged), len(judged))))
    return Report(
        "rules",
        "Precision by rule",
        "Of the alerts that were judged, by a tap on useful or by what was found, how many were useful.",
        ("Rule", "Alerts", "Judged", "Useful", "Precision %"),
        rows,
        share="Precision %",
    )


def _useful(tx: Connection) -> dict[str, bool]:
    """Alert id -> was it useful? A tap outweighs the outcome; of two people, one "useful" is enough."""
    found = {
        row.alert_id: row.outcome in FOUND_SOMETHING for row in tx.execute(select(finding)) if row.outcome != "other"
    }
    tapped: dict[str, bool] = {}
    for row in tx.execute(select(usefulness)):
        tapped[row.alert_id] = tapped.get(row.alert_id, False) or row.is_useful
    return found | tapped


def _cost(tx: Connection, parts: Parts, since: datetime) -> Report:
    """Segments are what a carrier bills."""
    sent = and_(outbox.c.sent_at >= since, outbox.c.channel == "sms", is_real(outbox.c.contact_id))
    counts: dict[str, list[int]] = defaultdict(list)
    for row in tx.execute(select(outbox.c.id, outbox.c.kind, outbox.c.body).where(sent).limit(MOST_MESSAGES)):
        counts[row.kind].append(measure(parts.vault.open("outbox.body", row.id, row.body)).segments)
    rows: list[tuple[Cell, ...]] = [
        (kind, len(all_), sum(all_), round(sum(all_) / len(all_), 2)) for kind, all_ in sorted(counts.items())
    ]
    everything = [size for all_ in counts.values() for size in all_]
    if everything:
        rows.append(("all", len(everything), sum(everything), round(sum(everything) / len(everything), 2)))
    return Report(
        "cost",
        "Cost in segments",
        "Texts that were sent, by kind; a carrier bills each segment.",
        ("Kind", "Texts", "Segments", "Segments a text"),
        rows,
    )


def _percent(part: int, whole: int) -> Cell:
    return round(100 * part / whole, 1) if whole else None
