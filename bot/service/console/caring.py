"""What staff change of a recovery: pause and go on, stop, move the surgery, and hand the whole record out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.core.enrollment import Consent, EnrollmentState
from bot.core.hours import at_local, zone
from bot.core.session import State
from bot.errors import Refused
from bot.service import enroll
from bot.service.console.roster import open_chart, what
from bot.service.console.writing import CANNOT_TEXT
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import contacts, patients, plan, sessions
from bot.store.console import details, reading
from bot.store.patients import Patient
from bot.store.plan import Entry, NewEntry, PlanState

MOVED = "the surgery was moved"


def pause(parts: Parts, patient_id: str, now: datetime) -> None:
    """Nothing of the care plan goes out until staff say so. The patient's consent stands, and texts are answered."""

    def work(tx: Connection) -> None:
        patient = patients.get(tx, patient_id)
        contacts.hold(tx, patient.contact_id)
        if patient.enrollment is not EnrollmentState.ACTIVE:
            raise Refused("only a patient who gets texts can be paused")
        sessions.end_all(tx, patient.contact_id, State.STOPPED, now)
        enroll.pause(tx, patient, now)

    parts.database.write(work)


def go_on(parts: Parts, patient_id: str, now: datetime) -> None:
    script = parts.scripts.live()

    def work(tx: Connection) -> None:
        patient = patients.get(tx, patient_id)
        contacts.hold(tx, patient.contact_id)
        if contacts.get(tx, patient.contact_id).consent is not Consent.JOINED:
            raise Refused(f"only the patient can lift a STOP, by texting START; {CANNOT_TEXT}")
        if patient.enrollment is not EnrollmentState.STOPPED:
            raise Refused("this patient is not paused")
        enroll.begin(tx, parts, script, patient, now)

    parts.database.write(work)


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one item when the surgery is moved: from this day to that; None: not planned then or now."""

    item: str
    what: str
    before: date | None
    after: date | None


def moves(parts: Parts, patient_id: str, day: date, now: datetime) -> Sequence[Move]:
    """What would change of all that lies ahead; nothing is done yet."""
    script = parts.scripts.live()

    def look(tx: Connection) -> Sequence[Move]:
        patient = patients.get(tx, patient_id)
        before = {entry.item: entry.local_day for entry in _planned(tx, patient)}
        after = {new.item: new.local_day for new in _ahead(parts, script, patient, day, now)}
        items = dict.fromkeys((*before, *after))
        return [
            Move(item, what(item), before.get(item), after.get(item))
            for item in items
            if before.get(item) != after.get(item)
        ]

    return parts.database.read(look)


def move_surgery(parts: Parts, patient_id: str, day: date, now: datetime) -> None:
    """What was sent stays as it was; what lies ahead is laid out anew from the new day."""
    script = parts.scripts.live()

    def work(tx: Connection) -> None:
        patient = patients.get(tx, patient_id)
        contacts.hold(tx, patient.contact_id)
        if patient.surgery_day == day:
            raise Refused(f"the surgery is on {day} already")
        for entry in _planned(tx, patient):
            plan.settle(tx, entry.id, PlanState.SKIPPED, reason=MOVED)
        details.set_surgery_day(tx, patient.enrollment_id, day)
        if patient.enrollment in (EnrollmentState.ACTIVE, EnrollmentState.INVITED):
            for new in _ahead(parts, script, patient, day, now):
                _lay_out(tx, new)

    parts.database.write(work)


def _lay_out(tx: Connection, new: NewEntry) -> None:
    if not plan.add(tx, new):
        details.put_back(tx, new.enrollment_id, new.item, new.local_day, due_at=new.due_at, not_after=new.not_after)


def _planned(tx: Connection, patient: Patient) -> list[Entry]:
    return [entry for entry in plan.of_patient(tx, patient.id) if entry.state is PlanState.PLANNED]


def _ahead(parts: Parts, script: Script, patient: Patient, surgery: date, now: datetime) -> list[NewEntry]:
    """What of the care plan still lies ahead for a surgery on that day."""
    there, found = zone(patient.zone), list[NewEntry]()
    for item in script.whole.plan.items:
        day = surgery + timedelta(days=item.day)
        due_at, not_after = at_local(day, item.at, there), at_local(day, item.until, there)
        if not_after > now:
            entry = NewEntry(parts.ids(), patient.enrollment_id, patient.id, item.name, day, due_at, not_after)
            found.append(entry)
    return found


def export(parts: Parts, patient_id: str, now: datetime) -> dict[str, Any]:
    """Everything that is known of a patient, for them or for their record. Moments in UTC."""
    chart = open_chart(parts, patient_id, now)
    patient = parts.database.read(lambda tx: patients.get(tx, patient_id))
    texts = parts.database.read(lambda tx: reading.texts(tx, patient.contact_id, last=None))
    messages = parts.database.read(lambda tx: reading.messages(tx, patient.contact_id, last=None))
    answers = parts.database.read(lambda tx: reading.answers(tx, patient_id))
    who = chart.person
    return {
        "patient": {
            "id": who.id,
            "name": who.name,
            "phone": who.phone,
            "language": who.language,
            "timezone": who.zone,
            "surgery": who.surgery_day,
            "procedure": chart.detail.procedure,
            "care_team": chart.detail.care_team,
            "emergency_contact": who.emergency_contact,
            "address": who.address,
            "state": who.standing,
        },
        "texts": [{"at": _z(t.at), "body": t.body(parts.vault), "understood": t.understood} for t in texts],
        "messages": [
            {"at": _z(m.at), "kind": m.kind, "body": m.body(parts.vault), "state": m.state} for m in messages
        ],
        "answers": [{"at": _z(a.at), "flow": a.flow, "step": a.step, "value": a.value} for a in answers],
        "alerts": [
            {"code": a.code, "about": a.title, "tier": a.tier, "state": a.state, "raised_at": _z(a.raised_at),
             "disposition": a.disposition}
            for a in chart.alerts
        ],
        "plan": [
            {"item": due.item, "day": due.local_day.isoformat(), "state": due.state, "reason": due.reason}
            for _, _, dues in chart.calendar
            for due in dues
        ],
    }  # fmt: skip


def _z(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
