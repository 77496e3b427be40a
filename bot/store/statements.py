"""Statements built once: compiled for each database at their first use, and then run below `tx.execute`.

`tx.execute` costs four times what the driver itself does. A patient's text takes nine statements, so those of its
path are run here; all the others go through SQLAlchemy, in the same transaction.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    LargeBinary,
    Select,
    String,
    Table,
    Update,
    bindparam,
    literal_column,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

from bot.store.driver.busy import raise_wrapped

Built = Select[*tuple[Any, ...]] | Insert | Update
Values = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


def word(constant: str) -> ColumnElement[str]:
    """A constant of ours, written into the statement.

    With a parameter in its place, a prepared statement cannot use the partial index that is made for it.
    """
    return literal_column(f"'{constant}'", String)


def places(count: int, name: str) -> list[BindParameter[str]]:
    """For so many words: a statement that is built once has as many places as it has values."""
    return [bindparam(f"{name}_{place}", type_=String) for place in range(count)]


def named(words: Collection[str], name: str) -> dict[str, str]:
    """The values for `places`."""
    return {f"{name}_{place}": each for place, each in enumerate(words)}


class Prepared:
    """One statement. Its parameters are named, and all of them must be given."""

    def __init__(self, statement: Built, *columns: str) -> None:
        """`columns` are those that an insert without values fills."""
        self._statement = statement
        self._columns = list(columns) or None
        self._on: dict[str, _Compiled] = {}

    def first(self, tx: Connection, values: Values) -> Any:
        """The first row, with its columns as attributes; None when there is none."""
        rows = self.all(tx, values)
        return rows[0] if rows else None

    def all(self, tx: Connection, values: Values) -> list[Any]:
        compiled = self.on(tx.dialect)
        return compiled.read(compiled.ask(tx, values)[0])

    @staticmethod
    def together(tx: Connection, *asked: tuple[Prepared, Values]) -> list[list[Any]]:
        """What each of these would give to `all`, in one round trip where there is one."""
        compiled = [(prepared.on(tx.dialect), values) for prepared, values in asked]
        found = compiled[0][0].ask_together(tx, compiled)
        return [one.read(rows) for (one, _), rows in zip(compiled, found, strict=True)]

    def run(self, tx: Connection, values: Values) -> int:
        """How many rows it changed."""
        return self.on(tx.dialect).ask(tx, values)[1]

    def later(self, tx: Connection, values: Values) -> None:
        """Run it no later than the next statement of this transaction, or its commit.

        On Postgres it then travels together with its neighbours. An error is raised where they are sent.
        """
        self.on(tx.dialect).put_off(tx, values)

    def on(self, dialect: Dialect) -> _Compiled:
        known = self._on.get(dialect.name)
        if known is None:
            kind = _OnSqlite if dialect.name == "sqlite" else _OnPostgres
            known = self._on[dialect.name] = kind(self._statement, self._columns, dialect)
        return known


class _Compiled(ABC):
    """A statement in one database's own words, with what turns our values into its and back."""

    style: str

    def __init__(self, statement: Built, columns: list[str] | None, dialect: Dialect) -> None:
        in_order = type(dialect)(paramstyle=self.style)  # type: ignore[call-arg]
        compiled: Any = statement.compile(dialect=in_order, column_keys=columns)
        self.text = str(compiled)
        names = list(compiled.positiontup or ())
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self.types = [compiled.binds[name].type for name in names]
        self._pick = (
            itemgetter(*names, *names[:1]) if names else _nothing
        )  # one more: of a single name it makes no tuple
        self._given = [(place, c) for place, type_ in enumerate(self.types) if (c := _into(type_, dialect))]
        results = list(statement.exported_columns)
        self._row = namedtuple("Row", [column.name for column in results], rename=True)._make  # type: ignore[attr-defined]
        self.gives_rows = bool(results)
        self._converts = [(place, c) for place, column in enumerate(results) if (c := _out_of(column.type, dialect))]

    def given(self, values: Values) -> list[Any]:
        """Our values as this driver takes them, in the statement's order."""
        given = list(self._pick({**self._constants, **values} if self._constants else values))[: len(self.types)]
        for place, convert in self._given:
            given[place] = convert(given[place])
        return given

    def read(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        return [self._row(self._converted(row)) for row in rows]

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._converts:
            return row
        values = list(row)
        for place, convert in self._converts:
            values[place] = convert(values[place])
        return values

    @abstractmethod
    def ask(self, tx: Connection, values: Values) -> tuple[Sequence[Sequence[Any]], int]:
        """The rows it gave, and how many it changed."""

    @abstractmethod
    def ask_together(self, tx: Connection, asked: Sequence[tuple[Any, Values]]) -> list[Sequence[Sequence[Any]]]:
        """The rows that each of these, of our own kind, gave."""

    @abstractmethod
    def put_off(self, tx: Connection, values: Values) -> None: ...


class _OnSqlite(_Compiled):
    style = "qmark"

    def ask(self, tx: Connection, values: Values) -> tuple[Sequence[Sequence[Any]], int]:
        driver: Any = tx.connection.driver_connection
        try:
            cursor = driver.execute(self.text, self.given(values))
            return (cursor.fetchall() if self.gives_rows else ()), cursor.rowcount
        except tx.dialect.loaded_dbapi.Error as error:
            raise_wrapped(tx, error)

    def ask_together(self, tx: Connection, asked: Sequence[tuple[_OnSqlite, Values]]) -> list[Sequence[Sequence[Any]]]:
        return [one.ask(tx, values)[0] for one, values in asked]

    def put_off(self, tx: Connection, values: Values) -> None:
        self.ask(tx, values)  # the database is in this process: there is no journey to save


class _OnPostgres(_Compiled):
    style = "numeric_dollar"

    def __init__(self, statement: Built, columns: list[str] | None, dialect: Dialect) -> None:
        from bot.store.driver import pipeline  # noqa: PLC0415 - psycopg is loaded only where Postgres is

        super().__init__(statement, columns, dialect)
        self._pipeline = pipeline
        are_bytes = [isinstance(type_, LargeBinary) for type_ in self.types]
        table = None if isinstance(statement, Select) else statement.table
        self.spoken = pipeline.spoken(self.text, are_bytes, writes_to=table)

    def ask(self, tx: Connection, values: Values) -> tuple[Sequence[Sequence[Any]], int]:
        (result,) = self._pipeline.ask(tx, (self.spoken, self.given(values)))
        return result.rows, result.changed

    def ask_together(
        self, tx: Connection, asked: Sequence[tuple[_OnPostgres, Values]]
    ) -> list[Sequence[Sequence[Any]]]:
        results = self._pipeline.ask(tx, *((one.spoken, one.given(values)) for one, values in asked))
        return [result.rows for result in results]

    def put_off(self, tx: Connection, values: Values) -> None:
        self._pipeline.later(tx, (self.spoken, self.given(values)))


def _nothing(_values: Values) -> tuple[()]:
    return ()


def _into(type_: Any, dialect: Dialect) -> Convert:
    """None where the driver takes what we have. Bytes that are marked as such would only be unmarked again."""
    if isinstance(type_, LargeBinary):
        return None
    convert: Convert = type_.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _out_of(type_: Any, dialect: Dialect) -> Convert:
    """None where the driver gives what we want: psycopg knows every type but our own."""
    if dialect.name != "sqlite" and not isinstance(type_, TypeDecorator):
        return None
    convert: Convert = type_.dialect_impl(dialect).result_processor(dialect, None)
    return convert


class InsertOnce:
    """Insert a row unless its unique key is there already."""

    def __init__(self, table: Table, *key: str) -> None:
        self._statements = {
            "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=list(key)),
            "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=list(key)),
        }
        self._prepared: dict[tuple[str, ...], Prepared] = {}

    def __call__(self, tx: Connection, row: dict[str, Any]) -> bool:
        """True when this call made the row; False when it was there."""
        return self._of(tx, row).run(tx, row) == 1

    def later(self, tx: Connection, row: dict[str, Any]) -> None:
        """Where it does not matter who made it: put off, as `Prepared.later`."""
        self._of(tx, row).later(tx, row)

    def _of(self, tx: Connection, row: dict[str, Any]) -> Prepared:
        """The statement for a row with these columns."""
        shape = (tx.dialect.name, *row)
        known = self._prepared.get(shape)
        if known is None:
            known = self._prepared[shape] = Prepared(self._statements[tx.dialect.name], *row)
        return known
