"""What the watchdogs say in the database: each leaves a mark of its own there every few seconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.store import marks
from bot.store.marks import Mark

ALIVE = "alive:watchdog:"
"""With a watchdog's name: its sign of life, and what it has to say."""

QUIET_AFTER = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Trouble:
    part: str
    what: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """One watchdog's. `seen_at` and the rest are real time; `canary_at`, `ping_at`: when the last one got through."""

    host: str
    seen_at: datetime
    troubles: tuple[Trouble, ...] = ()
    canary_at: datetime | None = None
    ping_at: datetime | None = None

    def is_quiet(self, real: datetime) -> bool:
        return real - self.seen_at > QUIET_AFTER


def said(word: Word) -> str:
    """A word as it is left in the mark."""
    return json.dumps(
        {
            "host": word.host,
            "troubles": [[each.part, each.what, each.since.isoformat()] for each in word.troubles],
            "canary_at": word.canary_at.isoformat() if word.canary_at else None,
            "ping_at": word.ping_at.isoformat() if word.ping_at else None,
        }
    )


def every(tx: Connection) -> list[Word]:
    """The one heard last first; empty where none ever ran."""
    words = [_word(mark) for mark in marks.every(tx, ALIVE).values()]
    return sorted(words, key=lambda word: word.seen_at, reverse=True)


def _word(mark: Mark) -> Word:
    kept = json.loads(mark.value)
    return Word(
        host=str(kept["host"]),
        seen_at=mark.at,
        troubles=tuple(Trouble(part, what, datetime.fromisoformat(since)) for part, what, since in kept["troubles"]),
        canary_at=_at(kept["canary_at"]),
        ping_at=_at(kept["ping_at"]),
    )


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
