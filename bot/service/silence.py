"""A question that nobody answers: one nudge by day, and then the waiting ends, which staff hear of while it matters."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.core.enrollment import Lane, MessageKind
from bot.core.flow import Silence
from bot.core.hours import closing, zone
from bot.core.session import Session, State, Turn, advance, unfinished
from bot.core.silence import Way
from bot.service import alert, quiet, still_wanted
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, facts
from bot.store import contacts, outbox, patients, sessions
from bot.store.database import StoreBusy
from bot.store.outbox import Draft
from bot.store.patients import Patient
from bot.store.sessions import Conversation

log = logging.getLogger(__name__)

BATCH = 100


def due(parts: Parts, moment: Moment) -> int:
    """Nudge those who have not answered, and end the waiting of those who never did. Returns how many were nudged."""
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
    ready, _ = quiet.ready_at(tx, parts.scripts.live(), patient, now)
    if ready > now:
        _save(tx, parts, conversation, conversation.session, nudge_at=ready, now=now)
        return
    _begin_silence(tx, parts, parts.scripts.live(), conversation, patient, now)
    turn = _asked_again(tx, parts, conversation, patient, now)
    _save(tx, parts, conversation, turn.session, nudge_at=None, now=now)
    outbox.write(tx, parts.vault, _draft(parts, conversation, turn, patient, now))


def _asked_again(tx: Connection, parts: Parts, conversation: Conversation, patient: Patient, now: datetime) -> Turn:
    session = conversation.session
    flow = parts.scripts.flow(session.version, session.flow)
    known = facts(tx, _script_of(parts, conversation), patient, now, flow=flow)
    return advance(flow, session, Silence(over=False), known)


def _draft(parts: Parts, conversation: Conversation, turn: Turn, patient: Patient, now: datetime) -> Draft:
    closes = closing(now, zone(patient.zone), parts.scripts.live().whole.practice.contact)
    return Draft(
        id=parts.ids(),
        kind=MessageKind.NUDGE,
        contact_id=patient.contact_id,
        occurrence=f"nudge:{conversation.id}:{turn.session.step}",
        body=_script_of(parts, conversation).say(turn.say[0], patient.language),
        due_at=now,
        created_at=now,
        patient_id=patient.id,
        not_after=min(closes, conversation.expires_at or closes),
    )


def _no_nudge(tx: Connection, parts: Parts, session_id: str, now: datetime) -> None:
    conversation = _held(tx, parts, session_id)
    _save(tx, parts, conversation, conversation.session, nudge_at=None, now=now)


def _expire(tx: Connection, parts: Parts, script: Script, session_id: str, now: datetime) -> None:
    conversation = _held(tx, parts, session_id)
    if conversation.session.is_over or not _is_past(conversation.expires_at, now):
        return
    _end(tx, parts, script, conversation, patients.get(tx, conversation.patient_id), now)


def end_open(tx: Connection, parts: Parts, script: Script, patient: Patient, now: datetime) -> None:
    """End the conversation that this patient left open, as if its time had run out."""
    for conversation in sessions.active(tx, parts.vault, patient.contact_id):
        if conversation.patient_id == patient.id:
            _end(tx, parts, script, conversation, patient, now)


def _end(
    tx: Connection, parts: Parts, script: Script, conversation: Conversation, patient: Patient, now: datetime
) -> None:
    session = conversation.session
    over = replace(session, state=State.EXPIRED)
    _save(tx, parts, conversation, over, nudge_at=None, now=now)
    _flag_scores(tx, parts, conversation, now)
    _begin_silence(tx, parts, script, conversation, patient, now)
    still_wanted.after_silence(tx, parts, script, conversation, patient, now)


def _begin_silence(
    tx: Connection, parts: Parts, script: Script, conversation: Conversation, patient: Patient, now: datetime
) -> None:
    """Staff hear of it in time: from the first question that was left without an answer."""
    since, why = sessions.asked_at(tx, conversation.id), f"no answer to {conversation.session.flow}"
    alert.fell_silent(tx, parts, script, patient, Way.UNANSWERED, since=since, now=now, why=why)


def _flag_scores(tx: Connection, parts: Parts, conversation: Conversation, now: datetime) -> None:
    """A set of questions that was begun and never finished is kept without a score. The end itself needs no script."""
    library = _script_of(parts, conversation).library
    flow = library.flows.get(conversation.session.flow) if library else None
    for given in unfinished(flow, conversation.session) if flow else ():
        sessions.keep_answer(tx, parts.ids(), conversation, given, inbox_id="", at=now)


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _held(tx: Connection, parts: Parts, session_id: str) -> Conversation:
    """The session, read again under its contact's lock: the patient may be answering at this very moment."""
    contacts.hold(tx, sessions.get(tx, parts.vault, session_id).contact_id)
    return sessions.get(tx, parts.vault, session_id)


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
