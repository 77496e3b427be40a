"""Receipts: every word from the carrier about a message of ours, append-only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.statements import InsertOnce
from bot.store.tables import receipt

INSERT = InsertOnce(receipt, "sid", "status", "error_code")


def keep(
    tx: Connection,
    receipt_id: str,
    *,
    outbox_id: str | None,
    sid: str,
    status: str,
    error_code: int,
    at: datetime,
) -> bool:
    """Append what the carrier said; False when it had said just that before."""
    row = {"id": receipt_id, "outbox_id": outbox_id, "sid": sid, "status": status}
    return INSERT(tx, {**row, "error_code": error_code, "at": at})


def statuses(tx: Connection, sid: str) -> list[str]:
    """All that was ever said of this message, in the order it came."""
    rows = tx.execute(select(receipt.c.status).where(receipt.c.sid == sid).order_by(receipt.c.id))
    return list(rows.scalars())
