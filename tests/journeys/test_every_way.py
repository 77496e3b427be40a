"""Every way through every shipped conversation, and every two ways in a row, through the real webhook.

What the patient hears, where the conversation then waits and what staff are alerted to is what the engine said when
the flows were proved. Of the pairs a sample is taken; `python3 -m bot test --every-pair` takes them all.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from bot.carrier.pretend import twiml
from bot.core.enrollment import Consent, EnrollmentState
from bot.core.flow import Ask, Kind, Silence, Unclear
from bot.core.hours import local_day
from bot.core.redflag.screen import screen
from bot.core.session import Session, State, start
from bot.core.wording import render
from bot.flowfile.library import Library, from_sources, read_folder
from bot.flowfile.phrases import fallback_phrases
from bot.flowfile.proof.cover import Way, conversations
from bot.flowfile.proof.explore import Edge, explore
from bot.flowfile.proof.given import samples
from bot.service import silence
from bot.service.talk import facts
from bot.store import contacts, patients, publications, sessions
from bot.store.patients import NewPatient
from bot.store.sessions import Conversation
from bot.store.tables import outbox
from tests.clinic import FLOWS, MORNING, Clinic

CHICAGO = ZoneInfo("America/Chicago")
_NUMBERS = itertools.count(1)

WORDS = {
    "cauda_equina": "i cant feel anything when i wipe",
    "hardware": "i heard a loud pop in my back and it hurts",
}
"""A text in which the screen hears this concept and no other."""

EVENING = MORNING + timedelta(hours=9)
"""18:55 in Chicago: the office is closed."""

ANSWERS_AFTER = timedelta(minutes=3)
"""Later than the same word counts as one that was sent twice: there are no receipts here."""

ONE_OF = 12
"""Of the conversations for all pairs the suite takes one in so many; and all of them on demand."""

WAITS_FOR = "50m"
"""A reminder comes after so long here: later than any two unasked texts may follow, and ten of them fit into a day."""


def _library() -> Library:
    sources, _ = read_folder(FLOWS)
    plan = sources["plan.yaml"].replace("nudge_after: 4h", f"nudge_after: {WAITS_FOR}")
    library = from_sources({**sources, "plan.yaml": plan}).library
    assert library is not None
    return library


LIBRARY = _library()
DATABASES = ("sqlite", "postgres")
EACH = [(DATABASES[place % 2], name) for place, name in enumerate(sorted(LIBRARY.flows))]
"""One database for each flow, turn by turn: what differs between the two is not what a flow says."""


def test_the_texts_used_here_are_heard_as_what_they_are() -> None:
    for concept, text in WORDS.items():
        assert [each.concept for each in screen(text, fallback_phrases()).concerns] == [concept]


@pytest.mark.parametrize(("begun", "name"), EACH, indirect=["begun"])
def test_what_was_proved_is_what_happens(open_clinic: Callable[..., Clinic], name: str) -> None:
    hospital = Hospital(open_clinic(at=MORNING), name)

    for way in hospital.ways(in_hours=True):
        hospital.talks(way, at=hospital.next_morning())


@pytest.mark.parametrize(("begun", "name"), EACH, indirect=["begun"])
def test_and_so_is_every_two_in_a_row(
    open_clinic: Callable[..., Clinic], name: str, pytestconfig: pytest.Config
) -> None:
    hospital, step = Hospital(open_clinic(at=MORNING), name), 1 if pytestconfig.getoption("--every-pair") else ONE_OF

    for in_hours, at in ((True, MORNING), (False, EVENING)):
        for way in hospital.ways(in_hours=in_hours, pairs=True)[int(in_hours) % step :: step]:
            hospital.talks(way, at=at)


def _is_any(ask: Ask, edge: Edge) -> bool:
    """Red flags beside an answer are the screen's own matter; here they come by themselves. A question for words
    takes any words for its answer, so there they never do."""
    if not edge.given.heard:
        return True
    return isinstance(edge.given.answer, Unclear) and ask.question.kind is not Kind.WORDS


def _is_typed(ask: Ask, edge: Edge) -> bool:
    return _is_any(ask, edge) and not isinstance(edge.given.answer, Silence)


class Hospital:
    """Patients in one flow, each of whom goes one way through it."""

    def __init__(self, clinic: Clinic, name: str) -> None:
        self.clinic = clinic
        clinic.sends_by_itself = False
        self.flow = LIBRARY.flows[name]
        self.explored = explore(self.flow, LIBRARY)
        self.version = _published(clinic)
        self.count = 0

    def ways(self, *, in_hours: bool, pairs: bool = False) -> list[Way]:
        moment = next(m for m in self.explored.opening if self.explored.moments[m].in_hours is in_hours)
        only = _is_typed if pairs else _is_any
        return conversations(self.explored, moment, pairs=pairs, only=lambda edge: only(self.ask(edge), edge))

    def ask(self, edge: Edge) -> Ask:
        step = self.flow.step(edge.source.session.step or "")
        assert isinstance(step, Ask)
        return step

    def next_morning(self) -> datetime:
        """Of a weekday, when nobody waits any more."""
        morning = MORNING + timedelta(days=self.count)
        while morning < self.clinic.clock.now() or morning.isoweekday() > 5:
            morning += timedelta(days=1)
        return morning

    def talks(self, way: Way, *, at: datetime) -> None:
        self.count += 1
        self.passes(at - self.clinic.clock.now())
        patient = Patient(self, ("en", "es")[self.count % 2], way[0].source.began.day)
        for edge in way:
            if isinstance(edge.given.answer, Silence):
                patient.keeps_silent(edge)
            else:
                patient.texts(edge)
        now = self.clinic.clock.now()
        self.clinic.parts.database.write(lambda tx: sessions.end_all(tx, patient.contact_id, State.STOPPED, now))

    def passes(self, time: timedelta) -> None:
        """Time goes by for the clinic and the machine alike, and nothing is done meanwhile."""
        self.clinic.clock.jump(seconds=time.total_seconds())
        self.clinic.clock.wait_real(seconds=time.total_seconds())


class Patient:
    """Somebody at the first question of the flow."""

    def __init__(self, hospital: Hospital, language: str, day: int) -> None:
        self.hospital, self.clinic, self.language = hospital, hospital.clinic, language
        self.phone = f"+1507558{hospital.count:04d}"
        self.contact_id, self.id = self.clinic.parts.database.write(lambda tx: self._admitted(tx, day))

    def _admitted(self, tx: Connection, day: int) -> tuple[str, str]:
        parts, now = self.clinic.parts, self.clinic.clock.now()
        surgery, patient_id = local_day(now, CHICAGO) - timedelta(days=day), parts.ids()
        contact = contacts.ensure(tx, parts.vault, self.phone, language=self.language, now=now, new_id=parts.ids)
        contacts.set_consent(tx, contact.id, Consent.JOINED)
        patients.add(
            tx, parts.vault, patient_id, contact.id, NewPatient("Ana", self.language, CHICAGO.key, surgery), now
        )
        patients.enroll(tx, parts.ids(), patient_id, surgery, EnrollmentState.ACTIVE, now)
        flow = self.hospital.flow
        known = facts(tx, parts.scripts.live(), patients.get(tx, patient_id), now, flow=flow)
        begun = start(flow, self.hospital.version, known).session
        ask = flow.step(begun.step or "")
        assert isinstance(ask, Ask)
        sessions.begin(
            tx,
            parts.vault,
            parts.ids(),
            contact_id=contact.id,
            patient_id=patient_id,
            occurrence=f"every way:{self.phone}",
            session=begun,
            nudge_at=now + ask.nudge_after,
            expires_at=now + ask.expires_after,
            now=now,
        )
        return contact.id, patient_id

    def texts(self, edge: Edge) -> None:
        self.hospital.passes(ANSWERS_AFTER)
        heard = self._answered(_text(self.hospital.ask(edge), edge, self.language))
        raised = {concept for each in self.clinic.alerts if each.patient_id == self.id for concept in each.concepts}

        assert [words for words in self._words(edge) if words not in heard] == []
        assert {concern.concept for concern in edge.turn.red_flags} <= raised
        assert _where(self._conversation().session) == _where(edge.turn.session)

    def keeps_silent(self, edge: Edge) -> None:
        """Until the reminder, or until nobody waits any more."""
        waiting = self._conversation()
        until = waiting.expires_at if edge.turn.session.is_over else waiting.nudge_at
        assert until is not None
        self.hospital.passes(until - self.clinic.clock.now())
        silence.due(self.clinic.parts, self.clinic.moment)

        assert [words for words in self._words(edge) if words not in self._reminder()] == []
        assert _where(self._conversation().session) == _where(edge.turn.session)

    def _words(self, edge: Edge) -> list[str]:
        return [render(wording[self.language], LIBRARY.practice.values) for wording in edge.turn.say]

    def _answered(self, body: str) -> str:
        sid = f"SM{next(_NUMBERS):032x}"
        fields = {"MessageSid": sid, "From": self.phone, "To": "+15075550100", "Body": body, "NumMedia": "0"}
        response = self.clinic.post("/sms/inbound", fields)
        said = twiml.read(response.data, content_type=response.content_type, base_url="")

        assert response.status_code == 200
        return "\n".join(message.body for message in said.messages)

    def _reminder(self) -> str:
        rows = [
            row for row in self.clinic.rows(outbox) if (row["contact_id"], row["kind"]) == (self.contact_id, "nudge")
        ]
        parts = self.clinic.parts
        return "\n".join(parts.vault.open("outbox.body", str(row["id"]), bytes(row["body"])) for row in rows)  # type: ignore[call-overload]

    def _conversation(self) -> Conversation:
        parts = self.clinic.parts
        found = parts.database.read(lambda tx: sessions.latest(tx, parts.vault, self.contact_id))
        assert found is not None
        return found


def _where(session: Session) -> tuple[State, str | None]:
    return session.state, None if session.is_over else session.step


def _published(clinic: Clinic) -> int:
    """The library of this file, proved before, as the live version."""
    parts, version = clinic.parts, clinic.parts.scripts.live().version + 1
    parts.database.write(lambda tx: publications.add(tx, version, LIBRARY.sources, clinic.clock.now()))
    parts.scripts.refresh()
    return version


def _text(ask: Ask, edge: Edge, language: str) -> str:
    return WORDS[edge.given.heard[0].concept] if edge.given.heard else samples(ask, edge.given, language)[0]
