"""A backup is made while everything runs, and put into an empty database again.

One way for both databases: our own tables are read in one consistent view (a WAL snapshot on SQLite, a repeatable
read on Postgres) and written as lines. So nothing needs `pg_dump` or a file system's snapshot, what is written is known
column by column, and a backup made on one database restores on the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bot.errors import Refused, UserError
from bot.service import recovery
from bot.service.console.trail import Trail
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import marks, migrate
from bot.store.safekeeping import envelope, rows
from bot.store.safekeeping.envelope import Damaged, Header, KeyUnknown

LAST = "backup:last"
"""The mark that says when the last one was made."""


@dataclass(frozen=True, slots=True)
class Made:
    rows: int
    size: int
    key: str


def make(parts: Parts, trail: Trail, path: Path, key: bytes, moment: Moment) -> Made:
    """Everything in the database, sealed under this key. Raises Refused, UserError.

    It holds one view open while it runs, and nobody up: on SQLite the WAL grows until it is done.
    """
    if path.exists():
        raise Refused(f"{path} is there already: nothing was written. Give another name, as with the day in it.")
    schema = _schema(parts)
    trail.record("backup", staff_id=None, door="command", real=moment.real)
    counted = 0

    def out(tx: Connection) -> Iterator[bytes]:
        nonlocal counted
        for line in rows.lines(tx, lambda table, row: _with_open_key(parts, table, row)):
            counted += line.startswith(b"[")
            yield line

    with _told(path), parts.database.view() as tx:
        size = envelope.write(path, out(tx), key=key, schema=schema, made_at=moment.real.isoformat(timespec="seconds"))
    parts.database.write(lambda tx: marks.leave(tx, LAST, envelope.fingerprint(key), moment.real))
    return Made(counted, size, envelope.fingerprint(key))


def _schema(parts: Parts) -> str:
    schema = migrate.revision(parts.database)
    if schema is None or schema != migrate.newest():
        raise UserError("The database is not of this version: run `mendline release` once, then back it up.")
    return schema


def check(path: Path, keys: Sequence[bytes]) -> tuple[Header, rows.Counts]:
    """Read it to its end and put it nowhere. Raises UserError, Refused: a sentence each."""
    with _told(path):
        header = envelope.header_of(path)
        if not migrate.is_known(header.schema):
            raise Refused(
                f"{path} was made by a newer version of Mendline ({header.schema}): restore it with that one."
            )
        return header, rows.count(envelope.lines(path, keys))


def restore(parts: Parts, anchors: Path, path: Path, keys: Sequence[bytes], moment: Moment) -> rows.Counts:
    """Into an empty database, all of it or nothing, and then in recovery mode. Raises UserError, Refused."""
    header, counts = check(path, keys)
    database = parts.database
    if not database.read(rows.is_empty):
        raise Refused(
            "There is something in this database already: nothing was changed. Restore into a new, empty one: another "
            "DATABASE_URL, or another MENDLINE_DATA on SQLite."
        )
    migrate.upgrade(database, header.schema)
    if migrate.revision(database) != header.schema:
        raise Refused("This database was released by a newer version already: restore into one without any tables.")

    def work(tx: Connection) -> None:
        rows.fill(tx, envelope.lines(path, keys), lambda table, row: _with_wrapped_key(parts, table, row))
        recovery.begin(tx, header.made_at, moment)

    database.write(work)
    migrate.upgrade(database)
    _put_aside(anchors, moment.real)
    detail = f"made at {header.made_at}"
    Trail(parts, anchors).record("restore", staff_id=None, door="command", real=moment.real, detail=detail)
    return counts


def _with_open_key(parts: Parts, table: str, row: dict[str, Any]) -> dict[str, Any]:
    """The file is sealed as a whole; so a key that was rotated away is not needed to restore it."""
    return row | {"wrapped": parts.vault.unwrap(row["id"], row["wrapped"])} if table == "data_key" else row


def _with_wrapped_key(parts: Parts, table: str, row: dict[str, Any]) -> dict[str, Any]:
    return row | {"wrapped": parts.vault.wrap(row["id"], row["wrapped"])} if table == "data_key" else row


def _put_aside(anchors: Path, real: datetime) -> None:
    """They note entries that were made after the backup: kept to be looked at, but not of this log."""
    for each in (anchors, anchors.with_name(anchors.name + ".1")):
        with suppress(FileNotFoundError):
            each.rename(each.with_name(f"{each.name}.before-{real:%Y%m%dT%H%M%SZ}"))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except KeyUnknown as unknown:
        raise UserError(
            f"{path} is sealed with the key {unknown}, which is not at hand: add it to MENDLINE_KEYS, or name its "
            "file with --key-file."
        ) from None
    except Damaged as damaged:
        raise Refused(f"{path}: {damaged}. Nothing was changed.") from None
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or str(error)).lower()}.") from None
