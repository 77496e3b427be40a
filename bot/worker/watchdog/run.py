"""The watchdog's life: each second it takes in what was seen, judges, and tells people; and pings while all is well."""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import urllib3

from bot import app, doorbell_server, settings, signs
from bot.carrier.signature import signed
from bot.carrier.standing import standing
from bot.clock import Clock
from bot.core import watch
from bot.core.enrollment import Channel
from bot.core.watch import Finding, Life, Seen, Shown, Times, Trouble
from bot.service.parts import Carrier
from bot.settings import Settings
from bot.store import marks
from bot.store.database import Connection, Database
from bot.store.vault import Vault
from bot.store.watchdogs import Trouble as Said
from bot.store.watchdogs import Word
from bot.worker.watchdog.asking import Asking, Question
from bot.worker.watchdog.ground import TOLD, Ground
from bot.worker.watchdog.memory import MemoryFile, Person
from bot.worker.watchdog.pager import Pager
from bot.worker.watchdog.questions import Questions
from bot.worker.watchdog.rounds import Rounds

log = logging.getLogger(__name__)

MUST_RUN = ("clock", "worker-page", "worker-talk")
"""Parts that leave signs of life, and must run somewhere. The web server is asked over its own door."""

MOST_REDIRECTS = 3
PING_SECONDS = 10.0


class Steady:
    """Real time that never jumps: where the clock stood at the start, and what has passed since."""

    def __init__(self, clock: Clock) -> None:
        self._real, self._since = clock.real(), time.monotonic()

    def now(self) -> datetime:
        return self._real + timedelta(seconds=time.monotonic() - self._since)


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to be told: about these parts, or (none) that something is over."""

    words: str
    parts: tuple[str, ...]


class Watchdog:
    def __init__(self, ground: Ground, stop: threading.Event, *, with_canary: bool = True) -> None:
        self._ground = ground
        self._stop = stop
        self._times = ground.times
        self._steady = Steady(ground.clock)
        self._file = MemoryFile(ground.data / f"watchdog-{ground.me}.json", ground.keys)
        self.memory = self._file.load(self._steady.now())
        self._pager = Pager(ground.carriers, ground.base_url)
        self._questions = Questions(ground)
        self._rounds = Rounds(ground)
        asked = self._questions.all()
        if with_canary:
            patience = 6 * self._times.canary_step
            asked.append(Question("canary", self._rounds.ask, 3 * self._times.ask, patience))
        if ground.ping_url:
            asked.append(Question("ping", self._ping, self._times.ping, patience=self._times.again))
        self._asked = [Asking(question, self._times, stop) for question in asked]
        self._has_canary = with_canary
        self._seen: Mapping[str, Seen] = {}
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pager")
        self._on_its_way: tuple[Letter, Future[bool]] | None = None
        self._to_tell: list[Letter] = []
        self._not_before = self._steady.now()

    def run(self) -> None:
        """Until `stop`."""
        for asking in self._asked:
            asking.start()
        while not self._stop.wait(self._times.tick.total_seconds()):
            self.tick()
        self._sender.shutdown(wait=False, cancel_futures=True)

    def tick(self) -> None:
        now = self._steady.now()
        self._hear_what_was_told(now)
        found = self._lives()
        self._seen, still = watch.look(self._seen, [*self._shown(found), *self._waiting()], now)
        findings = [*still, *(finding for asking in self._asked for finding in asking.findings())]
        step = watch.step(
            self.memory.troubles, findings, now=now, times=self._times, is_held=self._is_released_now(found)
        )
        self.memory.troubles = dict(step.troubles)
        self._tell(step, now)
        self._remember(now)

    # What is seen

    def _lives(self) -> list[Life]:
        return [
            Life(sign.part, sign.loop, f"{sign.host}@{sign.pid}", sign.began, sign.beat)
            for sign in signs.read(self._ground.data)
        ]

    def _shown(self, found: Sequence[Life]) -> list[Shown]:
        lives = watch.lives([life for life in found if life.part != "release"], self._times)
        here = {life.part for life in found}
        return [
            *lives,
            *(
                watch.absent(part, is_there=part in here or self._is_elsewhere(part), times=self._times)
                for part in MUST_RUN
            ),
        ]

    def _is_elsewhere(self, part: str) -> bool:
        """By its mark in the database. Where that takes nothing, no mark is new, and nobody can tell."""
        looked = self._questions.looked
        if looked is None or any(finding.part == "database" for asking in self._asked for finding in asking.findings()):
            return True
        at = looked.alive.get(part)
        return at is not None and self._ground.clock.real() - at < self._times.quiet

    def _waiting(self) -> list[Shown]:
        looked = self._questions.looked
        return watch.waiting(looked.waiting, self._times) if looked else []

    def _is_released_now(self, found: Sequence[Life]) -> bool:
        """A new version is being brought in: the database may be locked, and parts begin anew."""
        real = self._ground.clock.real().timestamp()
        young = self._times.release.total_seconds()
        return any(life.part == "release" and real - life.beat / 1e9 < young for life in found)

    # Whom it is told

    def _tell(self, step: watch.Step, now: datetime) -> None:
        if step.recovered:
            self._to_tell.append(Letter(watch.recovery_words(step.recovered, now), ()))
        looked = self._questions.looked
        ours, theirs = list(step.page), list[Trouble]()
        if looked is not None:
            ours, theirs = watch.deferred(step.page, looked.rank, now, self._times)
        self.memory.troubles = watch.told(self.memory.troubles, [each.part for each in theirs], now, by_us=False)
        if self._on_its_way is not None or now < self._not_before:
            return
        if ours:
            self._send(Letter(watch.page_words(ours), tuple(each.part for each in ours)))
        elif self._to_tell:
            self._send(self._to_tell[0])

    def _send(self, letter: Letter) -> None:
        log.warning("%s", letter.words)
        self._on_its_way = letter, self._sender.submit(self._deliver, letter, self.people)

    @property
    def people(self) -> tuple[Person, ...]:
        """Whom the database names, else whom we remember."""
        looked = self._questions.looked
        return (looked.people if looked else ()) or self.memory.people

    def _deliver(self, letter: Letter, people: tuple[Person, ...]) -> bool:
        is_told = self._pager.tell(people, letter.words)
        if is_told and letter.parts:
            threading.Thread(target=self._mark_told, args=(letter.parts,), daemon=True).start()
        return is_told

    def _mark_told(self, parts: Sequence[str]) -> None:
        """For the other watchdogs. Where the database takes nothing, each pages for itself: twice beats never."""
        real = self._ground.clock.real()

        def leave(tx: Connection) -> None:
            for part in parts:
                marks.leave(tx, f"{TOLD}{part}", self._ground.me, real)

        try:
            self._ground.database.write(leave)
        except Exception as error:  # noqa: BLE001 - people have been told, which is what counts
            log.warning("watchdog: other watchdogs could not be told (%s)", type(error).__name__)

    def _hear_what_was_told(self, now: datetime) -> None:
        if self._on_its_way is None or not self._on_its_way[1].done():
            return
        letter, outcome = self._on_its_way
        self._on_its_way = None
        if not outcome.result():
            self._not_before = now + self._times.send_again
        elif letter.parts:
            self.memory.troubles = watch.told(self.memory.troubles, letter.parts, now)
        else:
            self._to_tell.remove(letter)

    # What is remembered, and what is said of ourselves

    def _remember(self, now: datetime) -> None:
        self.memory.people = self.people
        self.memory.canary_at = self._rounds.passed_at or self.memory.canary_at
        self._questions.says = Word(
            host=self._ground.host,
            seen_at=now,
            troubles=tuple(Said(each.part, each.what, each.since) for each in watch.due(self.memory.troubles, now)),
            canary_at=self.memory.canary_at,
            ping_at=self.memory.ping_at,
        )
        self._file.keep(self.memory)

    # The outside ping

    def _ping(self) -> list[Finding]:
        """Only while all is well, the canary among it: whoever waits for it raises the alarm when it stays away."""
        if self.is_all_well():
            waits = urllib3.Retry(total=MOST_REDIRECTS, connect=0, read=0, status=0, redirect=MOST_REDIRECTS)
            try:
                answer = urllib3.request("GET", self._ground.ping_url, timeout=PING_SECONDS, retries=waits)
            except urllib3.exceptions.HTTPError as error:
                log.warning("watchdog: the outside ping was not answered (%s)", type(error).__name__)
                return []
            if answer.status < 400:
                self.memory.ping_at = self._ground.clock.real()
            else:
                log.warning("watchdog: the outside ping was answered with %s", answer.status)
        return []

    def is_all_well(self) -> bool:
        passed, real = self._rounds.passed_at, self._ground.clock.real()
        lately = 2 * self._times.canary + 4 * self._times.canary_step
        has_passed = not self._has_canary or (passed is not None and real - passed < lately)
        everybody_asked = all(asking.has_answered for asking in self._asked if asking.question.part != "ping")
        return has_passed and everybody_asked and watch.is_well(self.memory.troubles)


def ground_of(found: Settings, *, times: Times, page_to: str = "") -> Ground:
    """Joined from the settings. Nothing connects yet; the carrier's client is made now, and not in an emergency."""
    host = socket.gethostname().partition(".")[0]
    database = Database(found.database_url, connections=4)
    carriers: dict[Channel, Carrier] = app.carriers_of(found, is_sender=True)
    tokens = app.webhook_tokens(found)
    return Ground(
        me=hashlib.sha256(f"{host}:{found.data}".encode()).hexdigest()[:12],
        host=host,
        data=found.data,
        base_url=found.public_base_url,
        redis_url=lambda: found.redis_url or doorbell_server.url(found.data),
        ping_url=found.heartbeat_url,
        database=database,
        vault=Vault(database, found.keys),
        keys=found.keys,
        clock=app.clock(found),
        carriers=carriers,
        carrier_status=lambda: standing(app.account_of(found), PING_SECONDS),
        sign=lambda url, form: signed(url, form, tokens[0]),
        times=times,
        page_to=page_to,
    )


def run(*, times: Times, page_to: str = "", with_canary: bool = True) -> None:
    """Until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ground = ground_of(settings.read(os.environ), times=times, page_to=page_to)
    Watchdog(ground, stop, with_canary=with_canary).run()
