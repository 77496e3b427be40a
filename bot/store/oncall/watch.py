"""The watch over the rota: when to look next, who was on call at the last look, and what was told of which gap."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from bot.core.cover import Nearness, Weakness
from bot.store.oncall.tables import rota_warning, rota_watch
from bot.store.statements import InsertOnce
from bot.store.vault import Ids

THE_ROW = 1
AT_ONCE = datetime(2020, 1, 1, tzinfo=UTC)
BEGIN = InsertOnce(rota_watch, "id")
LOCK_DUE = (
    select(rota_watch)
    .where(and_(rota_watch.c.id == THE_ROW, rota_watch.c.next_look_at <= bindparam("now")))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who was on call at the last look; None when there was none. `warn_at`: when gaps are told of next."""

    on_call: frozenset[str] | None
    warn_at: datetime


def lock_due(tx: Connection, now: datetime) -> Seen | None:
    """The watch, held, when the rota must be looked at; None when another clock does, or has."""
    _begin(tx)
    row = tx.execute(LOCK_DUE, {"now": now}).first()
    if row is None:
        return None
    on_call = json.loads(row.on_call)
    return Seen(None if on_call is None else frozenset(on_call), row.warn_at)


def _begin(tx: Connection) -> None:
    BEGIN(tx, {"id": THE_ROW, "next_look_at": AT_ONCE, "warn_at": AT_ONCE, "on_call": "null"})


def looked(tx: Connection, on_call: Collection[str], *, next_look_at: datetime, warn_at: datetime) -> None:
    values = {"on_call": json.dumps(sorted(on_call)), "next_look_at": next_look_at, "warn_at": warn_at}
    tx.execute(update(rota_watch).where(rota_watch.c.id == THE_ROW).values(values))


def look_at_once(tx: Connection, *, warn_at: datetime) -> None:
    """Something changed: look at the next tick, and tell of gaps no sooner than `warn_at`."""
    _begin(tx)
    values = {"next_look_at": AT_ONCE, "warn_at": warn_at}
    tx.execute(update(rota_watch).where(rota_watch.c.id == THE_ROW).values(values))


def was_told(tx: Connection, gap: Weakness, nearness: Nearness, now: datetime) -> bool:
    """Was the beginning of this gap (of one that has begun: this moment) within one told of when it was as near?"""
    opens = max(gap.opens, now)
    same = and_(rota_warning.c.thin == gap.thin.value, rota_warning.c.nearness >= int(nearness))
    rung = rota_warning.c.rung.is_(None) if gap.rung is None else rota_warning.c.rung == gap.rung
    covers = and_(rota_warning.c.opens <= opens, rota_warning.c.closes > opens)
    return tx.execute(select(rota_warning.c.id).where(and_(same, rung, covers)).limit(1)).first() is not None


def tell(tx: Connection, new_id: Ids, gap: Weakness, nearness: Nearness, now: datetime) -> None:
    tx.execute(
        insert(rota_warning).values(
            id=new_id(),
            thin=gap.thin.value,
            rung=gap.rung,
            opens=gap.opens,
            closes=gap.closes,
            nearness=int(nearness),
            told_at=now,
        )
    )


def forget_past(tx: Connection, now: datetime) -> None:
    """What was told of times that are over is of no use any more."""
    tx.execute(delete(rota_warning).where(rota_warning.c.closes <= now))
