"""A person writes to a patient: the script falls silent while they talk, and goes on when told, or by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.enrollment import Consent, EnrollmentState, Lane, MessageKind
from bot.core.flow import Ask
from bot.core.hours import at_local, zone
from bot.errors import Refused
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import contacts, outbox, patients, plan, sessions
from bot.store.console import words
from bot.store.outbox import Draft
from bot.store.patients import Patient
from bot.store.plan import Entry, PlanState
from bot.store.sessions import Conversation

TALK_LASTS = timedelta(hours=2)
"""After the last words of staff the script goes on by itself: a talk that somebody forgot to end must not silence
the check-ins for good."""

LONGEST_TEXT = 1_000
CANNOT_TEXT = "this patient's texts are stopped: call, you cannot text"


def write(parts: Parts, patient_id: str, staff_id: str, text: str, now: datetime) -> str:
    """Returns the message's id. Raises Refused when nothing may or can be sent; LookupError for an unknown patient."""
    text = text.strip()
    if not text:
        raise Refused("there is nothing to send yet: write a few words")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"a text may have at most {LONGEST_TEXT:,} characters, and this has {len(text):,}: shorten it")

    def work(tx: Connection) -> str:
        patient = patients.get(tx, patient_id)
        contacts.hold(tx, patient.contact_id)
        if contacts.get(tx, patient.contact_id).consent is Consent.STOPPED:
            raise Refused(CANNOT_TEXT)
        message_id = _write(tx, parts, patient, text, now)
        words.wrote(tx, message_id, staff_id, now)
        _hold_the_script(tx, parts, patient, now + TALK_LASTS, now)
        return message_id

    written = parts.database.write(work)
    parts.bell.ring(Lane.TALK)
    return written


def _write(tx: Connection, parts: Parts, patient: Patient, body: str, now: datetime) -> str:
    message_id = parts.ids()
    draft = Draft(
        id=message_id,
        kind=MessageKind.REPLY,
        contact_id=patient.contact_id,
        occurrence=f"written:{message_id}",
        body=body,
        due_at=now,
        created_at=now,
        patient_id=patient.id,
    )
    outbox.write(tx, parts.vault, draft)
    return message_id


def _hold_the_script(tx: Connection, parts: Parts, patient: Patient, until: datetime, now: datetime) -> None:
    """Its question waits, and what the care plan would send meanwhile waits as well."""
    contacts.set_talk(tx, patient.contact_id, until)
    for conversation in sessions.active(tx, parts.vault, patient.contact_id):
        expires = conversation.expires_at
        _wait(tx, parts, conversation, until, max(expires, until + TALK_LASTS) if expires else None, now)
    for entry in _ahead(tx, patient):
        if entry.due_at < until:
            plan.postpone(tx, entry.id, until)


def _wait(
    tx: Connection, parts: Parts, held: Conversation, nudge: datetime, expires: datetime | None, now: datetime
) -> None:
    nudge_at = max(held.nudge_at, nudge) if held.nudge_at else None
    sessions.save(tx, parts.vault, held.id, held.session, nudge_at=nudge_at, expires_at=expires, now=now)


def let_the_script_go_on(parts: Parts, patient_id: str, now: datetime) -> None:
    """The question that waits is asked once more, and the care plan keeps its own times again."""
    script = parts.scripts.live()

    def work(tx: Connection) -> None:
        patient = patients.get(tx, patient_id)
        contacts.hold(tx, patient.contact_id)
        if not contacts.get(tx, patient.contact_id).is_talked_with(now):
            raise Refused("the script goes on already")
        contacts.set_talk(tx, patient.contact_id, None)
        for entry in _ahead(tx, patient):
            plan.postpone(tx, entry.id, _planned_for(script, patient, entry))
        for conversation in sessions.active(tx, parts.vault, patient.contact_id):
            _ask_again(tx, parts, patient, conversation, now)

    parts.database.write(work)
    parts.bell.ring(Lane.TALK)


def _ahead(tx: Connection, patient: Patient) -> list[Entry]:
    if patient.enrollment is not EnrollmentState.ACTIVE:
        return []
    return [entry for entry in plan.of_patient(tx, patient.id) if entry.state is PlanState.PLANNED]


def _planned_for(script: Script, patient: Patient, entry: Entry) -> datetime:
    """As the care plan has it; as it stands where the plan no longer has the item."""
    item = script.whole.plan.item(entry.item)
    return at_local(entry.local_day, item.at, zone(patient.zone)) if item else entry.due_at


def _ask_again(tx: Connection, parts: Parts, patient: Patient, held: Conversation, now: datetime) -> None:
    flow = parts.scripts.flow(held.session.version, held.session.flow)
    ask = flow.step(held.session.step or "")
    if held.patient_id == patient.id and isinstance(ask, Ask):
        script = parts.scripts.version(held.session.version)
        _write(tx, parts, patient, script.say(ask.text, patient.language), now)
