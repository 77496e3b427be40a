"""What is due begins: check-ins, tips, nudges after silence, and the end of waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.enrollment import Consent, EnrollmentState, Lane, MessageKind
from bot.core.flow import Ask, Silence
from bot.core.hours import at_local, closing, next_open, zone
from bot.core.plan import Missed, PlanItem, Sends
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.core.session import Session, State, Turn, advance, start, unfinished
from bot.service import alert
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, facts
from bot.store import contacts, outbox, patients, plan, sessions
from bot.store.contacts import Contact
from bot.store.database import StoreBusy
from bot.store.outbox import Draft
from bot.store.patients import Patient
from bot.store.plan import Entry, PlanState
from bot.store.sessions import Conversation

log = logging.getLogger(__name__)

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
        return sum(_begin_alone(tx, parts, script, entry, moment.now) for entry in entries)

    settled = parts.database.write(work)
    if settled:
        parts.bell.ring(Lane.PLAN)
    return settled


def _begin_alone(tx: Connection, parts: Parts, script: Script, entry: Entry, now: datetime) -> int:
    """Under the contact's lock, so that two clocks never write to one patient at once. Whose text is being handled
    just now waits for the next tick; an entry that cannot be begun does not hold up the others."""
    if not contacts.hold_if_free(tx, entry.contact_id):
        return 0
    try:
        with tx.begin_nested():
            return _begin(tx, parts, script, entry, now)
    except Exception as error:  # noqa: BLE001 - the entry is still planned: it is tried again in a second
        log.error("plan entry %s could not be begun (%s)", entry.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
        return 0


def _begin(tx: Connection, parts: Parts, script: Script, entry: Entry, now: datetime) -> int:
    patient = patients.get(tx, entry.patient_id)
    item = script.whole.plan.item(entry.item)
    refused = _refusal(parts, script, entry, item, patient, contacts.get(tx, entry.contact_id), now)
    ready_at = now
    if item is not None and not refused:
        ready_at, reason = _ready_at(tx, script, patient, now)
        refused = reason if ready_at >= entry.not_after else ""
    if item is not None and not refused and _rides(item, entry, patient, now):
        # Its own hours are over: it waits for the next message of this patient, and goes with that.
        plan.postpone(tx, entry.id, entry.not_after)
        return 1
    if item is None or refused:
        plan.settle(tx, entry.id, PlanState.SKIPPED, reason=refused)
        return 1
    if ready_at > now:
        plan.postpone(tx, entry.id, ready_at)
        return 1
    send = _flow if item.sends is Sends.FLOW else _single
    outbox_id = send(tx, parts, script, entry, item, patient, now)
    if outbox_id is None:
        plan.settle(tx, entry.id, PlanState.SKIPPED, reason="sent before")
    else:
        plan.settle(tx, entry.id, PlanState.SENT, outbox_id=outbox_id)
    return 1


def _refusal(
    parts: Parts, script: Script, entry: Entry, item: PlanItem | None, patient: Patient, contact: Contact, now: datetime
) -> str:
    """Why this entry is skipped for good; empty when it may go."""
    if item is None:
        return "no longer in the care plan"
    checks = (
        (now >= entry.not_after, "window missed"),
        (patient.enrollment in (EnrollmentState.STOPPED, EnrollmentState.ENDED), "stopped"),
        (patient.enrollment is EnrollmentState.INVITED or contact.consent is not Consent.JOINED, "no consent"),
        (contact.is_blocked, "number cannot be reached"),
        (parts.is_live and not _approved(script, item), "draft"),
    )
    return next((reason for is_so, reason in checks if is_so), "")


def _ready_at(tx: Connection, script: Script, patient: Patient, now: datetime) -> tuple[datetime, str]:
    """From when on it may go, and why not before: the patient's hours, and never two texts at once."""
    opens = next_open(now, zone(patient.zone), script.whole.practice.contact)
    last = outbox.last_unprompted(tx, patient.contact_id)
    apart = last + APART if last is not None else now
    if opens >= apart:
        return opens, "outside hours"
    return apart, "too close to another text"


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
    turn = start(flow, script.version, facts(tx, script, patient, now, flow=flow))
    _end_before(tx, parts, script, patient, now)
    occurrence = _occurrence("checkin", entry)
    ask = flow.step(turn.session.step or "")
    session_id, outbox_id = parts.ids(), parts.ids()
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
    said = _opening(script, turn, item, patient)
    body = "\n".join([*_riders(tx, script, entry, patient, outbox_id, now), *said])
    return _write(
        tx, parts, outbox_id, MessageKind.CHECKIN, entry, patient, body, occurrence, now, valid_until=entry.not_after
    )


def _end_before(tx: Connection, parts: Parts, script: Script, patient: Patient, now: datetime) -> None:
    """A new check-in ends one that was left open: its silence counts as expiry."""
    for conversation in sessions.active(tx, parts.vault, patient.contact_id):
        if conversation.patient_id == patient.id:
            _end_in_silence(tx, parts, script, conversation, patient, now)


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
    outbox_id = parts.ids()
    body = "\n".join([body, *_riders(tx, script, entry, patient, outbox_id, now)])
    occurrence = _occurrence(kind.value, entry)
    return _write(tx, parts, outbox_id, kind, entry, patient, body, occurrence, now, valid_until=until)


def _rides(item: PlanItem, entry: Entry, patient: Patient, now: datetime) -> bool:
    """Missed in its own hours, and to be merged with whatever goes next."""
    return item.missed is Missed.MERGE and now >= at_local(entry.local_day, item.until, zone(patient.zone))


def _riders(tx: Connection, script: Script, entry: Entry, patient: Patient, outbox_id: str, now: datetime) -> list[str]:
    """The words of what was missed and goes along with this message; it counts as sent with it."""
    whole = script.whole
    waiting = {item.name: item for item in whole.plan.items if item.missed is Missed.MERGE and item.name != entry.item}
    words = []
    for missed in plan.planned(tx, entry.enrollment_id, waiting) if waiting else ():
        item = waiting[missed.item]
        if _rides(item, missed, patient, now):
            text = whole.tips[item.content].text if item.sends is Sends.TIP else whole.notices.text(item.content)
            words.append(script.say(text, patient.language))
            plan.settle(tx, missed.id, PlanState.SENT, outbox_id=outbox_id)
    return words


def _occurrence(kind: str, entry: Entry) -> str:
    """The key under which this happens once, whatever restarts or second clocks there are."""
    return f"{kind}:{entry.enrollment_id}:{entry.item}:{entry.local_day.isoformat()}"


def _write(
    tx: Connection,
    parts: Parts,
    outbox_id: str,
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
        id=outbox_id,
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
    to_nudge = parts.database.read(lambda tx: sessions.to_nudge(tx, moment.now, BATCH)) if script.library else []
    nudged = [each for each in to_nudge if _alone(parts, each, lambda tx, one: _nudge(tx, parts, one, moment.now))]
    for each in to_nudge:
        if each not in nudged:
            # A question that its flow no longer has: there is nothing to nudge with. Its expiry tells staff.
            _alone(parts, each, lambda tx, one: _no_nudge(tx, parts, one, moment.now))
    for each in parts.database.read(lambda tx: sessions.to_expire(tx, moment.now, BATCH)):
        _alone(parts, each, lambda tx, one: _expire(tx, parts, script, one, moment.now))
    if nudged:
        parts.bell.ring(Lane.PLAN)
    return len(nudged)


def _alone(parts: Parts, session_id: str, verb: Callable[[Connection, str], None]) -> bool:
    """In a transaction of its own: a conversation that cannot be moved must not hold up the others."""
    try:
        parts.database.write(lambda tx: verb(tx, session_id))
    except StoreBusy:
        raise
    except Exception as error:  # noqa: BLE001 - the session is still there, and its expiry needs no script
        log.error("session %s could not be moved (%s)", session_id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
        return False
    return True


def _nudge(tx: Connection, parts: Parts, session_id: str, now: datetime) -> None:
    """One nudge a question, inside the patient's hours and apart from other texts; at night it waits for the morning.

    Nothing is due any more when the patient answered while we waited for the lock.
    """
    conversation = _held(tx, parts, session_id)
    if not _is_past(conversation.nudge_at, now) or conversation.session.is_over:
        return
    if conversation.session.nudged:
        _save(tx, parts, conversation, conversation.session, nudge_at=None, now=now)
        return
    patient = patients.get(tx, conversation.patient_id)
    script, live = _script_of(parts, conversation), parts.scripts.live().whole
    ready_at, _ = _ready_at(tx, parts.scripts.live(), patient, now)
    if ready_at > now:
        _save(tx, parts, conversation, conversation.session, nudge_at=ready_at, now=now)
        return
    turn = _silence(tx, parts, conversation, patient, now)
    _save(tx, parts, conversation, turn.session, nudge_at=None, now=now)
    closes = closing(now, zone(patient.zone), live.practice.contact)
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
            not_after=min(closes, conversation.expires_at or closes),
        ),
    )


def _no_nudge(tx: Connection, parts: Parts, session_id: str, now: datetime) -> None:
    conversation = _held(tx, parts, session_id)
    _save(tx, parts, conversation, conversation.session, nudge_at=None, now=now)


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _expire(tx: Connection, parts: Parts, script: Script, session_id: str, now: datetime) -> None:
    conversation = _held(tx, parts, session_id)
    if conversation.session.is_over or not _is_past(conversation.expires_at, now):
        return
    _end_in_silence(tx, parts, script, conversation, patients.get(tx, conversation.patient_id), now)


def _end_in_silence(
    tx: Connection, parts: Parts, script: Script, conversation: Conversation, patient: Patient, now: datetime
) -> None:
    _save(tx, parts, conversation, _expired(conversation.session), nudge_at=None, now=now)
    _flag_scores(tx, parts, conversation, now)
    if patient.enrollment is EnrollmentState.ACTIVE and (now.date() - patient.surgery_day).days <= RISK_DAYS + 1:
        matter = Matter(Tier.ROUTINE, Cause.SILENCE, why=(f"no answer to {conversation.session.flow}",))
        alert.raise_once(tx, parts, script, matter, contact_id=patient.contact_id, patient_id=patient.id, now=now)


def _flag_scores(tx: Connection, parts: Parts, conversation: Conversation, now: datetime) -> None:
    """A set of questions that was begun and never finished is kept without a score. The end itself needs no script."""
    library = _script_of(parts, conversation).library
    flow = library.flows.get(conversation.session.flow) if library else None
    for given in unfinished(flow, conversation.session) if flow else ():
        sessions.keep_answer(tx, parts.ids(), conversation, given, inbox_id="", at=now)


def _held(tx: Connection, parts: Parts, session_id: str) -> Conversation:
    """The session, read again under its contact's lock: the patient may be answering at this very moment."""
    contacts.hold(tx, sessions.get(tx, parts.vault, session_id).contact_id)
    return sessions.get(tx, parts.vault, session_id)


def _silence(tx: Connection, parts: Parts, conversation: Conversation, patient: Patient, now: datetime) -> Turn:
    session = conversation.session
    flow = parts.scripts.flow(session.version, session.flow)
    known = facts(tx, _script_of(parts, conversation), patient, now, flow=flow)
    return advance(flow, session, Silence(over=False), known)


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
