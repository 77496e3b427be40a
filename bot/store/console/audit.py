"""The audit log: append one entry to the chain, and read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.core.audit import BEGINNING, Entry, Kept, Keyed, digest
from bot.store.console.tables import audit_entry, audit_head
from bot.store.database import Database
from bot.store.statements import InsertOnce

THE_HEAD = 1
BEGIN = InsertOnce(audit_head, "id")
LOCK = select(audit_head).where(audit_head.c.id == THE_HEAD).with_for_update()
PAGE = 500


def append(
    tx: Connection,
    keyed: Keyed,
    *,
    at: datetime,
    staff_id: str | None,
    door: str,
    act: str,
    patients: Sequence[str],
    detail: str,
) -> tuple[int, bytes]:
    """One more entry, with the head held meanwhile, so that two at once stand one after the other."""
    BEGIN(tx, {"id": THE_HEAD, "number": 0, "digest": BEGINNING})
    head = tx.execute(LOCK).one()
    entry = Entry(head.number + 1, at, staff_id, door, act, tuple(patients), detail)
    new = digest(keyed, bytes(head.digest), entry)
    tx.execute(
        insert(audit_entry).values(
            number=entry.number,
            at=at,
            staff_id=staff_id,
            door=door,
            act=act,
            patients=json.dumps(list(patients)),
            detail=detail,
            digest=new,
        )
    )
    tx.execute(update(audit_head).where(audit_head.c.id == THE_HEAD).values(number=entry.number, digest=new))
    return entry.number, new


def head(tx: Connection) -> tuple[int, bytes] | None:
    row = tx.execute(select(audit_head).where(audit_head.c.id == THE_HEAD)).first()
    return (row.number, bytes(row.digest)) if row else None


def every(database: Database) -> Iterator[Kept]:
    """From the first, a page at a time."""
    after = 0
    while page := database.read(lambda tx, last=after: _page(tx, last)):  # type: ignore[misc]
        yield from page
        after = page[-1].entry.number


def _page(tx: Connection, after: int) -> list[Kept]:
    rows = tx.execute(
        select(audit_entry).where(audit_entry.c.number > after).order_by(audit_entry.c.number).limit(PAGE)
    )
    return [_kept(row) for row in rows]


def newest(tx: Connection, *, before: int | None = None, patient_id: str = "", limit: int = 100) -> list[Entry]:
    """The latest entries, the newest first; only those about one patient where one is named."""
    wanted = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(audit_entry.c.number < before)
    if patient_id:
        wanted = wanted.where(audit_entry.c.patients.contains(f'"{patient_id}"', autoescape=True))
    return [_kept(row).entry for row in tx.execute(wanted)]


def _kept(row: Row[Any]) -> Kept:
    patients = tuple(json.loads(row.patients))
    entry = Entry(row.number, row.at, row.staff_id, row.door, row.act, patients, row.detail)
    return Kept(entry, bytes(row.digest))
