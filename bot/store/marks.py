"""Marks: signs of life and small facts that processes leave for each other, stamped in real time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.store.statements import InsertOnce
from bot.store.tables import mark

INSERT = InsertOnce(mark, "name")


@dataclass(frozen=True, slots=True)
class Mark:
    value: str
    at: datetime


def leave(tx: Connection, name: str, value: str, at: datetime) -> None:
    done = tx.execute(update(mark).where(mark.c.name == name).values(value=value, at=at))
    if done.rowcount == 0:
        INSERT(tx, {"name": name, "value": value, "at": at})


def wipe(tx: Connection, prefix: str) -> None:
    """Forget every mark whose name begins so."""
    tx.execute(delete(mark).where(mark.c.name.startswith(prefix, autoescape=True)))


def find(tx: Connection, name: str) -> Mark | None:
    row = tx.execute(select(mark).where(mark.c.name == name)).first()
    return Mark(row.value, row.at) if row else None


def hold(tx: Connection, name: str) -> Mark | None:
    """The mark, held until the transaction ends: of two processes, the second sees what the first has left."""
    row = tx.execute(select(mark).where(mark.c.name == name).with_for_update()).first()
    return Mark(row.value, row.at) if row else None


def every(tx: Connection, prefix: str) -> Mapping[str, Mark]:
    rows = tx.execute(select(mark).where(mark.c.name.startswith(prefix, autoescape=True)))
    return {row.name: Mark(row.value, row.at) for row in rows}
