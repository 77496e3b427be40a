"""The consent ledger, append-only: what was agreed to or revoked, when, and in which wording."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

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
