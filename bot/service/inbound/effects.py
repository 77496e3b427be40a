"""What a decision changes besides what is said: the conversation, consent and its ledger, alerts, the text itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.enrollment import Act, Consent, Lane
from bot.core.flow import Ask
from bot.core.reception import Decision, Sender
from bot.core.session import Session, State
from bot.core.silence import Way
from bot.service import alert, enroll
from bot.service.inbound.case import Case, Who
from bot.store import alert_events, alerts, consents, contacts, inbox, outbox, patients, sessions
from bot.store.inbox import InboxState
from bot.store.sessions import Conversation


def move(case: Case, tx: Connection, who: Who, decision: Decision) -> None:
    """The conversation goes on, and what was understood becomes rows."""
    conversation, turn, now = who.answered, decision.turn, case.moment.now
    if conversation is None or turn is None:
        return
    nudge_at, expires_at = _waits_until(case, conversation, turn.session)
    sessions.save(
        tx, case.parts.vault, conversation.id, turn.session, nudge_at=nudge_at, expires_at=expires_at, now=now
    )
    keep_answers(case, tx, who, decision, at=now)


def keep_answers(case: Case, tx: Connection, who: Who, decision: Decision, *, at: datetime) -> None:
    """Of a question that was closed since, the answer alone is kept: its conversation has gone on, or ended."""
    conversation, turn = who.answered, decision.turn
    if conversation is None or turn is None:
        return
    for given in (turn.answer, *turn.scores):
        if given:
            sessions.keep_answer(tx, case.parts.ids(), conversation, given, inbox_id=case.kept.id, at=at)
            if who.patient:
                flow = conversation.session.flow
                enroll.begin_with_answer(tx, case.parts, case.script, who.patient, flow, given, case.moment.now)


def _waits_until(case: Case, conversation: Conversation, session: Session) -> tuple[datetime | None, datetime | None]:
    """When to nudge and when to give up on the question that now waits; a question asked again keeps its end."""
    if session.is_over:
        return None, None
    ask = case.parts.scripts.flow(session.version, session.flow).step(session.step or "")
    if not isinstance(ask, Ask):
        return None, None
    moved_on = session.step != conversation.session.step
    nudge_at = None if session.nudged else case.moment.now + ask.nudge_after
    return nudge_at, case.moment.now + ask.expires_after if moved_on else conversation.expires_at


def change_consent(case: Case, tx: Connection, who: Who, decision: Decision) -> None:
    """Our own ledger decides, so each act is entered in it with the wording that was shown."""
    if decision.consent is not None:
        contacts.set_consent(tx, who.contact.id, decision.consent)
    if decision.consent is Consent.STOPPED:
        _stop(case, tx, who)
    elif decision.consent is Consent.JOINED:
        for person in who.people:
            enroll.begin(tx, case.parts, case.script, person, case.moment.now)
    for act in decision.acts:
        _enter(case, tx, who, act)


def _stop(case: Case, tx: Connection, who: Who) -> None:
    now = case.moment.now
    sessions.end_all(tx, who.contact.id, State.STOPPED, now)
    outbox.cancel(tx, contact_id=who.contact.id, reason="stopped")
    for person in who.people:
        enroll.pause(tx, person, now)
    if who.member:
        alert.tell_colleagues(tx, case.parts, case.script, who.member, now)


def _enter(case: Case, tx: Connection, who: Who, act: Act) -> None:
    wording = case.script.notice_version(enroll.WORDING[act]) if case.script.notices else ""
    consents.enter(
        tx, case.parts.ids(), who.contact.id, act, wording=wording, inbox_id=case.kept.id, at=case.moment.now
    )


def change_language(tx: Connection, who: Who, language: str) -> None:
    """Of the phone and of everybody whose phone it is."""
    contacts.set_language(tx, who.contact.id, language)
    for person in who.people:
        patients.set_language(tx, person.id, language)


def alerts_for(case: Case, tx: Connection, who: Who, decision: Decision) -> frozenset[Lane]:
    """One alert a matter, with its first pages. Returns the lanes to ring."""
    stopped = Consent.STOPPED in (who.contact.consent, decision.consent)
    patient = who.patient
    lanes: set[Lane] = set()
    for matter in decision.matters:
        lanes |= alert.raise_for(
            tx,
            case.parts,
            case.script,
            matter,
            contact_id=who.contact.id,
            patient_id=patient.id if patient else None,
            quote=case.body,
            inbox_id=case.kept.id,
            cannot_text=stopped,
            is_stranger=who.sender is Sender.UNKNOWN,
            heard_at=case.kept.received_at,
            now=case.moment.now,
        )
        if matter.cause is Cause.STOPPED:
            lanes |= _watch_who_stopped(case, tx, who)
    return frozenset(lanes)


def _watch_who_stopped(case: Case, tx: Connection, who: Who) -> set[Lane]:
    """A STOP is honoured, and a recovery in its first weeks is not left unseen for that."""
    lanes: set[Lane] = set()
    for person in who.people:
        since, now = case.kept.received_at, case.moment.now
        lanes |= alert.fell_silent(tx, case.parts, case.script, person, Way.STOPPED, since=since, now=now, why="STOP")
    return lanes


def note_correction(case: Case, tx: Connection, who: Who, decision: Decision) -> None:
    """Staff see on the alert that its answer was corrected; that closes and lowers nothing."""
    if decision.corrects is None:
        return
    first, now = decision.corrects, case.moment.now
    heard = alerts.heard_in(tx, first.text_id)
    for raised in alerts.unresolved_of_contact(tx, who.contact.id):
        if raised.id in heard or f"answer: {first.step}" in raised.why:
            alert_events.note(tx, case.parts.ids(), raised.id, "corrected", at=now, detail=decision.understood)


def settle(case: Case, tx: Connection, who: Who, state: InboxState, *, understood: str) -> None:
    now = None if state is InboxState.RECEIVED else case.moment.now
    inbox.settle(tx, case.kept.id, contact_id=who.contact.id, state=state, understood=understood, now=now)
