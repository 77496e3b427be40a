"""One text being taken in, and who sent it: what the rest of this room works with."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.enrollment import Lane
from bot.core.keyword import Keyword
from bot.core.language import languages_of
from bot.core.reception import Over, Sender, Standing, Text, Waiting
from bot.core.redflag.screen import Heard, screen
from bot.core.session import Facts
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, in_office_hours
from bot.store.contacts import Contact
from bot.store.inbox import Kept
from bot.store.patients import Patient
from bot.store.sessions import Conversation, Earlier
from bot.store.staff import Staff


@dataclass(frozen=True, slots=True)
class Case:
    """A text that is kept, screened before the transaction: what is slow and pure is done outside it.

    `by_answer`: the replies travel in the webhook's own answer.
    """

    parts: Parts
    script: Script
    kept: Kept
    body: str
    heard: Heard
    moment: Moment
    facts: Facts
    by_answer: bool

    @property
    def text(self) -> Text:
        kept = self.kept
        answered = kept.opt_out_type.lower()
        word = Keyword(answered) if answered and answered in set(Keyword) else None
        return Text(self.body, pictures=kept.media_count, carrier_answered=word, id=kept.id, at=kept.received_at)


def take_up(parts: Parts, kept: Kept, moment: Moment, *, by_answer: bool) -> Case:
    script = parts.scripts.live()
    body = kept.body(parts.vault)
    facts = Facts(table=script.table, in_hours=in_office_hours(script, moment.now))
    return Case(parts, script, kept, body, screen(body, script.phrases), moment, facts, by_answer)


@dataclass(frozen=True, slots=True)
class Who:
    """Who sent it, as the contact's lock found them. `member` is looked for only where there are no patients.

    `before`: the conversation that ended last, which is looked for only where none waits. `earlier`: what may matter to
    the waiting question of what was answered before; None where nothing may.
    """

    contact: Contact
    people: tuple[Patient, ...]
    conversation: Conversation | None
    member: Staff | None
    before: Conversation | None = None
    earlier: Earlier | None = None

    @property
    def sender(self) -> Sender:
        if self.people:
            return Sender.PATIENT
        return Sender.STAFF if self.member else Sender.UNKNOWN

    @property
    def answered(self) -> Conversation | None:
        """The conversation to which what they say may belong: the one that waits, else the last one."""
        return self.conversation or self.before

    @property
    def patient(self) -> Patient | None:
        """Whom it is about: whose conversation it is, else the newest patient of this phone."""
        if self.answered:
            about = self.answered.patient_id
            return next((person for person in self.people if person.id == about), None)
        return self.people[-1] if self.people else None

    def languages(self, body: str) -> tuple[str, ...]:
        """A stranger is answered in the language they write in, or in both."""
        if self.patient:
            return (self.patient.language,)
        return (self.contact.language,) if self.member else languages_of(body)

    def standing(
        self,
        waiting: Waiting | None = None,
        over: Over | None = None,
        *,
        has_ended: bool = False,
        is_talked_with: bool = False,
    ) -> Standing:
        return Standing(self.sender, self.contact.consent, waiting, has_ended, is_talked_with, over)


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the webhook's answer, named by its outbox row; empty where the store could not take one."""

    outbox_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: the webhook's answer, and the lanes to ring once it is durable."""

    replies: list[Reply]
    lanes: frozenset[Lane]
