"""Last month's conversations, run again through a draft: alerts gained and lost, and replies read otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.core.flow import Ask, Flow
from bot.core.hours import day_after, zone
from bot.core.reception import read_back
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.screen import screen
from bot.core.reply import understand
from bot.core.session import Facts, Session, Turn, advance, start
from bot.flowfile.library import Library
from bot.service.parts import Parts
from bot.store import inbox, patients, sessions
from bot.store.sessions import Past


@dataclass(frozen=True, slots=True)
class Differs:
    """One reply that the draft takes otherwise. `text_id` is the inbox row: the words stay where they are."""

    text_id: str
    flow: str
    step: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    understood: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The scripts of one side: the flows and the phrases heard beside them."""

    library: Library
    phrases: Phrases


def replay(parts: Parts, draft: Reading, since: datetime) -> tuple[int, list[Differs]]:
    """How many replies were run again, and those that differ. Each conversation runs against the version it had."""

    def work(tx: Connection) -> tuple[int, list[Differs]]:
        count = 0
        found: list[Differs] = []
        earlier: dict[str, dict[str, tuple[float, ...]]] = {}
        for past in sessions.since(tx, parts.vault, since):
            script = parts.scripts.version(past.session.version)
            if script.library is None:
                continue
            replies = _replies(tx, parts, past)
            count += len(replies)
            before = Reading(script.library, script.phrases)
            found += _run(tx, past, before, draft, replies, earlier.setdefault(past.patient_id, {}))
        return count, found

    return parts.database.read(work)


def _replies(tx: Connection, parts: Parts, past: Past) -> list[tuple[str, datetime, str]]:
    rows = inbox.between(tx, past.contact_id, past.started_at, past.ended_at)
    return [(row.id, row.received_at, row.body(parts.vault)) for row in rows]


def _run(
    tx: Connection,
    past: Past,
    before: Reading,
    after: Reading,
    replies: list[tuple[str, datetime, str]],
    earlier: dict[str, tuple[float, ...]],
) -> Iterator[Differs]:
    patient = patients.get(tx, past.patient_id)
    there = zone(patient.zone)
    began = past.started_at, max(0, day_after(patient.surgery_day, past.started_at, there))
    sides = [_Side(reading, past.session.flow, dict(earlier), patient.language, *began) for reading in (before, after)]
    for text_id, at, body in replies:
        day = max(0, day_after(patient.surgery_day, at, there))
        old, new = (side.takes(body, at, day) for side in sides)
        if old != new:
            gained, lost = sorted(set(new.alerts) - set(old.alerts)), sorted(set(old.alerts) - set(new.alerts))
            yield Differs(
                text_id, past.session.flow, old.step, tuple(gained), tuple(lost), (old.understood, new.understood)
            )
    for name, value in sides[0].answers.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            earlier[name] = (*earlier.get(name, ()), float(value))


@dataclass(frozen=True, slots=True)
class _Taken:
    step: str
    understood: str
    alerts: tuple[str, ...]


class _Side:
    """One conversation under one version of the scripts, from the moment and the day on which it began."""

    def __init__(
        self,
        reading: Reading,
        flow: str,
        earlier: dict[str, tuple[float, ...]],
        language: str,
        began_at: datetime,
        began_on: int,
    ) -> None:
        self._reading = reading
        self._flow: Flow | None = reading.library.flows.get(flow)
        self._earlier = earlier
        self._language = language
        self._session: Session | None = None
        if self._flow:
            self._session = start(self._flow, 0, self._facts(began_at, began_on)).session

    @property
    def answers(self) -> dict[str, object]:
        return dict(self._session.answers) if self._session else {}

    def takes(self, body: str, at: datetime, day: int) -> _Taken:
        heard = screen(body, self._reading.phrases)
        free = tuple(sorted({concern.concept for concern in heard.concerns}))
        session, flow = self._session, self._flow
        ask = flow.step(session.step or "") if flow and session and not session.is_over else None
        if flow is None or session is None or not isinstance(ask, Ask):
            return _Taken("", "outside a conversation", free)
        answer = understand(ask.question, body)
        turn: Turn = advance(flow, session, answer, self._facts(at, day), heard.concerns)
        self._session = turn.session
        alerts = tuple(sorted({concern.concept for concern in turn.red_flags}))
        return _Taken(ask.name, read_back(turn.answer, answer), alerts)

    def _facts(self, at: datetime, day: int) -> Facts:
        practice = self._reading.library.practice
        in_hours = practice.office.is_open(at, practice.zone)
        return Facts(self._reading.library.table, in_hours, day, self._language, self._earlier, practice.bands)
