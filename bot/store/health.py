"""What the database says of itself, for readiness and metrics: counts and ages, no person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.store.tables import alert, inbox, outbox, plan_entry


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by state; `oldest_page` is when the page that waits longest fell due."""

    inbox: Mapping[str, int]
    outbox: Mapping[tuple[str, str], int]
    alerts: Mapping[tuple[str, str], int]
    plan: Mapping[str, int]
    oldest_page: datetime | None


def counts(tx: Connection) -> Counts:
    by_state = select(inbox.c.state, func.count()).group_by(inbox.c.state)
    by_kind = select(outbox.c.kind, outbox.c.state, func.count()).group_by(outbox.c.kind, outbox.c.state)
    by_tier = select(alert.c.tier, alert.c.state, func.count()).group_by(alert.c.tier, alert.c.state)
    by_plan = select(plan_entry.c.state, func.count()).group_by(plan_entry.c.state)
    waiting = select(func.min(outbox.c.due_at)).where(outbox.c.lane == "page", outbox.c.state == "pending")
    return Counts(
        inbox=dict(tx.execute(by_state).all()),
        outbox={(kind, state): number for kind, state, number in tx.execute(by_kind)},
        alerts={(tier, state): number for tier, state, number in tx.execute(by_tier)},
        plan=dict(tx.execute(by_plan).all()),
        oldest_page=tx.execute(waiting).scalar(),
    )
