"""What is due begins: check-ins, tips, nudges after silence, and the end of waiting."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.enrollment import Consent, EnrollmentState, Lane, MessageKind
from bot.core.flow import Ask, Silence
from bot.core.hours import is_open, next_open, zone
from bot.core.plan import PlanItem, Sends
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.core.session import Facts, Session, State, Turn, advance, start
from bot.service import alert
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment
from bot.store import contacts, outbox, patients, plan, sessions
from bot.store.outbox import Draft
from bot.store.patients import Patient
from bot.store.plan import Entry, PlanState
from bot.store.sessions import Conversation

BATCH = 100
APART = timedelta(minutes=45)
"""Two messages that nobody asked for never come closer together than this."""

RISK_DAYS = 14
"""Silence is a task for staff in the daily phase (clinical/facts.md section 1b: silence rule of weeks 1-2)."""


def due(parts: Parts, moment: Moment) -> int:
    """Turn what the care plan has due into messages. Returns how many entries were settled."""
    script = parts.scripts.live()
    if script.library is None:
        return 0

    def work(tx: Connection) -> int:
        entries = plan.due(tx, moment.now, BATCH)
        return sum(_begin(tx, parts, script, entry, moment.now) for entry in entries)

    settled = parts.database.write(work)
    if settled:
        parts.bell.ring(Lane.PLAN)
    return settled


def _begin(tx: Connection, parts: Parts, script: Script, entry: Entry, now: datetime) -> int:
    patient = patients.get(tx, entry.patient_id)
    item = script.whole.plan.item(entry.item)
    refused = _why_not(tx, parts, script, entry, item, patient, now)
    if refused is None or item is None:
        return 0
    if refused:
        plan.settle(tx, entry.id, PlanState.SKIPPED, reason=refused)
        return 1
    outbox_id = _flow(tx, parts, script, entry, item, patient, now) if item.sends is Sends.FLOW else None
    if item.sends is not Sends.FLOW:
        outbox_id = _single(tx, parts, script, entry, item, patient, now)
    if outbox_id is None:
        plan.settle(tx, entry.id, PlanState.SKIPPED, reason="sent before")
    else:
        plan.settle(tx, entry.id, PlanState.SENT, outbox_id=outbox_id)
    return 1


def _why_not(
    tx: Connection, parts: Parts, script: Script, entry: Entry, item: PlanItem | None, patient: Patient, now: datetime
) -> str | None:
    """Why this entry is skipped; empty when it may go; None when it must wait a little, within its window."""
    if item is None:
        return "no longer in the care plan"
    if now >= entry.not_after:
        return "window missed"
    if patient.enrollment is not EnrollmentState.ACTIVE:
        return "no consent" if patient.enrollment is EnrollmentState.INVITED else "stopped"
    contact = contacts.get(tx, entry.contact_id)
    if contact.consent is not Consent.JOINED:
        return "no consent"
    if contact.is_blocked:
        return "number cannot be reached"
    if parts.is_live and not _approved(script, item):
        return "draft"
    there = zone(patient.zone)
    if not is_open(now, there, script.whole.practice.contact):
        return None if next_open(now, there, script.whole.practice.contact) < entry.not_after else "outside hours"
    last = outbox.last_unprompted(tx, entry.contact_id)
    if last is not None and now - last < APART:
        return None if last + APART < entry.not_after else "too close to another text"
    return ""


def _approved(script: Script, item: PlanItem) -> bool:
    """On a live system only wording that a named clinician signed goes out."""
    library = script.whole
    if item.sends is Sends.FLOW:
        return bool(library.flows[item.content].approved_by)
    if item.sends is Sends.TIP:
        return bool(library.tips[item.content].approved_by)
    return True


def _flow(
    tx: Connection, parts: Parts, script: Script, entry: Entry, item: PlanItem, patient: Patient, now: datetime
) -> str | None:
    flow = script.whole.flows[item.content]
    turn = start(flow, script.version)
    _end_before(tx, parts, patient, now)
    occurrence = _occurrence("checkin", entry)
    ask = flow.step(turn.session.step or "")
    session_id = parts.ids()
    began = sessions.begin(
        tx,
        parts.vault,
        session_id,
        contact_id=patient.contact_id,
        patient_id=patient.id,
        occurrence=occurrence,
        session=turn.session,
        nudge_at=now + ask.nudge_after if isinstance(ask, Ask) else None,
        expires_at=now + ask.expires_after if isinstance(ask, Ask) else None,
        now=now,
    )
    if not began:
        return None
    body = "\n".join(_opening(script, turn, item, patient))
    return _write(tx, parts, MessageKind.CHECKIN, entry, patient, body, occurrence, now, valid_until=entry.not_after)


def _end_before(tx: Connection, parts: Parts, patient: Patient, now: datetime) -> None:
    """A new check-in ends one that was left open: its silence counts as expiry."""
    for conversation in sessions.active(tx, parts.vault, patient.contact_id):
        if conversation.patient_id == patient.id:
            turn = Turn(_expired(conversation.session))
            sessions.save(tx, parts.vault, conversation.id, turn.session, nudge_at=None, expires_at=None, now=now)


def _expired(session: Session) -> Session:
    return Session(session.flow, session.version, session.step, State.EXPIRED, answers=session.answers)


def _opening(script: Script, turn: Turn, item: PlanItem, patient: Patient) -> list[str]:
    said = [script.say(wording, patient.language) for wording in turn.say]
    if script.whole.plan.has_weekly_line(item.day):
        said.insert(0, script.notice("weekly_line", patient.language))
    return said


def _single(
    tx: Connection, parts: Parts, script: Script, entry: Entry, item: PlanItem, patient: Patient, now: datetime
) -> str | None:
    if item.sends is Sends.TIP:
        tip = script.whole.tips[item.content]
        body = script.say(tip.text, patient.language)
        until = min(entry.not_after, now + tip.valid_for)
        kind = MessageKind.TIP
    else:
        body, until, kind = script.notice(item.content, patient.language), entry.not_after, MessageKind.NOTICE
    return _write(tx, parts, kind, entry, patient, body, _occurrence(kind.value, entry), now, valid_until=until)


def _occurrence(kind: str, entry: Entry) -> str:
    """The key under which this happens once, whatever restarts or second clocks there are."""
    return f"{kind}:{entry.enrollment_id}:{entry.item}:{entry.local_day.isoformat()}"


def _write(
    tx: Connection,
    parts: Parts,
    kind: MessageKind,
    entry: Entry,
    patient: Patient,
    body: str,
    occurrence: str,
    now: datetime,
    *,
    valid_until: datetime,
) -> str | None:
    draft = Draft(
        id=parts.ids(),
        kind=kind,
        contact_id=patient.contact_id,
        occurrence=occurrence,
        body=body,
        due_at=now,
        created_at=now,
        patient_id=entry.patient_id,
        not_after=valid_until,
    )
    return draft.id if outbox.write(tx, parts.vault, draft) else None


def silences(parts: Parts, moment: Moment) -> int:
    """Nudge those who have not answered, and end the waiting of those who never did."""
    script = parts.scripts.live()

    def work(tx: Connection) -> int:
        nudged = sessions.to_nudge(tx, moment.now, BATCH)
        for session_id in nudged:
            _nudge(tx, parts, session_id, moment.now)
        for session_id in sessions.to_expire(tx, moment.now, BATCH):
            _expire(tx, parts, script, session_id, moment.now)
        return len(nudged)

    count = parts.database.write(work)
    if count:
        parts.bell.ring(Lane.PLAN)
    return count


def _nudge(tx: Connection, parts: Parts, session_id: str, now: datetime) -> None:
    """One nudge a question, inside the patient's hours; at night it waits for the morning."""
    conversation = _held(tx, parts, session_id)
    if conversation is None or conversation.session.is_over or conversation.session.nudged:
        return
    patient = patients.get(tx, conversation.patient_id)
    script = _script_of(parts, conversation)
    opens = next_open(now, zone(patient.zone), parts.scripts.live().whole.practice.contact)
    if opens > now:
        _save(tx, parts, conversation, conversation.session, nudge_at=opens, now=now)
        return
    turn = _silence(parts, conversation, over=False)
    _save(tx, parts, conversation, turn.session, nudge_at=None, now=now)
    outbox.write(
        tx,
        parts.vault,
        Draft(
            id=parts.ids(),
            kind=MessageKind.NUDGE,
            contact_id=patient.contact_id,
            occurrence=f"nudge:{session_id}:{turn.session.step}",
            body=script.say(turn.say[0], patient.language),
            due_at=now,
            created_at=now,
            patient_id=patient.id,
            not_after=conversation.expires_at,
        ),
    )


def _expire(tx: Connection, parts: Parts, script: Script, session_id: str, now: datetime) -> None:
    conversation = _held(tx, parts, session_id)
    if conversation is None or conversation.session.is_over:
        return
    _save(tx, parts, conversation, _expired(conversation.session), nudge_at=None, now=now)
    patient = patients.get(tx, conversation.patient_id)
    if patient.enrollment is EnrollmentState.ACTIVE and (now.date() - patient.surgery_day).days <= RISK_DAYS + 1:
        matter = Matter(Tier.ROUTINE, Cause.SILENCE, why=(f"no answer to {conversation.session.flow}",))
        alert.raise_once(tx, parts, script, matter, contact_id=patient.contact_id, patient_id=patient.id, now=now)


def _held(tx: Connection, parts: Parts, session_id: str) -> Conversation | None:
    """The session, read again under its contact's lock: the patient may be answering at this very moment."""
    contacts.hold(tx, sessions.get(tx, parts.vault, session_id).contact_id)
    return sessions.get(tx, parts.vault, session_id)


def _silence(parts: Parts, conversation: Conversation, *, over: bool) -> Turn:
    session = conversation.session
    flow = parts.scripts.flow(session.version, session.flow)
    facts = Facts(table=_script_of(parts, conversation).table, in_hours=True)
    return advance(flow, session, Silence(over=over), facts)


def _script_of(parts: Parts, conversation: Conversation) -> Script:
    return parts.scripts.version(conversation.session.version)


def _save(
    tx: Connection,
    parts: Parts,
    conversation: Conversation,
    session: Session,
    *,
    nudge_at: datetime | None,
    now: datetime,
) -> None:
    sessions.save(
        tx, parts.vault, conversation.id, session, nudge_at=nudge_at, expires_at=conversation.expires_at, now=now
    )
