"""Every row of every table as lines of JSON, and back: a backup made on SQLite fills a Postgres, and the other way.

The data keys travel open, inside the sealed file: whoever restores wraps them under the keys of the new place.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, Insert, LargeBinary, column, insert, inspect, select, table, text
from sqlalchemy.types import TypeEngine

import bot.store.console.tables
import bot.store.oncall.tables  # noqa: F401 - so that their tables are among the others
from bot.store.safekeeping.envelope import Damaged
from bot.store.tables import metadata
from bot.store.types import Instant

BATCH = 500
REVISION = "alembic_version"
"""The one table that is not ours: it says which version the others are of."""

Counts = Mapping[str, int]
Change = Callable[[str, dict[str, Any]], dict[str, Any]]
"""What is done to a row, by its table, on the way out or in."""

_OUT: dict[str, Callable[[Any], Any]] = {
    "moment": lambda at: at.isoformat(),
    "day": lambda day: day.isoformat(),
    "bytes": lambda value: b64encode(value).decode(),
    "plain": lambda value: value,
}
_IN: dict[str, Callable[[Any], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "bytes": b64decode,
    "plain": lambda value: value,
}
_TYPES: dict[str, Callable[[], TypeEngine[Any]]] = {"moment": Instant, "day": Date, "bytes": LargeBinary}


def lines(tx: Connection, change: Change) -> Iterator[bytes]:
    """For each table a line with its name and columns, then its rows; at the end, how many there were of each."""
    counts = {}
    for each in metadata.sorted_tables:
        kinds = {one.name: _kind(one.type) for one in each.columns}
        yield _line({"table": each.name, "columns": kinds})
        counts[each.name] = 0
        for row in tx.execute(select(each), execution_options={"yield_per": BATCH}).mappings():
            values = change(each.name, dict(row))
            yield _line([None if values[name] is None else _OUT[kind](values[name]) for name, kind in kinds.items()])
            counts[each.name] += 1
    yield _line({"end": counts})


def _kind(type_: TypeEngine[Any]) -> str:
    if isinstance(type_, Instant):
        return "moment"
    if isinstance(type_, LargeBinary):
        return "bytes"
    return "day" if isinstance(type_, Date) else "plain"


def _line(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()


def batches(given: Iterable[bytes]) -> Iterator[tuple[str, Mapping[str, str], list[dict[str, Any]]]]:
    """Tables with rows of theirs, as they were written: name, kinds of columns, some rows. Raises Damaged."""
    name, kinds = "", dict[str, str]()
    batch, counts = list[dict[str, Any]](), dict[str, int]()
    ended: Counts | None = None
    for line in given:
        content = _content(line)
        if isinstance(content, list) and ended is None:
            batch.append({key: _value(kind, value) for (key, kind), value in zip(kinds.items(), content, strict=True)})
            counts[name] += 1
        if not isinstance(content, list) or len(batch) == BATCH:
            yield name, kinds, batch
            batch = []
        if isinstance(content, dict) and "table" in content:
            name, kinds = content["table"], content["columns"]
            counts[name] = 0
        elif isinstance(content, dict):
            ended = content["end"]
    if ended != counts:
        raise Damaged("the backup does not hold as many rows as it says")


def _content(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise Damaged("the backup holds a line that cannot be read") from None


def _value(kind: str, value: Any) -> Any:
    return None if value is None else _IN[kind](value)


def count(given: Iterable[bytes]) -> Counts:
    """Reads all of it, and keeps nothing: how many rows there are of each table. Raises Damaged."""
    counts: dict[str, int] = {}
    for name, _, batch in batches(given):
        if name:
            counts[name] = counts.get(name, 0) + len(batch)
    return counts


def fill(tx: Connection, given: Iterable[bytes], change: Change) -> None:
    """Into tables that are empty, of the version that they were taken from. Raises Damaged."""
    for name, kinds, batch in batches(given):
        if batch:
            tx.execute(_insert(name, kinds), [change(name, row) for row in batch])


def _insert(name: str, kinds: Mapping[str, str]) -> Insert:
    """By the columns that the backup names: this program may know more of them by now."""
    columns = [column(each, _TYPES[kind]() if kind in _TYPES else None) for each, kind in kinds.items()]
    return insert(table(name, *columns))


def is_empty(tx: Connection) -> bool:
    """No table holds a row, if there are tables at all."""
    names = [name for name in inspect(tx).get_table_names() if name != REVISION]
    return not any(tx.execute(select(text("1")).select_from(table(name)).limit(1)).first() for name in names)
