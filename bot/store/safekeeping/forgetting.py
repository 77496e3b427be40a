"""What the carrier is still to forget: claimed with the attempt counted, and gone once it has said yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from bot.store.tables import forgetting

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Carried:
    """A message that the carrier remembers. `whole`: not only its words are to go, but the record of it."""

    sid: str
    whole: bool


def claim(tx: Connection, *, real: datetime, limit: int) -> list[Carried]:
    """The next ones, each due again later and later, for ever: what is not done is not forgotten by us."""
    due = select(forgetting).where(forgetting.c.due_at <= real).order_by(forgetting.c.due_at).limit(limit)
    claimed = tx.execute(due.with_for_update(skip_locked=True)).all()
    for row in claimed:
        wait = min(FIRST_WAIT * 2 ** min(row.attempts, 10), LONGEST_WAIT)
        values = {"attempts": row.attempts + 1, "due_at": real + wait}
        tx.execute(update(forgetting).where(forgetting.c.sid == row.sid).values(values))
    return [Carried(row.sid, row.whole) for row in claimed]


def done(tx: Connection, sid: str) -> None:
    tx.execute(delete(forgetting).where(forgetting.c.sid == sid))


def refused(tx: Connection, sid: str, reason: str) -> None:
    tx.execute(update(forgetting).where(forgetting.c.sid == sid).values(reason=reason[:80]))


def overdue(tx: Connection, attempts: int) -> int:
    """How many were asked for so often, and are still there."""
    often = select(func.count()).select_from(forgetting).where(forgetting.c.attempts >= attempts)
    return int(tx.execute(often).scalar_one())
