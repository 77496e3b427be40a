"""Transaction 2 of walk 1: who texts, what follows, and all of it done, or nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from bot.core.alert import Acknowledgement, acknowledgement
from bot.core.binding import hangs_on_receipt
from bot.core.enrollment import Consent, Lane
from bot.core.flow import Memory
from bot.core.lateness import decide_late
from bot.core.reception import Decision, Over, Sender, Waiting, decide, decide_without_script, is_for_waiting
from bot.core.redflag.table import Tier
from bot.core.session import Facts, Session, State
from bot.service import alert, enroll, talk
from bot.service.inbound import effects, late, words
from bot.service.inbound.case import Case, Reply, Taken, Who
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import alerts, contacts, inbox, outbox, senders, sessions, staff
from bot.store.inbox import InboxState, Kept
from bot.store.sessions import Conversation

REFUSED = {
    "staff_ack_taken": ": refused, somebody else has it",
    "staff_ack_unknown_code": ": refused, there is no such alert",
    "staff_help": ": refused",
}
"""An acknowledgement that did nothing stays on record as such, by what was answered."""


def whole(case: Case, tx: Connection) -> Taken:
    """Raises what a broken script raises: `without_script` does then what safety needs."""
    who = who_texts(case.parts, case.kept, case.moment, tx, memory=case.script.memory)
    if who.contact.is_blocked:
        contacts.set_blocked(tx, who.contact.id, None)  # it has just texted us, so it can be reached
    if who.member and (ack := acknowledgement(case.body)):
        return _acknowledge(case, tx, who, ack)
    is_talked_with = bool(who.people) and who.contact.is_talked_with(case.moment.now)
    closed = late.closed_question(case, tx, who)
    if closed:
        who = replace(who, conversation=closed.conversation)
    elif who.people and who.conversation is None and not is_talked_with:
        who = replace(who, before=sessions.latest(tx, case.parts.vault, who.contact.id))
    waiting, over = _waiting(case, tx, who.conversation), _over(case, who.before)
    standing = who.standing(waiting, over, has_ended=_has_ended(case, who), is_talked_with=is_talked_with)
    facts = _facts(case, tx, who, waiting or over)
    if closed:
        decision = decide_late(case.text, case.heard, standing, facts, is_answered=closed.is_answered)
    else:
        decision = decide(case.text, case.heard, standing, facts)
    state = InboxState.UNMATCHED if who.sender is Sender.UNKNOWN else InboxState.HANDLED
    return _do(case, tx, who, decision, state, is_late=closed is not None)


def without_script(case: Case, tx: Connection) -> Taken:
    """The inbox row stays `received`: the reply is tried again by the sweep. A STOP is honoured at once.

    Raises AlreadyHandled when an earlier attempt, or the same webhook again, did this much already.
    """
    who = who_texts(case.parts, case.kept, case.moment, tx)
    if alerts.was_heard_in(tx, case.kept.id) or outbox.of_text(tx, case.kept.id):
        raise inbox.AlreadyHandled(case.kept.id)
    decision = decide_without_script(case.text, case.heard, who.standing(), case.facts)
    state = InboxState.HANDLED if decision.consent is Consent.STOPPED else InboxState.RECEIVED
    return _do(case, tx, who, decision, state)


def emergency_words(case: Case) -> list[Reply]:
    """While the store cannot take a decision, an emergency's instruction goes out all the same, without a row.

    The sweep decides later and says it again: it must be heard, even twice.
    """
    table = case.script.table
    if not case.by_answer or table.tier(case.heard.concerns) is not Tier.EMERGENCY:
        return []
    tells = table.tells(case.heard.concerns, in_hours=case.facts.in_hours)
    return [Reply("", "\n".join(case.script.say(tells[0], language) for language in ("en", "es")))]


def who_texts(parts: Parts, kept: Kept, moment: Moment, tx: Connection, *, memory: Memory | None = None) -> Who:
    """A number that texts for the first time becomes a contact. Without a `memory` the conversation stays closed."""
    vault = parts.vault
    find = partial(senders.known, tx, kept.phone_index, inbox_id=kept.id, attempt=kept.attempts, memory=memory)
    known = find()
    if known is None:
        contacts.ensure(tx, vault, kept.phone(vault), language="en", now=moment.now, new_id=parts.ids)
        known = find()
    if known is None:
        raise LookupError("a contact vanished while it was being made")
    member = None if known.people else staff.of_contact(tx, known.contact.id)
    conversation = known.conversation(vault) if memory else None
    return Who(known.contact, known.people, conversation, member, earlier=known.earlier)


def _waiting(case: Case, tx: Connection, conversation: Conversation | None) -> Waiting | None:
    if conversation is None:
        return None
    session = conversation.session
    flow = case.parts.scripts.flow(session.version, session.flow)
    return Waiting(session, flow, has_arrived=_has_arrived(case, tx, session))


def _has_arrived(case: Case, tx: Connection, session: Session) -> bool:
    """Looked up only where it makes a difference. A question asked in another way than in answer has long arrived."""
    closed = session.closed
    if closed is None or not hangs_on_receipt(case.body, closed, case.kept.received_at):
        return True
    return outbox.has_arrived(tx, closed.text_id)


def _over(case: Case, before: Conversation | None) -> Over | None:
    """None where its script can no longer be read: then a person reads what comes, as ever."""
    if before is None or before.ended_at is None or before.session.state is State.STOPPED:
        return None
    session = before.session
    try:
        flow = case.parts.scripts.flow(session.version, session.flow)
    except LookupError:
        return None
    steps = {session.step, session.closed.step if session.closed else None} - {None}
    return Over(session, flow, before.ended_at) if all(flow.step(step or "") for step in steps) else None


def _has_ended(case: Case, who: Who) -> bool:
    return bool(who.people) and all(enroll.is_over(case.script, person, case.moment.now) for person in who.people)


def _facts(case: Case, tx: Connection, who: Who, talk_of: Waiting | Over | None) -> Facts:
    """In a conversation the engine may know more: how far the recovery is, and what was answered before."""
    conversation = who.conversation or who.before
    if who.patient is None or conversation is None or talk_of is None:
        return case.facts
    more = talk.facts(
        tx,
        case.script,
        who.patient,
        case.moment.now,
        flow=talk_of.flow,
        steps=_asked_of(case, talk_of),
        session_id=conversation.id,
        earlier=who.earlier,
    )
    return replace(more, in_hours=case.facts.in_hours)


def _asked_of(case: Case, talk_of: Waiting | Over) -> tuple[str, ...]:
    """The questions that this text may answer, whose earlier answers may matter then."""
    session = talk_of.session
    waiting = (session.step or "",)
    if session.closed is None:
        return waiting
    if isinstance(talk_of, Waiting) and is_for_waiting(talk_of.flow, session, case.body, case.kept.received_at):
        return waiting
    return (*waiting, session.closed.step)


def _acknowledge(case: Case, tx: Connection, who: Who, ack: Acknowledgement) -> Taken:
    assert who.member is not None  # noqa: S101 - only a member of staff acknowledges
    notice, code = alert.acknowledge_by_text(tx, case.parts, case.script, who.member, ack, case.moment.now)
    replies = words.acknowledgement(case, tx, who, notice, code)
    what = f"acknowledge {code}".strip() + REFUSED.get(notice, "")
    effects.settle(case, tx, who, InboxState.HANDLED, understood=what)
    return Taken(replies, frozenset())


def _do(case: Case, tx: Connection, who: Who, decision: Decision, state: InboxState, *, is_late: bool = False) -> Taken:
    """Do what was decided: one transaction, nothing else writes."""
    if is_late:
        effects.keep_answers(case, tx, who, decision, at=case.kept.received_at)
    else:
        effects.move(case, tx, who, decision)
    effects.change_consent(case, tx, who, decision)
    if decision.language:
        effects.change_language(tx, who, decision.language)
    had_alert = case.kept.attempts > 1 and alerts.was_heard_in(tx, case.kept.id)
    lanes = frozenset[Lane]() if had_alert else effects.alerts_for(case, tx, who, decision)
    effects.note_correction(case, tx, who, decision)
    replies, spoken = words.say(case, tx, who, decision, is_repeat=had_alert, is_new=bool(lanes))
    effects.settle(case, tx, who, state, understood=decision.understood)
    return Taken(replies, lanes | spoken)
