"""The link in a page, good for its one recipient. Only its token's hash is kept."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.store.tables import page_link, staff


def keep(tx: Connection, token: str, *, alert_id: str, staff_id: str, now: datetime) -> None:
    tx.execute(
        insert(page_link),
        {"token_hash": _hash(token), "alert_id": alert_id, "staff_id": staff_id, "created_at": now},
    )


def follow(tx: Connection, token: str) -> tuple[str, str] | None:
    """The alert's id and the staff member's whose link this is; None once they have left the team."""
    row = tx.execute(
        select(page_link.c.alert_id, page_link.c.staff_id)
        .join(staff, staff.c.id == page_link.c.staff_id)
        .where(page_link.c.token_hash == _hash(token), staff.c.left_at.is_(None))
    ).first()
    return (row.alert_id, row.staff_id) if row else None


def exists(tx: Connection, alert_id: str, staff_id: str) -> bool:
    """Was this person paged about this alert?"""
    theirs = (page_link.c.alert_id == alert_id) & (page_link.c.staff_id == staff_id)
    return tx.execute(select(page_link.c.alert_id).where(theirs).limit(1)).first() is not None


def _hash(token: str) -> bytes:
    """The token has 128 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()
