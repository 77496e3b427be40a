"""What waits longest: a text not handled, a page not sent, a ladder not moved; and alerts that nothing would move."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from bot.core.watch import Waiting
from bot.store.tables import alert, inbox, outbox


def look(tx: Connection, *, now: datetime, real: datetime) -> Waiting:
    """Each is named by its row and by what changes when somebody gets on with it."""
    text = (
        select(inbox.c.id, inbox.c.attempts)
        .where(inbox.c.state == "received", inbox.c.next_attempt_at <= real)
        .order_by(inbox.c.next_attempt_at)
    )
    page = (
        select(outbox.c.id, outbox.c.attempts)
        .where(outbox.c.state == "pending", outbox.c.lane == "page", outbox.c.due_at <= now)
        .order_by(outbox.c.due_at)
    )
    ladder = (
        select(alert.c.id, alert.c.next_action_at)
        .where(alert.c.state != "resolved", alert.c.next_action_at <= now)
        .order_by(alert.c.next_action_at)
    )
    orphans = select(func.count()).where(alert.c.state != "resolved", alert.c.next_action_at.is_(None))
    return Waiting(
        text=_first(tx, text),
        page=_first(tx, page),
        ladder=_first(tx, ladder),
        orphans=tx.execute(orphans).scalar_one(),
    )


def _first(tx: Connection, oldest: Select[Any]) -> str:
    row = tx.execute(oldest.limit(1)).first()
    return f"{row[0]}:{row[1]}" if row else ""
