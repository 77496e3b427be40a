"""How each part is asked, and what its answer means."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import urllib3
from redis import Redis
from redis.exceptions import RedisError

from bot.core.watch import Finding, Rank, Waiting
from bot.store import marks, views, waiting
from bot.store.database import Connection
from bot.store.driver.complaint import complaint
from bot.store.marks import Mark
from bot.store.vault import KeyMissing
from bot.store.watchdogs import ALIVE, Word, said
from bot.worker.watchdog.asking import Question
from bot.worker.watchdog.ground import TOLD, Ground
from bot.worker.watchdog.memory import Person

log = logging.getLogger(__name__)

NEARLY_FULL = 256_000_000
"""Bytes left on a disk below which it is a matter of hours."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the last look into the database brought. `alive`: part -> when it last left its mark there."""

    waiting: Waiting = field(default_factory=Waiting)
    alive: Mapping[str, datetime] = field(default_factory=dict)
    rank: Rank = field(default_factory=Rank)
    people: tuple[Person, ...] = ()


class Questions:
    """`looked` is None until the database was read for the first time. `says` is left with our mark in it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.looked: Looked | None = None
        self.says = Word(ground.host, ground.clock.real())

    def all(self) -> list[Question]:
        times = self._ground.times
        return [
            Question("web", self.web, times.ask, times.overdue),
            Question("redis", self.redis, times.ask, times.overdue),
            Question("database", self.write, times.ask, times.overdue),
            Question("database", self.read, times.ask, times.overdue),
            Question("carrier", self.carrier, times.ask_carrier, times.overdue),
            Question("disk", self.disk, times.ask, times.overdue),
        ]

    def web(self) -> list[Finding]:
        """At the address that the carrier uses, so that whatever stands before the web server is asked as well. A
        proxy that keeps /healthz for itself answers too."""
        url = f"{self._ground.base_url}/healthz"
        try:
            status = urllib3.request(
                "GET", url, timeout=self._ground.seconds, retries=False, redirect=False, preload_content=False
            ).status
        except urllib3.exceptions.HTTPError as error:
            return [self._web(f"does not answer ({type(error).__name__})")]
        return [self._web(f"answers with {status}")] if status >= 500 else []

    def _web(self, how: str) -> Finding:
        todo = "start `mendline web`, and see to the proxy and PUBLIC_BASE_URL"
        return Finding("web", f"The web server {how}: texts cannot come in", todo, self._ground.times.unanswered)

    def redis(self) -> list[Finding]:
        seconds = self._ground.seconds
        try:
            with Redis.from_url(
                self._ground.redis_url(), socket_connect_timeout=seconds, socket_timeout=seconds
            ) as client:
                client.ping()
        except (RedisError, OSError, ValueError) as error:
            what = f"Redis does not answer ({type(error).__name__}): messages go out some seconds later"
            return [Finding("redis", what, "start it, and see to REDIS_URL", self._ground.times.unanswered)]
        return []

    def write(self) -> list[Finding]:
        """Our own mark: so that a database which is locked, full or read-only is found as one that takes nothing."""
        says, real = said(self.says), self._ground.clock.real()
        try:
            self._refuse_missing()
            self._ground.database.write(lambda tx: marks.leave(tx, self._ground.mark, says, real))
        except Exception as error:  # noqa: BLE001 - whatever the driver says, it means that nothing is taken
            return [self._database(f"takes nothing: {complaint(error)}")]
        return []

    def read(self) -> list[Finding]:
        try:
            self._refuse_missing()
            self.looked = self._ground.database.read(self._look)
        except Exception as error:  # noqa: BLE001 - the same of reading
            return [self._database(f"cannot be read: {complaint(error)}")]
        return []

    def _refuse_missing(self) -> None:
        """SQLite would quietly make an empty one."""
        path = self._ground.database.path
        if path and not Path(path).exists():
            raise FileNotFoundError(path)

    def _database(self, how: str) -> Finding:
        todo = "see that its server runs and has room; texts are answered with the emergency words alone"
        return Finding("database", f"The database {how}", todo, self._ground.times.unanswered)

    def _look(self, tx: Connection) -> Looked:
        now, real = self._ground.clock.now(), self._ground.clock.real()
        alive = marks.every(tx, "alive:")
        told = {
            name.removeprefix(TOLD): mark.at
            for name, mark in marks.every(tx, TOLD).items()
            if mark.value != self._ground.me
        }
        return Looked(
            waiting=waiting.look(tx, now=now, real=real),
            alive={name.removeprefix("alive:"): mark.at for name, mark in alive.items()},
            rank=Rank(self._place(alive, real), told),
            people=tuple(self._people()),
        )

    def _place(self, alive: Mapping[str, Mark], real: datetime) -> int:
        """The first by name of the watchdogs that live is the one that pages."""
        quiet = self._ground.times.quiet
        others = sorted(name for name, mark in alive.items() if name.startswith(ALIVE) and real - mark.at < quiet)
        return others.index(self._ground.mark) if self._ground.mark in others else 0

    def _people(self) -> Iterator[Person]:
        """Who is on call, and the admins; where there is nobody, every nurse: a page to too many beats none."""
        team = [member for member in views.team(self._ground.database) if member.role != "viewer"]
        called = [member for member in team if member.rung is not None or member.role == "admin"]
        for member in called or team:
            vault = self._ground.vault
            try:
                yield Person("" if member.has_stopped else member.phone(vault), member.email(vault))
            except KeyMissing as missing:
                log.error("watchdog: %s cannot be told: %s", member.id, missing)  # noqa: TRY400 - it says it all

    def carrier(self) -> list[Finding]:
        status = self._ground.carrier_status()
        if status is not None and status < 400:
            return []
        refused = status in (401, 403)
        how = "does not answer" if status is None else "refuses our account" if refused else f"answers with {status}"
        todo = "see to TWILIO_ACCOUNT_SID, the token and the API key" if refused else "look at its status page"
        what = f"The carrier {how}: nothing goes out by text"
        return [Finding("carrier", what, todo, self._ground.times.unanswered)]

    def disk(self) -> list[Finding]:
        for folder in self._folders():
            free = self._ground.free(folder)
            if free < NEARLY_FULL:
                what = f"The disk of {folder} on {self._ground.host} has {free // 1_000_000} MB left"
                return [Finding("disk", what, "make room now", self._ground.times.low)]
        return []

    def _folders(self) -> list[Path]:
        path = self._ground.database.path
        return [self._ground.data, *([Path(path).parent] if path else [])]
