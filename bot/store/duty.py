"""What is there to do? One look a tick, at a cost that does not depend on how many are enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, select

from bot.core.enrollment import Lane
from bot.store.tables import alert, inbox, outbox, plan_entry, session


def _lane(lane: Lane, moment: str) -> object:
    waiting = and_(outbox.c.state == "pending", outbox.c.lane == lane.value, outbox.c.due_at <= bindparam(moment))
    return exists(select(1).where(waiting))


LOOK = select(
    exists(select(1).where(and_(plan_entry.c.state == "planned", plan_entry.c.due_at <= bindparam("now")))).label(
        "plan"
    ),
    exists(
        select(1).where(
            and_(session.c.state == "active", session.c.nudge_at.is_not(None), session.c.nudge_at <= bindparam("now"))
        )
    ).label("nudges"),
    exists(select(1).where(and_(session.c.state == "active", session.c.expires_at <= bindparam("now")))).label(
        "expiries"
    ),
    exists(select(1).where(and_(alert.c.state != "resolved", alert.c.next_action_at <= bindparam("now")))).label(
        "ladders"
    ),
    exists(select(1).where(and_(inbox.c.state == "received", inbox.c.next_attempt_at <= bindparam("real")))).label(
        "texts"
    ),
    exists(select(1).where(and_(outbox.c.state == "sending", outbox.c.lease_until < bindparam("real")))).label(
        "unconfirmed"
    ),
    _lane(Lane.PAGE, "now").label("pages"),  # type: ignore[attr-defined]
    _lane(Lane.TALK, "late").label("talk"),  # type: ignore[attr-defined]
    _lane(Lane.PLAN, "late").label("tips"),  # type: ignore[attr-defined]
)


@dataclass(frozen=True, slots=True)
class Duty:
    """`talk` and `tips`: messages of those lanes that nobody has taken up since `late`."""

    plan: bool
    nudges: bool
    expiries: bool
    ladders: bool
    texts: bool
    unconfirmed: bool
    pages: bool
    talk: bool
    tips: bool


def look(tx: Connection, *, now: datetime, real: datetime, late: datetime) -> Duty:
    row = tx.execute(LOOK, {"now": now, "real": real, "late": late}).one()
    return Duty(**{name: bool(value) for name, value in row._mapping.items()})  # noqa: SLF001 - its public name for this
