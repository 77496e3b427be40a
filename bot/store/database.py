"""One transaction at a time: `write` and `read`, the same on Postgres and on SQLite."""

from __future__ import annotations

import fcntl
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.statements import forget_waiting, send_waiting

T = TypeVar("T")
Work = Callable[[Connection], T]

PATIENCE_SECONDS = 5.0
"""How long a caller waits for the store before it is told that the store is busy (walk 1: then 503)."""

LARGEST_GROUP = 64
"""How many waiting transactions share one commit on SQLite: a commit costs a disk sync, a savepoint nothing."""


class StoreBusy(Exception):
    """The store could not take it in time. Nothing was decided; the caller may try again."""


class Database:
    """The store's one door. On SQLite a single writer thread takes transactions in turn and commits in groups."""

    def __init__(self, url: str, *, connections: int = 16) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url) if self.is_sqlite else _postgres(url, connections)
        self._reading = self.engine.execution_options(reading=True)
        self._single = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = _Writer(self.engine, _lock_file(url)) if self.is_sqlite else None

    def write(self, work: Work[T], *, patience: float = PATIENCE_SECONDS) -> T:
        """Run `work` in a transaction of its own and commit. Raises StoreBusy after `patience` seconds."""
        if self._writer:
            return self._writer.run(work, patience)
        return self._twice(lambda: self._transact(self.engine, work))

    def write_one(self, work: Work[T]) -> T:
        """The same for a single statement: on Postgres it is a transaction by itself, which spares two round trips."""
        if self._writer:
            return self._writer.run(work, PATIENCE_SECONDS)
        return self._twice(lambda: self._transact(self._single, work))

    def read(self, work: Work[T]) -> T:
        """Run `work` on a consistent view; what it writes is not kept."""
        return self._twice(lambda: self._look(work))

    def _look(self, work: Work[T]) -> T:
        with self._reading.connect() as tx:
            return work(tx)

    def close(self) -> None:
        if self._writer:
            self._writer.close()
        self.engine.dispose()

    def _transact(self, engine: Engine, work: Work[T]) -> T:
        with engine.begin() as tx:
            return work(tx)

    def _twice(self, attempt: Callable[[], T]) -> T:
        """Once more on a new connection when the old one was dead: the server was restarted behind the pool.

        If it was the commit's answer that got lost, the work is done again, which every verb is made for.
        """
        try:
            return attempt()
        except PoolTimeout:
            raise StoreBusy("every connection is in use") from None
        except DBAPIError as error:
            if not error.connection_invalidated:
                _refuse_busy(error)
                raise
        try:
            return attempt()
        except DBAPIError as error:
            _refuse_busy(error)
            raise


def _refuse_busy(error: DBAPIError) -> None:
    """A store that is away, locked or full is busy to its callers; any other error is theirs to see."""
    if error.connection_invalidated or isinstance(error, OperationalError):
        raise StoreBusy(_plainly(error)) from error


class _Job:
    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()


class _Writer:
    """A fair queue in front of SQLite's one write lock.

    SQLite's own busy handler starves light writers; so processes take turns at a lock file, which the kernel
    hands out fairly, and threads of one process take turns at a queue.
    """

    def __init__(self, engine: Engine, lock_file: Path | None) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock: IO[bytes] | None = lock_file.open("ab") if lock_file else None
        self._connection: Connection | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def run(self, work: Work[T], patience: float) -> T:
        self._start()
        job = _Job(work)
        self._jobs.put(job)
        try:
            result: T = job.future.result(patience)
        except FutureTimeout:
            # Not begun: take it back. Begun: it may yet commit, which is safe because every verb is idempotent.
            job.future.cancel()
            raise StoreBusy("the database is busy") from None
        except OperationalError as error:
            raise StoreBusy(_plainly(error)) from error
        return result

    def close(self) -> None:
        if self._thread:
            self._jobs.put(None)
            self._thread.join(timeout=10)
        if self._connection:
            self._connection.close()
        if self._lock:
            self._lock.close()

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    thread = threading.Thread(target=self._loop, name="sqlite-writer", daemon=True)
                    thread.start()
                    self._thread = thread

    def _loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            group = [job]
            while len(group) < LARGEST_GROUP:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    self._jobs.put(None)
                    break
                group.append(more)
            self._commit([job for job in group if job.future.set_running_or_notify_cancel()])

    def _commit(self, group: list[_Job]) -> None:
        """All of the group becomes durable together; who failed alone fails alone."""
        if not group:
            return
        if self._lock:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            outcomes = self._transact(group)
        except BaseException as error:  # noqa: BLE001 - each caller's to hear; this thread must outlive everything
            outcomes = [(job, None, error) for job in group]
        finally:
            if self._lock:
                fcntl.flock(self._lock, fcntl.LOCK_UN)
        for job, value, failure in outcomes:
            _answer(job.future, value, failure)

    def _transact(self, group: list[_Job]) -> list[tuple[_Job, Any, BaseException | None]]:
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin() as whole:
            if len(group) > 1:
                return [(job, *_alone(job.work, self._connection)) for job in group]
            (job,) = group
            try:
                return [(job, job.work(self._connection), None)]
            except Exception as error:  # noqa: BLE001 - handed to the caller whose work it was
                whole.rollback()
                return [(job, None, error)]


def _alone(work: Work[Any], tx: Connection) -> tuple[Any, Exception | None]:
    """In a savepoint of its own, set by the bare driver: every text passes here twice."""
    driver: Any = tx.connection.driver_connection
    driver.execute("SAVEPOINT alone")
    try:
        value = work(tx)
    except Exception as error:  # noqa: BLE001 - handed to the caller whose work it was
        driver.execute("ROLLBACK TO alone")
        return None, error
    driver.execute("RELEASE alone")
    return value, None


def _answer(future: Future[Any], value: Any, failure: BaseException | None) -> None:
    try:
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(value)
    except InvalidStateError:
        return


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 10})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a 2xx means durable
        "foreign_keys = ON",
        "busy_timeout = 10000",
        "temp_store = MEMORY",  # no patient's word in a temporary file
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Always IMMEDIATE where we write: a deferred BEGIN fails when it finds that it must write after reading."""
    reading = connection.get_execution_options().get("reading", False)
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgres(url: str, connections: int) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=PATIENCE_SECONDS,
        pool_pre_ping=False,
        connect_args={"connect_timeout": 5, "options": "-c lock_timeout=5s -c statement_timeout=15s"},
    )
    event.listen(engine, "before_cursor_execute", lambda tx, *_: send_waiting(tx))
    event.listen(engine, "commit", send_waiting)
    event.listen(engine, "rollback", forget_waiting)
    event.listen(engine, "rollback_savepoint", lambda tx, *_: forget_waiting(tx))
    return engine


def _lock_file(url: str) -> Path | None:
    path = make_url(url).database
    return Path(path + ".lock") if path and path != ":memory:" else None


def _plainly(error: DBAPIError) -> str:
    """What the driver said, without the statement and its parameters."""
    return type(error.orig).__name__


__all__ = ["Database", "StoreBusy", "Work"]
