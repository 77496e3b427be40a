"""A patient's text arrives: keep it, decide, and leave the answer in the outbox."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from bot.core.alert import Acknowledgement, acknowledgement
from bot.core.delivery import OutboxState
from bot.core.enrollment import Act, Consent, EnrollmentState, Lane, MessageKind
from bot.core.flow import Ask
from bot.core.keyword import Keyword
from bot.core.reception import Decision, Sender, Spoken, Standing, Text, Waiting, decide, decide_without_script
from bot.core.redflag.screen import Heard, screen
from bot.core.redflag.table import Tier
from bot.core.session import Facts, State
from bot.service import alert, enroll, talk
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, in_office_hours
from bot.store import alerts, consents, contacts, inbox, outbox, patients, senders, sessions, staff
from bot.store.contacts import Contact
from bot.store.database import StoreBusy
from bot.store.inbox import Inbound, InboxState, Kept
from bot.store.outbox import Draft
from bot.store.patients import Patient
from bot.store.sessions import Conversation
from bot.store.staff import Staff

log = logging.getLogger(__name__)

ANSWER_DEADLINE = timedelta(seconds=30)
"""Real time without a receipt after which a reply in a webhook's answer is looked for in the carrier's list."""

TRY_AGAIN_AFTER = timedelta(seconds=15)
"""Real time after which a text whose handling did not finish is taken up by the sweep."""

MOST_ATTEMPTS = 5
MOST_REPLIES = 30
"""Automatic replies to one number in an hour. A patient never needs as many; two robots would go on for ever."""
MOST_INSTRUCTIONS = 200
"""The same for an emergency's instruction: far above what a person needs, and still an end to a loop."""

NOTICES = frozenset({"joined", "stopped", "restarted", "help", "staff_stopped"})
"""Standard texts that are notices; every other thing said in answer is a reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the webhook's answer, named by its outbox row; empty where the store could not take one."""

    outbox_id: str
    body: str


def receive(parts: Parts, text: Inbound, moment: Moment) -> list[Reply]:
    """Walk 1. Raises StoreBusy only while the text is not safe yet; after that the sweep finishes what we cannot."""
    kept, is_new = keep(parts, text, moment)
    if not is_new and kept.state is not InboxState.RECEIVED:
        return _again(parts, kept)
    try:
        return handle(parts, kept, moment, by_answer=True)
    except StoreBusy:
        raise
    except Exception as error:  # noqa: BLE001 - the text is safe, and the sweep takes it up: an error would lose the answer
        log.error("text %s: kept, but not handled yet (%s)", kept.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote the patient
        return []


def keep(parts: Parts, text: Inbound, moment: Moment) -> tuple[Kept, bool]:
    """Transaction 1: the words are safe. Returns the row, and whether this sid came for the first time."""
    new = inbox.new(parts.vault, parts.ids(), text, now=moment.now)
    try_again = moment.real + TRY_AGAIN_AFTER
    if parts.database.write_one(lambda tx: inbox.keep(tx, new, text, next_attempt_at=try_again)):
        return new, True
    before = parts.database.read(lambda tx: inbox.by_sid(tx, text.sid))
    if before is None:
        raise LookupError("a text vanished after it was kept")
    return before, False


def _again(parts: Parts, kept: Kept) -> list[Reply]:
    """The same text again, before any receipt: the same answer again. After a receipt: nothing more to say."""
    messages = parts.database.read(lambda tx: outbox.of_text(tx, kept.id))
    if any(message.sid for message in messages):
        return []
    waiting = [message for message in messages if message.state is OutboxState.SENDING]
    return [Reply(message.id, message.body(parts.vault)) for message in waiting]


def handle(parts: Parts, kept: Kept, moment: Moment, *, by_answer: bool) -> list[Reply]:
    """Transaction 2. If the script raises, what safety needs is committed without it, and the sweep tries again."""
    script = parts.scripts.live()
    body = kept.body(parts.vault)
    taking = _Taking(parts, script, kept, body, screen(body, script.phrases), moment, by_answer=by_answer)
    try:
        replies = parts.database.write(taking.whole)
    except inbox.AlreadyHandled:
        return _again(parts, kept) if by_answer else []
    except StoreBusy:
        log.warning("text %s is kept; its handling waits for the store", kept.id)
        return taking.emergency_words()
    except Exception as error:  # noqa: BLE001 - the safety path never depends on the script
        log.error("text %s: the script failed (%s); going on without it", kept.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote the patient
        taking = taking.anew()
        replies = _without_script(parts, kept, taking)
    for lane in taking.lanes:
        parts.bell.ring(lane)
    return replies


def _without_script(parts: Parts, kept: Kept, taking: _Taking) -> list[Reply]:
    try:
        return parts.database.write(taking.without_script)
    except inbox.AlreadyHandled:
        return _again(parts, kept) if taking.by_answer else []
    except StoreBusy:
        return taking.emergency_words()


class _Taking:
    """One text being taken in. Built before the transaction, so that what is slow and pure is done outside it."""

    def __init__(
        self, parts: Parts, script: Script, kept: Kept, body: str, heard: Heard, moment: Moment, *, by_answer: bool
    ) -> None:
        self.parts = parts
        self.script = script
        self.kept = kept
        self.body = body
        self.heard = heard
        self.moment = moment
        self.by_answer = by_answer
        self.in_hours = in_office_hours(script, moment.now)
        self.lanes: set[Lane] = set()

    def whole(self, tx: Connection) -> list[Reply]:
        contact = self._contact(tx)
        known = senders.known(tx, self.parts.vault, contact.id)
        people, conversation = known.people, known.conversation
        if contact.is_blocked:
            contacts.set_blocked(tx, contact.id, None)  # it has just texted us, so it can be reached
        member = None if people else staff.of_contact(tx, contact.id)
        if member and (ack := acknowledgement(self.body)):
            return self._acknowledged(tx, contact, member, ack)
        standing = self._standing(contact, people, member, conversation)
        facts = self._facts_of(tx, people, conversation, standing)
        decision = decide(self._text, self.heard, standing, facts)
        return self._do(tx, contact, people, member, conversation, decision, state=self._settled(standing))

    def without_script(self, tx: Connection) -> list[Reply]:
        """The inbox row stays `received`: the reply is tried again by the sweep. A STOP is honoured at once.

        Raises AlreadyHandled when an earlier attempt, or the same webhook again, did this much already.
        """
        contact = self._contact(tx)
        if alerts.was_heard_in(tx, self.kept.id) or outbox.of_text(tx, self.kept.id):
            raise inbox.AlreadyHandled(self.kept.id)
        people = patients.of_contact(tx, contact.id)
        member = None if people else staff.of_contact(tx, contact.id)
        standing = Standing(_sender(people, member), contact.consent)
        decision = decide_without_script(self._text, self.heard, standing, self._facts)
        state = InboxState.HANDLED if decision.consent is Consent.STOPPED else InboxState.RECEIVED
        return self._do(tx, contact, people, member, None, decision, state=state)

    def anew(self) -> _Taking:
        """The same text, with nothing left of an attempt that was rolled back."""
        return _Taking(self.parts, self.script, self.kept, self.body, self.heard, self.moment, by_answer=self.by_answer)

    @property
    def _text(self) -> Text:
        answered = self.kept.opt_out_type.lower()
        word = Keyword(answered) if answered in set(Keyword) else None
        return Text(self.body, pictures=self.kept.media_count, carrier_answered=word)

    @property
    def _facts(self) -> Facts:
        return Facts(table=self.script.table, in_hours=self.in_hours)

    def _facts_of(
        self, tx: Connection, people: tuple[Patient, ...], conversation: Conversation | None, standing: Standing
    ) -> Facts:
        """In a conversation the engine may know more: how far the recovery is, and what was answered before."""
        patient = _whose(people, conversation)
        if patient is None or conversation is None or standing.waiting is None:
            return self._facts
        step = conversation.session.step or ""
        flow = standing.waiting.flow
        more = talk.facts(tx, self.script, patient, self.moment.now, flow=flow, step=step, session_id=conversation.id)
        return replace(more, in_hours=self.in_hours)

    def emergency_words(self) -> list[Reply]:
        """While the store cannot take a decision, an emergency's instruction goes out all the same, without a row.

        The sweep decides later and says it again: it must be heard, even twice.
        """
        if not self.by_answer or self.script.table.tier(self.heard.concerns) is not Tier.EMERGENCY:
            return []
        tells = self.script.table.tells(self.heard.concerns, in_hours=self.in_hours)
        return [Reply("", "\n".join(self.script.say(tells[0], language) for language in ("en", "es")))]

    def _contact(self, tx: Connection) -> Contact:
        found = contacts.lock(tx, self.kept.phone_index)
        if found is not None:
            return found
        phone = self.kept.phone(self.parts.vault)
        return contacts.ensure(tx, self.parts.vault, phone, language="en", now=self.moment.now, new_id=self.parts.ids)

    def _standing(
        self, contact: Contact, people: tuple[Patient, ...], member: Staff | None, conversation: Conversation | None
    ) -> Standing:
        if not people:
            return Standing(_sender(people, member), contact.consent)
        waiting = None
        if conversation:
            session = conversation.session
            waiting = Waiting(session, self.parts.scripts.flow(session.version, session.flow))
        has_ended = all(person.enrollment is EnrollmentState.ENDED for person in people)
        is_talked_with = contact.is_talked_with(self.moment.now)
        return Standing(Sender.PATIENT, contact.consent, waiting, has_ended, is_talked_with)

    def _settled(self, standing: Standing) -> InboxState:
        return InboxState.UNMATCHED if standing.sender is Sender.UNKNOWN else InboxState.HANDLED

    def _do(
        self,
        tx: Connection,
        contact: Contact,
        people: tuple[Patient, ...],
        member: Staff | None,
        conversation: Conversation | None,
        decision: Decision,
        *,
        state: InboxState,
    ) -> list[Reply]:
        """Do what was decided: one transaction, nothing else writes."""
        patient = _whose(people, conversation)
        if conversation and decision.turn:
            self._move(tx, conversation, patient, decision)
        if decision.consent is not None:
            self._change_consent(tx, contact, people, decision.consent)
        if decision.language:
            self._change_language(tx, contact, people, decision.language)
        if member and decision.consent is Consent.STOPPED:
            alert.tell_colleagues(tx, self.parts, self.script, member, self.moment.now)
        for act in decision.acts:
            self._enter(tx, contact, act)
        had_alert = self.kept.attempts > 1 and alerts.was_heard_in(tx, self.kept.id)
        if not had_alert:
            self._raise(tx, contact, patient, decision)
        replies = self._say(tx, contact, patient, decision, is_repeat=had_alert)
        inbox.settle(
            tx,
            self.kept.id,
            contact_id=contact.id,
            state=state,
            understood=decision.understood,
            now=None if state is InboxState.RECEIVED else self.moment.now,
        )
        return replies

    def _move(self, tx: Connection, conversation: Conversation, patient: Patient | None, decision: Decision) -> None:
        turn = decision.turn
        if turn is None:
            return
        moved_on = turn.session.step != conversation.session.step
        nudge_at = expires_at = None
        if not turn.session.is_over:
            flow = self.parts.scripts.flow(turn.session.version, turn.session.flow)
            ask = flow.step(turn.session.step or "")
            if isinstance(ask, Ask):
                nudge_at = None if turn.session.nudged else self.moment.now + ask.nudge_after
                expires_at = self.moment.now + ask.expires_after if moved_on else conversation.expires_at
        sessions.save(
            tx,
            self.parts.vault,
            conversation.id,
            turn.session,
            nudge_at=nudge_at,
            expires_at=expires_at,
            now=self.moment.now,
        )
        for given in (turn.answer, *turn.scores):
            if given:
                sessions.keep_answer(
                    tx, self.parts.ids(), conversation, given, inbox_id=self.kept.id, at=self.moment.now
                )
                if patient:
                    begun_by = conversation.session.flow
                    enroll.begin_with_answer(tx, self.parts, self.script, patient, begun_by, given, self.moment.now)

    def _change_consent(self, tx: Connection, contact: Contact, people: tuple[Patient, ...], consent: Consent) -> None:
        contacts.set_consent(tx, contact.id, consent)
        if consent is Consent.STOPPED:
            sessions.end_all(tx, contact.id, State.STOPPED, self.moment.now)
            outbox.cancel(tx, contact_id=contact.id, reason="stopped")
            for person in people:
                enroll.pause(tx, person, self.moment.now)
        elif consent is Consent.JOINED:
            for person in people:
                enroll.begin(tx, self.parts, self.script, person, self.moment.now)

    def _change_language(self, tx: Connection, contact: Contact, people: tuple[Patient, ...], language: str) -> None:
        contacts.set_language(tx, contact.id, language)
        for person in people:
            patients.set_language(tx, person.id, language)

    def _enter(self, tx: Connection, contact: Contact, act: Act) -> None:
        wording = self.script.notice_version(enroll.WORDING[act]) if self.script.notices else ""
        consents.enter(
            tx, self.parts.ids(), contact.id, act, wording=wording, inbox_id=self.kept.id, at=self.moment.now
        )

    def _raise(self, tx: Connection, contact: Contact, patient: Patient | None, decision: Decision) -> None:
        stopped = contact.consent is Consent.STOPPED or decision.consent is Consent.STOPPED
        for matter in decision.matters:
            raised = alert.raise_for(
                tx,
                self.parts,
                self.script,
                matter,
                contact_id=contact.id,
                patient_id=patient.id if patient else None,
                quote=self.body,
                inbox_id=self.kept.id,
                cannot_text=stopped,
                now=self.moment.now,
            )
            self.lanes |= raised

    def _say(
        self, tx: Connection, contact: Contact, patient: Patient | None, decision: Decision, *, is_repeat: bool
    ) -> list[Reply]:
        wanted = [spoken for spoken in decision.say if not (is_repeat and spoken.urgent)]
        if not wanted or not self._may_reply(tx, contact, wanted):
            return []
        language = decision.language or (patient.language if patient else contact.language)
        drafts = [
            self._draft(contact, patient, place, spoken, body)
            for place, (spoken, body) in enumerate(self._worded(wanted, language, decision))
        ]
        outbox.write_all(tx, self.parts.vault, drafts)
        if not self.by_answer:
            self.lanes.add(Lane.TALK)
        return [Reply(draft.id, draft.body) for draft in drafts] if self.by_answer else []

    def _worded(self, wanted: list[Spoken], language: str, decision: Decision) -> list[tuple[Spoken, str]]:
        """Two messages at most, because a phone may show them in any order: the emergency's, and the rest.

        After STOP a single text may go out, so the instruction and the confirmation share it.
        """
        words = [(spoken, body) for spoken in wanted if (body := self._words(spoken, language))]
        if decision.consent is Consent.STOPPED:
            groups = [words]
        else:
            groups = [[pair for pair in words if pair[0].urgent], [pair for pair in words if not pair[0].urgent]]
        return [(group[0][0], "\n".join(body for _, body in group)) for group in groups if group]

    def _words(self, spoken: Spoken, language: str) -> str:
        """Empty for a standard text while none can be read: STOP is honoured in silence then."""
        if spoken.text is not None:
            return self.script.say(spoken.text, language)
        return self.script.notice(spoken.notice, language) if self.script.notices else ""

    def _may_reply(self, tx: Connection, contact: Contact, wanted: list[Spoken]) -> bool:
        """Up to a number an hour, so that no loop is ours; for an emergency's instruction it is far higher."""
        since = contact.replies_since
        fresh = since is None or self.moment.now - since >= timedelta(hours=1)
        since, replies = (self.moment.now, 1) if fresh or since is None else (since, contact.replies + 1)
        contacts.count_replies(tx, contact.id, since, replies)
        most = MOST_INSTRUCTIONS if any(spoken.urgent for spoken in wanted) else MOST_REPLIES
        return replies <= most

    def _draft(self, contact: Contact, patient: Patient | None, place: int, spoken: Spoken, body: str) -> Draft:
        return Draft(
            id=self.parts.ids(),
            kind=MessageKind.NOTICE if spoken.notice in NOTICES else MessageKind.REPLY,
            contact_id=contact.id,
            occurrence=f"reply:{self.kept.id}:{self.kept.attempts}.{place}",
            body=body,
            due_at=self.moment.now,
            created_at=self.moment.now,
            patient_id=patient.id if patient else None,
            inbox_id=self.kept.id,
            urgent=spoken.urgent,
            answered_at=self.moment.real if self.by_answer else None,
            answer_lease=self.moment.real + ANSWER_DEADLINE if self.by_answer else None,
        )

    def _ack_words(self, notice: str, language: str, code: str) -> str:
        """An acknowledgement counts, and is answered, also while the notices cannot be read."""
        if self.script.notices is None:
            return f"Mendline: {notice.removeprefix('staff_').replace('_', ' ')} {code}".strip()
        return self.script.notice(notice, language, {"code": code})

    def _acknowledged(self, tx: Connection, contact: Contact, member: Staff, ack: Acknowledgement) -> list[Reply]:
        notice, code = alert.acknowledge_by_text(tx, self.parts, member, ack, self.moment.now)
        body = self._ack_words(notice, contact.language, code)
        draft = self._draft(contact, None, 0, Spoken(notice=notice), body)
        if contact.consent is not Consent.STOPPED:
            outbox.write_all(tx, self.parts.vault, [draft])
        inbox.settle(
            tx,
            self.kept.id,
            contact_id=contact.id,
            state=InboxState.HANDLED,
            understood=f"acknowledge {code}".strip(),
            now=self.moment.now,
        )
        has_reply = self.by_answer and contact.consent is not Consent.STOPPED
        return [Reply(draft.id, body)] if has_reply else []


def _sender(people: tuple[Patient, ...], member: Staff | None) -> Sender:
    if people:
        return Sender.PATIENT
    return Sender.STAFF if member else Sender.UNKNOWN


def give_up(parts: Parts, kept: Kept, moment: Moment) -> None:
    """Tried often enough: a person reads it. The quote goes with the alert, so nothing is lost."""

    def work(tx: Connection) -> None:
        taking = _Taking(parts, parts.scripts.live(), kept, kept.body(parts.vault), Heard(), moment, by_answer=False)
        contact = taking._contact(tx)  # noqa: SLF001 - the same room
        people = patients.of_contact(tx, contact.id)
        alert.raise_unreadable(
            tx, parts, taking.script, contact_id=contact.id, patient=_whose(people, None), kept=kept, now=moment.now
        )
        inbox.settle(tx, kept.id, contact_id=contact.id, state=InboxState.FAILED, understood="", now=moment.now)

    parts.database.write(work)


def _whose(people: tuple[Patient, ...], conversation: Conversation | None) -> Patient | None:
    if conversation:
        return next((person for person in people if person.id == conversation.patient_id), None)
    return people[-1] if people else None


__all__ = ["Inbound", "Moment", "Reply", "give_up", "handle", "keep", "receive"]
