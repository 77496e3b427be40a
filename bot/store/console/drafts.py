"""Drafts of the flows and who signed which texts; and how many conversations are under way, by flow and version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.store.console.tables import draft, sign_off
from bot.store.statements import InsertOnce
from bot.store.tables import session

SIGN = InsertOnce(sign_off, "digest", "staff_id")


@dataclass(frozen=True, slots=True)
class Draft:
    """`base` is the digest of the file's text over which this was typed."""

    staff_id: str
    file: str
    base: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnderWay:
    """So many conversations of one flow go on by this version of it."""

    flow: str
    version: int
    count: int


def keep(tx: Connection, kept: Draft) -> None:
    values = {"base": kept.base, "text": kept.text, "at": kept.at}
    mine = update(draft).where(draft.c.staff_id == kept.staff_id, draft.c.file == kept.file)
    if tx.execute(mine.values(values)).rowcount == 0:
        tx.execute(insert(draft).values(staff_id=kept.staff_id, file=kept.file, **values))


def drop(tx: Connection, staff_id: str, file: str) -> None:
    tx.execute(delete(draft).where(draft.c.staff_id == staff_id, draft.c.file == file))


def find(tx: Connection, staff_id: str, file: str) -> Draft | None:
    row = tx.execute(select(draft).where(draft.c.staff_id == staff_id, draft.c.file == file)).first()
    return Draft(row.staff_id, row.file, row.base, row.text, row.at) if row else None


def every(tx: Connection) -> list[Draft]:
    rows = tx.execute(select(draft).order_by(draft.c.file, draft.c.at))
    return [Draft(row.staff_id, row.file, row.base, row.text, row.at) for row in rows]


def sign(tx: Connection, digest: str, staff_id: str, at: datetime) -> None:
    """Once; again changes nothing."""
    SIGN(tx, {"digest": digest, "staff_id": staff_id, "at": at})


def signers(tx: Connection, digest: str) -> list[tuple[str, datetime]]:
    """Who stands behind these texts, and since when; the first first."""
    rows = tx.execute(select(sign_off).where(sign_off.c.digest == digest).order_by(sign_off.c.at))
    return [(row.staff_id, row.at) for row in rows]


def under_way(tx: Connection) -> list[UnderWay]:
    counted = (
        select(session.c.flow, session.c.version, func.count().label("so_many"))
        .where(session.c.state == "active")
        .group_by(session.c.flow, session.c.version)
        .order_by(session.c.flow, session.c.version)
    )
    return [UnderWay(row.flow, row.version, row.so_many) for row in tx.execute(counted)]
