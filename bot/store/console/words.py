"""What staff said: of an alert, that it was useful, and what was found; and which messages they wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, and_, insert, select, update

from bot.store.console.tables import finding, usefulness, writing
from bot.store.statements import InsertOnce

SAY = InsertOnce(usefulness, "alert_id", "staff_id")
FIND = InsertOnce(finding, "alert_id")


def say_useful(tx: Connection, alert_id: str, staff_id: str, at: datetime, *, is_useful: bool) -> None:
    """A second tap corrects the first."""
    SAY(tx, {"alert_id": alert_id, "staff_id": staff_id, "is_useful": is_useful, "at": at})
    mine = and_(usefulness.c.alert_id == alert_id, usefulness.c.staff_id == staff_id)
    tx.execute(update(usefulness).where(mine).values(is_useful=is_useful, at=at))


def useful(tx: Connection, alert_id: str) -> Mapping[str, bool]:
    """Staff id -> what they said."""
    rows = tx.execute(select(usefulness).where(usefulness.c.alert_id == alert_id))
    return {row.staff_id: row.is_useful for row in rows}


def find(tx: Connection, alert_id: str, staff_id: str, *, reached: str, outcome: str, at: datetime) -> None:
    FIND(tx, {"alert_id": alert_id, "staff_id": staff_id, "reached": reached, "outcome": outcome, "at": at})


def wrote(tx: Connection, outbox_id: str, staff_id: str, at: datetime) -> None:
    tx.execute(insert(writing).values(outbox_id=outbox_id, staff_id=staff_id, at=at))
