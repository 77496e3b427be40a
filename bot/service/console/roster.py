"""Patients as staff find them: everybody by name, and one with their calendar, conversation and alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection

from bot.core.hours import day_after, zone
from bot.core.pain import Band, Reported
from bot.service import replan
from bot.service.console.case import Person, band, here, pain, person, standing
from bot.service.console.thread import Line, thread
from bot.service.dossier import title
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import contacts, patients, plan, staff
from bot.store.console import details, reading
from bot.store.console.details import Detail


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    name: str
    phone: str
    language: str
    day: int
    standing: str
    open_alerts: int


def roster(parts: Parts, search: str, now: datetime) -> list[Row]:
    """By name; found by a part of the name or the number's digits, in memory, because both are sealed."""

    def look(tx: Connection) -> list[Row]:
        standing_alerts = reading.unresolved(tx)
        rows = list[Row]()
        for patient in patients.every(tx):
            contact = contacts.get(tx, patient.contact_id)
            rows.append(
                Row(
                    id=patient.id,
                    name=patient.name(parts.vault),
                    phone=contact.phone(parts.vault),
                    language=patient.language,
                    day=day_after(patient.surgery_day, now, zone(patient.zone)),
                    standing=standing(patient, contact, is_paused=replan.is_paused(tx, patient)),
                    open_alerts=sum(alert.patient_id == patient.id for alert in standing_alerts),
                )
            )
        return sorted(filter(lambda row: _is_meant(row, search), rows), key=lambda row: row.name.casefold())

    return parts.database.read(look)


def _is_meant(row: Row, search: str) -> bool:
    wanted, digits = search.strip().casefold(), "".join(sign for sign in search if sign.isdigit())
    return not wanted or wanted in row.name.casefold() or (len(digits) > 2 and digits in row.phone)


@dataclass(frozen=True, slots=True)
class Due:
    """One item of somebody's care plan. `what` in words: "Check-in", "Tip: sitting"."""

    item: str
    what: str
    local_day: date
    day: int
    due_at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Concern:
    id: str
    code: str
    title: str
    tier: str
    state: str
    raised_at: datetime
    disposition: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient in full. `here` is the practice's zone; the calendar is in the patient's own."""

    person: Person
    detail: Detail
    calendar: Sequence[tuple[int, date, Sequence[Due]]]
    lines: tuple[Line, ...]
    alerts: Sequence[Concern]
    pain: tuple[Reported, ...]
    band: Band
    here: tzinfo
    there: tzinfo


def open_chart(parts: Parts, patient_id: str, now: datetime) -> Chart:
    """Raises LookupError for an unknown patient."""
    script = parts.scripts.live()
    return parts.database.read(lambda tx: _chart(tx, parts, script, patient_id, now))


def _chart(tx: Connection, parts: Parts, script: Script, patient_id: str, now: datetime) -> Chart:
    patient = patients.get(tx, patient_id)
    names = {member.id: member.name(parts.vault) for member in staff.ever(tx)}
    dues = [
        Due(
            item=entry.item,
            what=what(entry.item),
            local_day=entry.local_day,
            day=(entry.local_day - patient.surgery_day).days,
            due_at=entry.due_at,
            state=entry.state.value,
            reason=entry.reason,
        )
        for entry in plan.of_patient(tx, patient_id)
    ]
    return Chart(
        person=person(tx, parts, patient, now),
        detail=details.get(tx, parts.vault, patient_id),
        calendar=_by_day(dues),
        lines=thread(tx, parts, script, patient.contact_id, names),
        alerts=[
            Concern(
                alert.id,
                alert.code,
                title(alert, script),
                alert.tier.value,
                alert.state.value,
                alert.raised_at,
                alert.disposition(parts.vault),
            )
            for alert in reading.alerts_of_patient(tx, patient_id)
        ],
        pain=pain(tx, patient),
        band=band(script),
        here=here(script),
        there=zone(patient.zone),
    )


def _by_day(dues: Sequence[Due]) -> Sequence[tuple[int, date, Sequence[Due]]]:
    days = sorted({due.local_day for due in dues})
    return [
        (next(d.day for d in dues if d.local_day == day), day, [d for d in dues if d.local_day == day]) for day in days
    ]


def what(item: str) -> str:
    kind, _, name = item.partition("-")
    words = name.replace("-", " ")
    return {"checkin": "Check-in", "tip": f"Tip: {words}"}.get(kind, item.replace("-", " ").capitalize())
