"""What the database says of itself, for readiness and metrics: counts and ages, no person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select

from bot.core.policy import WALK
from bot.store.real import IS_REAL_TEXT, is_real
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
    by_state = select(inbox.c.state, func.count()).where(IS_REAL_TEXT).group_by(inbox.c.state)
    by_kind = (
        select(outbox.c.kind, outbox.c.state, func.count())
        .where(is_real(outbox.c.contact_id))
        .group_by(outbox.c.kind, outbox.c.state)
    )
    by_tier = (
        select(alert.c.tier, alert.c.state, func.count())
        .where(is_real(alert.c.contact_id))
        .group_by(alert.c.tier, alert.c.state)
    )
    by_plan = select(plan_entry.c.state, func.count()).group_by(plan_entry.c.state)
    waiting = select(func.min(outbox.c.due_at)).where(
        outbox.c.lane == "page", outbox.c.state == "pending", is_real(outbox.c.contact_id)
    )
    return Counts(
        inbox=dict(tx.execute(by_state).all()),
        outbox={(kind, state): number for kind, state, number in tx.execute(by_kind)},
        alerts={(tier, state): number for tier, state, number in tx.execute(by_tier)},
        plan=dict(tx.execute(by_plan).all()),
        oldest_page=tx.execute(waiting).scalar(),
    )


MOVES_WITHIN = timedelta(minutes=2)
"""A ladder that is due moves within a second; from here on nobody moves it."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """An alert that nobody will look at again, as things are. `next_action_at` is None, long past, or too far off."""

    alert_id: str
    code: str
    tier: str
    next_action_at: datetime | None


def alerts_without_next_action(tx: Connection, now: datetime) -> list[Stuck]:
    """Alerts that are not resolved and have no next action, or one that nobody took up; and open emergencies whose
    next action is further off than any policy allows. There must never be one. The most urgent first."""
    unresolved = alert.c.state != "resolved"
    next_at = alert.c.next_action_at
    is_far = and_(alert.c.tier == "emergency", alert.c.state == "open", next_at > now + WALK.emergency.again)
    is_stuck = or_(next_at.is_(None), next_at < now - MOVES_WITHIN, is_far)
    rows = tx.execute(select(alert).where(and_(unresolved, is_stuck)).order_by(alert.c.tier, alert.c.raised_at))
    return [Stuck(row.id, row.code, row.tier, row.next_action_at) for row in rows]
