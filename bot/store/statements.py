"""Statements built once: compiled for each database at their first use, and then run by the bare driver.

`tx.execute` costs four times what the driver itself does. A patient's text takes a dozen statements, so those of its
path are run here; all the others go through SQLAlchemy, in the same transaction.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Dialect, Insert, Select, String, Table, Update, literal_column
from sqlalchemy.dialects import postgresql, sqlite

Built = Select[*tuple[Any, ...]] | Insert | Update
Values = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


def word(constant: str) -> ColumnElement[str]:
    """A constant of ours, written into the statement.

    With a parameter in its place, a prepared statement cannot use the partial index that is made for it.
    """
    return literal_column(f"'{constant}'", String)


class Prepared:
    """One statement. Its parameters are named, and all of them must be given."""

    def __init__(self, statement: Built, *columns: str) -> None:
        """`columns` are those that an insert without values fills."""
        self._statement = statement
        self._columns = list(columns) or None
        self._on: dict[str, _Compiled] = {}

    def first(self, tx: Connection, values: Values) -> Any:
        """The first row, with its columns as attributes; None when there is none."""
        compiled = self._compiled(tx.dialect)
        row = self._run(tx, compiled, values).fetchone()
        return None if row is None else compiled.read(row)

    def all(self, tx: Connection, values: Values) -> list[Any]:
        compiled = self._compiled(tx.dialect)
        return [compiled.read(row) for row in self._run(tx, compiled, values).fetchall()]

    def run(self, tx: Connection, values: Values) -> int:
        """How many rows it changed."""
        return int(self._run(tx, self._compiled(tx.dialect), values).rowcount)

    def later(self, tx: Connection, values: Values) -> None:
        """Run it no later than the next statement of this transaction, or its commit; for writes to one table.

        On Postgres it then travels together with its neighbours. An error is raised where they are sent.
        """
        compiled = self._compiled(tx.dialect)
        if tx.dialect.name == "sqlite":
            _send(tx, compiled.text, compiled.given(values))
        else:
            _put_off(tx, compiled, compiled.given(values))

    def _run(self, tx: Connection, compiled: _Compiled, values: Values) -> Any:
        waiting = _waiting.pop(tx, None)
        if waiting is None:
            return _send(tx, compiled.text, compiled.given(values))
        waiting.append(_Write(compiled, compiled.given(values)))
        return _send_all(tx, waiting)

    def _compiled(self, dialect: Dialect) -> _Compiled:
        known = self._on.get(dialect.name)
        if known is None:
            known = self._on[dialect.name] = _Compiled(self._statement, self._columns, dialect)
        return known


class _Compiled:
    """A statement in one database's own words, with what turns our values into its and back."""

    def __init__(self, statement: Built, columns: list[str] | None, dialect: Dialect) -> None:
        in_order = dialect if dialect.name == "sqlite" else type(dialect)(paramstyle="numeric_dollar")  # type: ignore[call-arg]
        compiled: Any = statement.compile(dialect=in_order, column_keys=columns)
        self.text = str(compiled)
        self.table = None if isinstance(statement, Select) else statement.table
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._parameters = [(name, _into(compiled.binds[name].type, dialect)) for name in compiled.positiontup or ()]
        results = list(statement.exported_columns)
        self._row = namedtuple("Row", [column.name for column in results], rename=True)._make  # type: ignore[attr-defined]
        self._converts = [(place, c) for place, column in enumerate(results) if (c := _out_of(column.type, dialect))]

    def given(self, values: Values) -> list[Any]:
        """Our values as this driver takes them, in the statement's order."""
        given = {**self._constants, **values} if self._constants else values
        return [given[name] if into is None else into(given[name]) for name, into in self._parameters]

    def read(self, row: Any) -> Any:
        if not self._converts:
            return self._row(row)
        values = list(row)
        for place, convert in self._converts:
            values[place] = convert(values[place])
        return self._row(values)


@dataclass(frozen=True, slots=True)
class _Write:
    """A write that was put off; or, at the end of a row of them, what they were put off to."""

    compiled: _Compiled
    given: list[Any]


_waiting: WeakKeyDictionary[Connection, list[_Write]] = WeakKeyDictionary()
"""What each open transaction has put off. Rolled back, it goes with its transaction."""

_joined: dict[tuple[int, ...], str] = {}
PLACE = re.compile(r"\$(\d+)")


def send_waiting(tx: Connection) -> None:
    """Before anything else is said to the database on this connection, and before it commits."""
    waiting = _waiting.pop(tx, None)
    if waiting:
        _send_all(tx, waiting)


def forget_waiting(tx: Connection) -> None:
    """When the transaction, or the savepoint in which it was put off, is rolled back."""
    _waiting.pop(tx, None)


def _put_off(tx: Connection, compiled: _Compiled, given: list[Any]) -> None:
    waiting = _waiting.setdefault(tx, [])
    if any(write.compiled.table is compiled.table for write in waiting):
        send_waiting(tx)
        waiting = _waiting.setdefault(tx, [])
    waiting.append(_Write(compiled, given))


def _send_all(tx: Connection, writes: list[_Write]) -> Any:
    """As one statement, whose result is the last one's. Parts of one statement do not see each other's work: so it
    may hold each table once, and reads go alone."""
    last = writes[-1]
    if last.compiled.table is None or any(write.compiled.table is last.compiled.table for write in writes[:-1]):
        if writes[:-1]:
            _send_all(tx, writes[:-1])
        return _send(tx, last.compiled.text, last.given)
    if len(writes) == 1:
        return _send(tx, last.compiled.text, last.given)
    return _send(tx, _as_one(writes), [value for write in writes for value in write.given])


def _as_one(writes: list[_Write]) -> str:
    key = tuple(id(write.compiled) for write in writes)
    if key not in _joined:
        parts, count = list[str](), 0
        for write in writes:
            parts.append(PLACE.sub(lambda found, before=count: f"${int(found[1]) + before}", write.compiled.text))  # type: ignore[misc]
            count += len(write.given)
        before = ", ".join(f"w{place} AS ({part})" for place, part in enumerate(parts[:-1]))
        _joined[key] = f"WITH {before} {parts[-1]}"
    return _joined[key]


def _send(tx: Connection, text: str, given: list[Any]) -> Any:
    driver = tx.dialect.loaded_dbapi
    try:
        if tx.dialect.name == "sqlite":
            return tx.connection.cursor().execute(text, given)
        # psycopg's raw cursor takes $1 and a list: it reads no statement anew to find names in it.
        return driver.RawCursor(tx.connection.driver_connection).execute(text, given)
    except driver.Error as error:
        # As `tx.execute` does: wrapped, without the values, and with a dead connection taken out of the pool.
        tx._handle_dbapi_exception(error, None, None, None, None)  # noqa: SLF001


def _into(type_: Any, dialect: Dialect) -> Convert:
    convert: Convert = type_.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _out_of(type_: Any, dialect: Dialect) -> Convert:
    convert: Convert = type_.dialect_impl(dialect).result_processor(dialect, None)
    return convert


class InsertOnce:
    """Insert a row unless its unique key is there already."""

    def __init__(self, table: Table, *key: str) -> None:
        first = next(iter(table.primary_key.columns))
        self._statements = {
            "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(first),
            "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(first),
        }
        self._prepared: dict[tuple[str, ...], Prepared] = {}

    def __call__(self, tx: Connection, row: dict[str, Any]) -> bool:
        """True when this call made the row; False when it was there."""
        shape = (tx.dialect.name, *row)
        known = self._prepared.get(shape)
        if known is None:
            known = self._prepared[shape] = Prepared(self._statements[tx.dialect.name], *row)
        return known.first(tx, row) is not None
