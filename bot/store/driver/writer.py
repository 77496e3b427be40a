"""SQLite's one writer at a time: transactions in turn, and many of them made durable with one commit.

There is no thread for it: whoever waits first does the work of all who wait, and then hands on. Alone, that spares
two changes of thread for each transaction. SQLite's own busy handler starves light writers; so processes take turns
at a lock file, which the kernel hands out fairly.
"""

from __future__ import annotations

import fcntl
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from bot.store import turn
from bot.store.driver.busy import StoreBusy, plainly

T = TypeVar("T")
Work = Callable[[Connection], T]
Outcome = tuple[Any, BaseException | None]

LARGEST_GROUP = 64
"""How many waiting transactions share one commit, which costs a disk sync."""


class Job:
    """One transaction on its way: in the queue, at work, or over."""

    def __init__(self, work: Work[Any], writer: Writer, *, after: Job | None, patience: float) -> None:
        self.work = work
        self.after = after
        self.is_waited_for = False
        self.is_over = False
        self.failure: BaseException | None = None
        self._value: Any = None
        self._writer = writer
        self._deadline = time.monotonic() + patience
        # Bare primitives: a Future and its condition cost ten times as much, and every text passes here twice.
        self._taken = threading.Lock()
        self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held for it here."""

    def take(self) -> bool:
        """Whoever is first has it: the writer to do it, or the caller to take it back."""
        return self._taken.acquire(blocking=False)

    def end(self, value: Any, failure: BaseException | None) -> None:
        self._value, self.failure, self.is_over = value, failure, True
        self.wake()

    def wake(self) -> None:
        """It is over, or it is for whoever waits for it to write now."""
        self._signals.put(None)

    def result(self) -> Any:
        """What the work returned, once that is durable. Raises what it raised, or StoreBusy."""
        self.is_waited_for = True
        while not self.is_over and not self._writer.write_until(self):
            self._wait()
        if isinstance(self.failure, OperationalError):
            raise StoreBusy(plainly(self.failure)) from self.failure
        if self.failure is not None:
            raise self.failure
        return self._value

    def _wait(self) -> None:
        patience = max(0.0, self._deadline - time.monotonic())
        try:
            turn.given_up(lambda: self._signals.get(timeout=patience))
        except queue.Empty:
            # Not begun: take it back. Begun: it may yet commit, which is safe because every verb is idempotent.
            self.take()
            self.is_waited_for = False
            self._writer.hand_on()  # it may just have been our turn to write
            raise StoreBusy("the database is busy") from None


class Writer:
    """The queue, the connection, and the right to write."""

    def __init__(self, engine: Engine, lock_file: Path | None) -> None:
        self._engine = engine.execution_options(by_hand=True)
        self._jobs: list[Job] = []
        self._queue = threading.Lock()  # for an instant: what is in the list
        self._lock: IO[bytes] | None = lock_file.open("ab") if lock_file else None
        self._connection: Connection | None = None
        self._right = threading.Lock()  # for a while: who writes

    def put(self, work: Work[Any], *, patience: float, after: Job | None = None) -> Job:
        """In turn. `after`: not before that one is durable, and not at all when it failed."""
        job = Job(work, self, after=after, patience=patience)
        with self._queue:
            self._jobs.append(job)
        return job

    def write_until(self, job: Job) -> bool:
        """Write for everybody until this one is over. False while somebody else writes."""
        if not self._right.acquire(blocking=False):
            return False
        try:
            while not job.is_over:
                self._commit(self._group())
        finally:
            self._right.release()
            self.hand_on()
        return True

    def hand_on(self) -> None:
        """Only once the right is free: whoever came since then and found it taken is in the queue, and is seen."""
        with self._queue:
            heir = next((job for job in self._jobs if job.is_waited_for), None)
        if heir is not None:
            heir.wake()

    def close(self) -> None:
        with self._right:
            while self._jobs:
                self._commit(self._group())
            if self._connection:
                self._connection.close()
            if self._lock:
                self._lock.close()

    def _group(self) -> list[Job]:
        """What may become durable together. A job whose forerunner is in this group waits for the next one."""
        with self._queue:
            waiting, self._jobs = self._jobs, []
        group, put_aside = list[Job](), list[Job]()
        for job in waiting:
            is_early = job.after is not None and not job.after.is_over
            if is_early or len(group) == LARGEST_GROUP:
                put_aside.append(job)
            elif not job.take():
                job.end(None, StoreBusy("taken back"))
            elif job.after is not None and job.after.failure is not None:
                job.end(None, job.after.failure)
            else:
                group.append(job)
        with self._queue:
            self._jobs[:0] = put_aside
        return group

    def _commit(self, group: list[Job]) -> None:
        """All of the group becomes durable together; who failed alone fails alone."""
        if not group:
            return
        self._enter()
        try:
            outcomes = self._transact(group)
        except BaseException as error:  # noqa: BLE001 - each caller's to hear, and ours is among them
            outcomes = [(None, error)] * len(group)
        finally:
            if self._lock:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
        for job, outcome in zip(group, outcomes, strict=True):
            job.end(*outcome)

    def _enter(self) -> None:
        """Wait until no other process writes."""
        lock = self._lock
        if lock is None:
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            turn.given_up(lambda: fcntl.flock(lock, fcntl.LOCK_EX))

    def _transact(self, group: list[Job]) -> list[Outcome]:
        """At first in one go. When one of them fails, all are done again, and each rolls back to its own savepoint:
        failing is rare, and every verb may be done again."""
        tx = self._opened()
        driver: sqlite3.Connection = tx.connection.driver_connection  # type: ignore[assignment]
        try:
            return _together(group, tx, driver) or _apart(group, tx, driver)
        except sqlite3.OperationalError as error:
            raise StoreBusy(type(error).__name__) from error
        finally:
            if driver.in_transaction:
                driver.execute("ROLLBACK")

    def _opened(self) -> Connection:
        """The library's own transaction is begun once and stays open; the real ones are begun and ended by hand."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.begin()
        return self._connection


def _together(group: list[Job], tx: Connection, driver: sqlite3.Connection) -> list[Outcome] | None:
    """None when one of several failed; alone, it is the only one that is rolled back."""
    driver.execute("BEGIN IMMEDIATE")
    outcomes = []
    for job in group:
        outcome = _outcome(job, tx)
        if outcome[1] is not None:
            driver.execute("ROLLBACK")
            return [outcome] if len(group) == 1 else None
        outcomes.append(outcome)
    turn.given_up(lambda: driver.execute("COMMIT"))
    return outcomes


def _apart(group: list[Job], tx: Connection, driver: sqlite3.Connection) -> list[Outcome]:
    driver.execute("BEGIN IMMEDIATE")
    outcomes = []
    for job in group:
        driver.execute("SAVEPOINT alone")
        outcome = _outcome(job, tx)
        driver.execute("RELEASE alone" if outcome[1] is None else "ROLLBACK TO alone")
        outcomes.append(outcome)
    turn.given_up(lambda: driver.execute("COMMIT"))
    return outcomes


def _outcome(job: Job, tx: Connection) -> Outcome:
    try:
        return job.work(tx), None
    except Exception as error:  # noqa: BLE001 - handed to the caller whose work it was
        return None, error
