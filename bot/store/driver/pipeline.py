"""Postgres in few round trips: prepared statements sent together through libpq, below the driver's cursors.

A cursor of psycopg costs some 60 us of our processor for each statement, libpq's own pipeline about 10, and a text
takes eight of them. psycopg still makes the connection, converts every value, names every error, and runs all
statements that do not pass here; both see the same transaction.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from sqlalchemy import Connection

from bot.store import turn
from bot.store.driver.busy import raise_wrapped

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

SILENCE_SECONDS = 25
"""A server that says nothing for so long is gone: its own limits end a statement well before."""

FINE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)

_numbers = count(1)


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """In Postgres's own words, with $1, $2, ... for its values.

    `writes_to` is the one table that it changes, if any; `name` what a connection knows it by.
    """

    text: bytes
    formats: Sequence[PyFormat] = ()
    writes_to: object = None
    name: bytes = field(default_factory=lambda: b"m%d" % next(_numbers))


@dataclass(slots=True)
class Ahead:
    """A transaction that was sent and not waited for: done, or refused with an error. Neither: its answer was lost."""

    taught: Sequence[bytes]
    is_done: bool = False
    error: psycopg.Error | None = None


BEGIN = Statement(b"BEGIN")
COMMIT = Statement(b"COMMIT")

Said = tuple[Statement, Sequence[Any]]


def spoken(text: str, are_bytes: Sequence[bool], *, writes_to: object) -> Statement:
    """A statement whose values are so: bytes travel as they are, all else as text, whose type the server infers."""
    return Statement(text.encode(), [PyFormat.BINARY if one else PyFormat.TEXT for one in are_bytes], writes_to)


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement gave: its rows, or how many it changed."""

    rows: list[tuple[Any, ...]]
    changed: int


def ask(tx: Connection, *said: Said) -> list[Result]:
    """Send these, behind all that waits, in one round trip; the transaction begins with its first statement.

    Returns what each of them gave. When what was sent ahead has failed, its error is raised.
    """
    try:
        return _line(tx).ask(said)
    except psycopg.Error as error:
        raise_wrapped(tx, error)


def later(tx: Connection, said: Said) -> None:
    """Send it no later than the next statement, or the commit. Its error is raised where it is sent."""
    _line(tx).waiting.append(said)


def send_waiting(tx: Connection) -> None:
    """Before the driver itself says anything to the database on this connection."""
    line = _line(tx)
    if line.waiting or line.ahead:
        ask(tx)


def forget_waiting(tx: Connection) -> None:
    """When the transaction, or the savepoint in which it was put off, is rolled back. What was sent ahead stands."""
    if not tx.invalidated:  # what waited on a dead connection died with it
        _line(tx).waiting.clear()
        arrived(tx)


def commit(tx: Connection) -> None:
    """With all that waits, in one round trip."""
    line = _line(tx)
    if line.ahead:
        ask(tx)  # nothing may be kept after what was refused
    if line.waiting or not line.is_idle:
        ask(tx, (COMMIT, ()))


@contextmanager
def by_itself(tx: Connection) -> Iterator[None]:
    """A single statement is a transaction without being told: that spares its BEGIN and COMMIT."""
    line = _line(tx)
    line.begins = False
    try:
        yield
    finally:
        line.begins = True


def send_ahead(tx: Connection) -> Ahead | None:
    """Send what was put off as a transaction, and go on while the database works. None where there is nothing to send.

    Its answer is read with that to the next question on this connection, or by `arrived`.
    """
    try:
        return _line(tx).send_ahead()
    except psycopg.Error as error:
        raise_wrapped(tx, error)


def arrived(tx: Connection) -> None:
    """Wait for the answer to what was sent ahead, if any; `Ahead` holds what it was. Raises where it is lost."""
    try:
        _line(tx).read_ahead()
    except psycopg.Error as error:
        raise_wrapped(tx, error)


def _line(tx: Connection) -> _Line:
    """It belongs to the driver's connection, and outlives each use of that."""
    pooled = tx.connection
    known: _Line | None = pooled.info.get("line")
    if known is None:
        known = pooled.info["line"] = _Line(pooled.driver_connection)  # type: ignore[arg-type]
    return known


class _Line:
    """One connection, with what it has been taught and what waits to be sent on it."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.waiting: list[Said] = []
        self.ahead: Ahead | None = None  # until it is answered
        self.begins = True
        self._pg = connection.pgconn
        self._values = Transformer.from_context(connection)
        self._known: set[bytes] = set()
        self._readable, self._usable = select.poll(), select.poll()
        self._readable.register(self._pg.socket, select.POLLIN)
        self._usable.register(self._pg.socket, select.POLLIN | select.POLLOUT)

    @property
    def is_idle(self) -> bool:
        """No transaction is open. What was sent ahead is one by itself, and over before the next."""
        return self.ahead is not None or self._pg.transaction_status == pq.TransactionStatus.IDLE

    def ask(self, said: Sequence[Said]) -> list[Result]:
        all_said = [*_joined(self.waiting), *said]
        self.waiting.clear()
        if all_said and self.begins and self.is_idle:
            all_said.insert(0, (BEGIN, ()))
        results = self._send(all_said)
        return [self._read(result) for result in results[len(results) - len(said) :]]

    def send_ahead(self) -> Ahead | None:
        if not self.waiting or not self.is_idle:
            return None
        said = _joined(self.waiting)
        self.waiting.clear()
        self.ahead = Ahead(self._send_all(said))
        self._pg.flush()
        return self.ahead

    def read_ahead(self) -> None:
        try:
            self._read_ahead()
        finally:
            self._leave_pipeline()

    def _read_ahead(self) -> psycopg.Error | None:
        """Returns the error with which it was refused, if it was. Raises where the connection is lost."""
        ahead, self.ahead = self.ahead, None
        if ahead is None:
            return None
        try:
            self._sound(ahead.taught, self._results())
            ahead.is_done = True
        except psycopg.Error as error:
            if self._pg.status != pq.ConnStatus.OK:
                raise
            ahead.error = error
        return ahead.error

    def _send(self, all_said: Sequence[Said]) -> list[PGresult]:
        """Returns what each gave; raises the first one's error, or that of what was sent ahead of them."""
        try:
            taught = self._send_all(all_said)
            refused = self._read_ahead()
            results = self._sound(taught, self._results())
        finally:
            self._leave_pipeline()
        if refused:
            raise refused
        return results

    def _leave_pipeline(self) -> None:
        if self.ahead is None and self._pg.status == pq.ConnStatus.OK:
            self._pg.exit_pipeline_mode()

    def _send_all(self, all_said: Sequence[Said]) -> list[bytes]:
        """All are converted before any is sent: a value that is none of its kind must leave nothing on the way."""
        converted = [(statement, *self._given(statement, values)) for statement, values in all_said]
        self._pg.enter_pipeline_mode()
        taught = [name for one in converted for name in self._send_one(*one)]
        self._pg.pipeline_sync()
        return taught

    def _given(self, statement: Statement, values: Sequence[Any]) -> tuple[Sequence[Any], Sequence[int] | None]:
        if not values:
            return (), None
        given = self._values.dump_sequence(values, statement.formats)
        return given, self._values.formats

    def _send_one(self, statement: Statement, given: Sequence[Any], formats: Sequence[int] | None) -> tuple[bytes, ...]:
        """For each result that will come: the statement's name where it is being taught, else nothing."""
        is_known = statement.name in self._known
        if not is_known:
            self._pg.send_prepare(statement.name, statement.text)
            self._known.add(statement.name)
        self._pg.send_query_prepared(statement.name, given, formats, pq.Format.BINARY)
        return (b"",) if is_known else (statement.name, b"")

    def _results(self) -> list[PGresult]:
        """Everything up to the answer to our sync, or to the end of the connection."""
        results: list[PGresult] = []
        while self._pg.status == pq.ConnStatus.OK:
            self._wait()
            result = self._pg.get_result()
            if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
                break
            if result is not None:
                results.append(result)
                self._pg.get_result()  # the mark behind each result, which is here already
        return results

    def _wait(self) -> None:
        """Until the next result is here. To ask for it sooner would keep every other thread waiting as well."""
        while (is_unsent := self._pg.flush()) or self._pg.is_busy():
            ready = self._usable if is_unsent else self._readable
            if not turn.given_up(partial(ready.poll, SILENCE_SECONDS * 1000)):
                self._pg.finish()
                raise psycopg.OperationalError("the database does not answer")
            self._pg.consume_input()

    def _sound(self, taught: Sequence[bytes], results: Sequence[PGresult]) -> list[PGresult]:
        """Without those that only taught. After an error the server passes over all that follows it."""
        bad = next((result for result in results if result.status not in FINE), None)
        if bad is None and len(results) == len(taught):
            return [result for name, result in zip(taught, results, strict=True) if not name]
        self._known.difference_update(taught)
        self._known.update(
            name for name, result in zip(taught, results, strict=False) if name and result.status in FINE
        )
        raise error_from_result(bad) if bad else psycopg.OperationalError("the connection was lost")

    def _read(self, result: PGresult) -> Result:
        if result.status == pq.ExecStatus.COMMAND_OK:
            return Result([], result.command_tuples or 0)
        self._values.set_pgresult(result, set_loaders=True, format=pq.Format.BINARY)
        return Result(self._values.load_rows(0, result.ntuples, tuple), result.ntuples)


_unions: dict[tuple[bytes, ...], Statement] = {}
PLACE = re.compile(rb"\$(\d+)")


def _joined(waiting: Sequence[Said]) -> list[Said]:
    """Writes that follow each other become one statement: it costs half of what they cost one by one.

    Parts of one statement do not see each other's work: so it holds each table once, and reads go alone.
    """
    groups: list[list[Said]] = []
    for said in waiting:
        table = said[0].writes_to
        if not groups or table is None or any(other.writes_to in (table, None) for other, _ in groups[-1]):
            groups.append([])
        groups[-1].append(said)
    return [group[0] if len(group) == 1 else _union(group) for group in groups]


def _union(group: Sequence[Said]) -> Said:
    key = tuple(statement.name for statement, _ in group)
    known = _unions.get(key)
    if known is None:
        known = _unions[key] = _written_as_one([statement for statement, _ in group])
    return known, [value for _, values in group for value in values]


def _written_as_one(statements: Sequence[Statement]) -> Statement:
    parts, formats = list[bytes](), list[PyFormat]()
    for statement in statements:
        behind = len(formats)
        parts.append(PLACE.sub(lambda found, behind=behind: b"$%d" % (int(found[1]) + behind), statement.text))  # type: ignore[misc]
        formats.extend(statement.formats)
    before = b", ".join(b"w%d AS (%s)" % (place, part) for place, part in enumerate(parts[:-1]))
    return Statement(b"WITH %s %s" % (before, parts[-1]), formats)
