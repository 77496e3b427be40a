"""The published scripts, read once a version: conversations, plan, notices, the red-flag table and phrases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy import Connection

from bot.core.flow import Flow, Memory
from bot.core.notices import Notices
from bot.core.policy import WALK, Policy
from bot.core.practice import NAMELESS, Practice
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.table import RedFlagTable, Wording
from bot.core.silence import SHIPPED, Ladders
from bot.core.wording import choose, render
from bot.flowfile.library import Library, fallback_table, from_sources
from bot.flowfile.phrases import fallback_phrases, load_phrases
from bot.store import publications
from bot.store.database import Database
from bot.store.oncall import rota

LOOK_AGAIN_SECONDS = 2.0
"""How long a process may go on with a publication before it looks for a newer one."""

NEVER = float("-inf")
NOTHING_PUBLISHED = "no flows are published yet: run `mendline release`"


class NothingPublished(LookupError):
    """There is no publication that can be read. Screening goes on with the packaged table all the same."""


@dataclass(frozen=True, slots=True)
class Script:
    """One publication, ready for use. `library` is None when it cannot be read: the safety path lives without.

    `notices` are then those of the last publication that could be read, so that STOP is confirmed and a nurse who
    acknowledges is answered; None where there never was one. `holidays` are the days on which the practice is closed.
    `listens` gives the phrases, which are read when the first text is screened: they weigh more than all the rest, and
    most processes never screen one.
    """

    version: int
    library: Library | None
    table: RedFlagTable
    practice: Practice | None
    listens: Callable[[], Phrases]
    notices: Notices | None = None
    holidays: frozenset[date] = frozenset()

    @property
    def phrases(self) -> Phrases:
        return self.listens()

    @property
    def whole(self) -> Library:
        if self.library is None:
            raise NothingPublished(NOTHING_PUBLISHED)
        return self.library

    @property
    def memory(self) -> Memory:
        return self.library.memory if self.library else Memory()

    @property
    def policy(self) -> Policy:
        """How alerts climb: the practice's, or the walk's while no practice can be read."""
        return self.practice.policy if self.practice else WALK

    @property
    def silence(self) -> Ladders:
        """What follows when a patient falls silent: the practice's ladders, or those that it ships with."""
        return self.practice.silence if self.practice else SHIPPED

    def say(self, wording: Wording, language: str, more: Mapping[str, str] | None = None) -> str:
        """The wording in this language, with the practice's values filled in."""
        return render(choose(wording, language), {**self._values(language), **(more or {})})

    def _values(self, language: str) -> Mapping[str, str]:
        if self.practice:
            return self.practice.values
        return NAMELESS.get(language, NAMELESS["en"])

    def notice(self, name: str, language: str, more: Mapping[str, str] | None = None) -> str:
        """Raises NothingPublished where no notices could ever be read."""
        return self.say(self._notices.text(name), language, more)

    def notice_version(self, name: str) -> str:
        return f"{name}@{self._notices[name].version}"

    @property
    def _notices(self) -> Notices:
        if self.notices is None:
            raise NothingPublished(NOTHING_PUBLISHED)
        return self.notices


class Scripts:
    """Publications by version, kept in memory; the newest and the holidays are looked up every other second at most."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_version: dict[int, Script] = {}
        self._phrases: dict[int, Phrases] = {}
        self._live = 0
        self._holidays = frozenset[date]()
        self._looked_at = NEVER
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._reading_phrases = threading.RLock()

    def live(self) -> Script:
        """The newest publication; without any, a script that has only the packaged red-flag table and phrases."""
        if self._is_stale and self._looking.acquire(blocking=self._looked_at == NEVER):
            try:
                self._look()  # one thread does; the others go on with what they know
            finally:
                self._looking.release()
        script = self.version(self._live)
        return replace(script, holidays=self._holidays) if self._holidays else script

    @property
    def _is_stale(self) -> bool:
        return time.monotonic() - self._looked_at > LOOK_AGAIN_SECONDS

    def _look(self) -> None:
        if self._is_stale:
            self._live, self._holidays = self._database.read(_newest)
            self._looked_at = time.monotonic()

    def version(self, number: int) -> Script:
        with self._lock:
            return self._known(number)

    def refresh(self) -> None:
        """Look for a newer publication at the next use."""
        self._looked_at = NEVER

    def flow(self, number: int, name: str) -> Flow:
        """The flow of a conversation under way, as it was when the conversation began. Raises LookupError."""
        library = self.version(number).library
        if library is None or name not in library.flows:
            raise LookupError(f"version {number} has no flow {name}")
        return library.flows[name]

    def _known(self, number: int) -> Script:
        if number not in self._by_version:
            self._by_version[number] = self._read(number)
        return self._by_version[number]

    def _read(self, number: int) -> Script:
        if number == 0:
            return Script(number, None, fallback_table(), None, fallback_phrases)
        published = self._database.read(lambda tx: publications.get(tx, number))
        sources = published.sources if published else {}
        loaded, listens = from_sources(sources), partial(self._listens, number, sources.get("phrases.yaml"))
        if loaded.library is not None:
            library = loaded.library
            return Script(number, library, library.table, library.practice, listens, library.notices)
        # What cannot be read gives way to the last published one that can, else to the package's.
        before = self._known(number - 1)
        return Script(
            version=number,
            library=None,
            table=loaded.table or before.table,
            practice=loaded.practice or before.practice,
            listens=listens,
            notices=before.notices,
        )

    def _listens(self, number: int, text: str | None) -> Phrases:
        """Those of this version; where they cannot be read, of the last one whose can, else the package's."""
        with self._reading_phrases:  # the first text reads them, and the others wait for it
            if number not in self._phrases:
                read = load_phrases(text, "phrases.yaml")[0] if text is not None else None
                self._phrases[number] = read or self.version(number - 1).phrases
            return self._phrases[number]


def _newest(tx: Connection) -> tuple[int, frozenset[date]]:
    return publications.newest_version(tx), rota.holiday_days(tx)
