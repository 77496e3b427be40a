"""The consent ledger, append-only: what was agreed to or revoked, when, and in which wording."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.core.enrollment import Act
from bot.store.tables import consent_entry

INSERT = insert(consent_entry)


def enter(
    tx: Connection,
    entry_id: str,
    contact_id: str,
    act: Act,
    *,
    wording: str,
    inbox_id: str | None,
    at: datetime,
) -> None:
    """`wording` names the text shown and its version, as in "consent@3"; "paper" for a signed form."""
    row = {"id": entry_id, "contact_id": contact_id, "act": act.value, "wording": wording}
    tx.execute(INSERT, {**row, "inbox_id": inbox_id, "at": at})


@dataclass(frozen=True, slots=True)
class Entry:
    act: Act
    wording: str
    at: datetime


def of_contact(tx: Connection, contact_id: str) -> list[Entry]:
    """What this phone agreed to or revoked, in order."""
    rows = tx.execute(
        select(consent_entry).where(consent_entry.c.contact_id == contact_id).order_by(consent_entry.c.id)
    )
    return [Entry(Act(row.act), row.wording, row.at) for row in rows]
