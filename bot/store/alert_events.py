"""What happened to an alert, in order, append-only: raised, paged, acknowledged, refused, resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.store.tables import alert_event

INSERT = insert(alert_event)


@dataclass(frozen=True, slots=True)
class Event:
    act: str
    staff_id: str | None
    detail: str
    at: datetime


def note(
    tx: Connection,
    event_id: str,
    alert_id: str,
    act: str,
    *,
    at: datetime,
    staff_id: str | None = None,
    detail: str = "",
) -> None:
    """`act` is one word for the history: raised, paged, page_failed, acknowledged, refused, resolved, ..."""
    tx.execute(
        INSERT,
        {"id": event_id, "alert_id": alert_id, "act": act, "staff_id": staff_id, "detail": detail, "at": at},
    )


def history(tx: Connection, alert_id: str) -> Sequence[Event]:
    rows = tx.execute(select(alert_event).where(alert_event.c.alert_id == alert_id).order_by(alert_event.c.id))
    return [Event(row.act, row.staff_id, row.detail, row.at) for row in rows]


def last_act(tx: Connection, alert_id: str) -> str | None:
    """What happened to it last."""
    newest = select(alert_event.c.act).where(alert_event.c.alert_id == alert_id).order_by(alert_event.c.id.desc())
    return tx.execute(newest.limit(1)).scalar_one_or_none()
