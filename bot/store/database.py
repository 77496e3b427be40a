"""One transaction at a time: `write` and `read`, the same on Postgres and on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.driver import sqlite
from bot.store.driver.busy import StoreBusy, refuse_busy, wrapped
from bot.store.driver.writer import Job, Writer

if TYPE_CHECKING:
    from bot.store.driver.pipeline import Ahead

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Work = Callable[[Connection], T]

PATIENCE_SECONDS = 5.0
"""How long a caller waits for the store before it is told that the store is busy (walk 1: then 503)."""


class Started(Protocol[T_co]):
    """A transaction on its way."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def result(self) -> T_co:
        """What it returned, once it is durable. Raises StoreBusy, or what it raised."""
        ...


class Database:
    """The store's one door. On SQLite a single writer thread takes transactions in turn and commits in groups."""

    def __init__(self, url: str, *, connections: int = 16) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.path = sqlite.file_of(url) if self.is_sqlite else ""  # empty: no file of ours
        self._on: _OnSqlite | _OnPostgres = _OnSqlite(url) if self.is_sqlite else _OnPostgres(url, connections)
        self.engine = self._on.engine
        self._reading = self.engine.execution_options(reading=True)

    def write(self, work: Work[T], *, patience: float = PATIENCE_SECONDS, after: Started[Any] | None = None) -> T:
        """Run `work` in a transaction of its own and commit. Raises StoreBusy after `patience` seconds.

        `after`: not before that one is durable, and not at all when it failed; then its error is raised here.
        """
        result: T = self._on.write(work, patience, after)
        return result

    def start(self, work: Work[T]) -> Started[T]:
        """A transaction of a single statement, not waited for: what comes `after` it can be made ready meanwhile.

        On Postgres that takes a statement that was put off (`Prepared.later`); any other is waited for.
        To be used as a context. Whoever starts one must ask for its result, or write after it, before anybody is
        told that it is done.
        """
        started: Started[T] = self._on.start(work)
        return started

    def read(self, work: Work[T]) -> T:
        """Run `work` on a consistent view; what it writes is not kept."""
        return _twice(lambda: self._look(work))

    def _look(self, work: Work[T]) -> T:
        with self._reading.connect() as tx:
            return work(tx)

    @contextmanager
    def view(self) -> Iterator[Connection]:
        """One consistent view of everything, for as long as it is looked at. Unlike `read` it is not tried again."""
        with self._reading.connect() as tx:
            if not self.is_sqlite:
                tx.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield tx

    def close(self) -> None:
        self._on.close()
        self.engine.dispose()


class _OnSqlite:
    def __init__(self, url: str) -> None:
        self.engine = sqlite.engine_for(url)
        self._writer = Writer(self.engine, sqlite.lock_file(url))

    def write(self, work: Work[Any], patience: float, after: Any) -> Any:
        return self._writer.put(work, patience=patience, after=after).result()

    def start(self, work: Work[Any]) -> Job:
        """Done at once where nobody writes; else whoever does takes it along."""
        job = self._writer.put(work, patience=PATIENCE_SECONDS)
        self._writer.write_until(job)
        return job

    def close(self) -> None:
        self._writer.close()


class _OnPostgres:
    def __init__(self, url: str, connections: int) -> None:
        from bot.store.driver import pipeline, postgres  # noqa: PLC0415 - psycopg is loaded only where Postgres is

        self._pipeline = pipeline
        self.engine = postgres.engine_for(url, connections)

    def write(self, work: Work[Any], _patience: float, after: Any) -> Any:
        lent = after.lend() if after else None
        if lent is None:
            return _twice(lambda: self._transact(work))
        try:
            return self._commit(lent, work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                refuse_busy(error)
                raise
        finally:
            after.close()  # whoever goes on from here may need a connection, and there are not two for everybody
        after.result()
        return _twice(lambda: self._transact(work))

    def start(self, work: Work[Any]) -> _Sent:
        """On its way; its connection serves what comes after it as well."""
        return _twice(lambda: self._begin(work))

    def close(self) -> None:
        """Nothing but the engine is ours."""

    def _begin(self, work: Work[Any]) -> _Sent:
        tx = self.engine.connect()
        try:
            with self._pipeline.by_itself(tx):
                value = work(tx)
                ahead = self._pipeline.send_ahead(tx)
            if ahead is None:
                self._pipeline.commit(tx)
                tx.commit()  # of what the library may have begun by itself
        except BaseException:
            tx.close()
            raise
        return _Sent(tx, value, ahead, settle=self._pipeline.arrived, again=partial(self._again, work))

    def _again(self, work: Work[Any], ahead: Ahead) -> Any:
        """Its answer is lost with its connection: it is done again, which every verb is made for."""
        if ahead.error is not None:
            error = wrapped(ahead.error, self.engine.dialect)
            refuse_busy(error)
            raise error
        return _twice(lambda: self._transact(work))

    def _transact(self, work: Work[Any]) -> Any:
        with self.engine.connect() as tx:
            return self._commit(tx, work)

    def _commit(self, tx: Connection, work: Work[Any]) -> Any:
        with tx.begin():
            value = work(tx)
            self._pipeline.commit(tx)
        return value


class _Sent:
    """A transaction on its way to the server, or (without `ahead`) there; and the connection that it went by."""

    def __init__(
        self,
        tx: Connection,
        value: Any,
        ahead: Ahead | None,
        *,
        settle: Callable[[Connection], None],
        again: Callable[[Ahead], Any],
    ) -> None:
        self._tx = tx
        self._value = value
        self._ahead = ahead
        self._settle = settle
        self._again = again
        self._failure: Exception | None = None
        self._is_lent = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def result(self) -> Any:
        self.close()
        if self._failure is not None:
            raise self._failure
        if self._ahead is not None and not self._ahead.is_done:
            self._finish(self._ahead)
        return self._value

    def _finish(self, ahead: Ahead) -> None:
        try:
            self._value, self._ahead = self._again(ahead), None
        except Exception as error:
            self._failure = error  # whoever asks once more need not wait once more
            raise

    def lend(self) -> Connection | None:
        """The connection, to the first who writes after it."""
        if self._is_lent:
            return None
        self._is_lent = True
        return self._tx

    def close(self) -> None:
        """The connection goes back into the pool, once the answer is here or lost."""
        with self._tx, suppress(DBAPIError):  # lost: `result` does it again
            if not (self._tx.closed or self._tx.invalidated):
                self._settle(self._tx)


def _twice(attempt: Callable[[], T]) -> T:
    """Once more on a new connection when the old one was dead: the server was restarted behind the pool.

    If it was the commit's answer that got lost, the work is done again, which every verb is made for.
    """
    try:
        return attempt()
    except PoolTimeout:
        raise StoreBusy("every connection is in use") from None
    except DBAPIError as error:
        if not error.connection_invalidated:
            refuse_busy(error)
            raise
    try:
        return attempt()
    except DBAPIError as error:
        refuse_busy(error)
        raise


__all__ = ["Connection", "Database", "Engine", "Started", "StoreBusy", "Work"]
