"""What is there to do? One look a tick, at a cost that does not depend on how many are enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, or_, select

from bot.core import canary
from bot.core.enrollment import Lane
from bot.store.oncall.tables import rota_watch
from bot.store.publications import AHEAD_OF_PLANS
from bot.store.safekeeping.aging import DAY
from bot.store.statements import Prepared, word
from bot.store.tables import alert, forgetting, inbox, mark, outbox, plan_entry, session, silence


def _is_any(due: ColumnElement[Any], by: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Is anything due? Asked as "the first that is due", so that the partial index answers.

    With EXISTS, Postgres reads the whole table instead when its statistics say that much is due, and nothing is.
    """
    first = select(due).where(and_(due <= bindparam(by), *conditions)).order_by(due).limit(literal_column("1"))
    return first.scalar_subquery().is_not(None)


def _lane(lane: Lane, by: str) -> ColumnElement[bool]:
    return _is_any(outbox.c.due_at, by, outbox.c.state == word("pending"), outbox.c.lane == word(lane.value))


def _leased(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return _is_any(outbox.c.lease_until, "real", outbox.c.state == word("sending"), which)


def _mark(name: str) -> ColumnElement[str]:
    return func.coalesce(select(mark.c.value).where(mark.c.name == word(name)).scalar_subquery(), word(""))


NEVER_LOOKED = select(rota_watch.c.id).limit(literal_column("1")).scalar_subquery().is_(None)

LOOK = Prepared(
    select(
        _is_any(plan_entry.c.due_at, "now", plan_entry.c.state == word("planned")).label("plan"),
        _is_any(session.c.nudge_at, "now", session.c.state == word("active"), session.c.nudge_at.is_not(None)).label(
            "nudges"
        ),
        _is_any(session.c.expires_at, "now", session.c.state == word("active")).label("expiries"),
        _is_any(silence.c.next_at, "now").label("silences"),
        _is_any(alert.c.next_action_at, "now", alert.c.state != word("resolved")).label("ladders"),
        or_(NEVER_LOOKED, _is_any(rota_watch.c.next_look_at, "now")).label("rota"),
        _is_any(inbox.c.next_attempt_at, "real", inbox.c.state == word("received")).label("texts"),
        _leased(outbox.c.lane != word(Lane.PAGE.value)).label("unconfirmed"),
        _leased(outbox.c.lane == word(Lane.PAGE.value)).label("vanished"),
        _lane(Lane.PAGE, "now").label("pages"),
        _lane(Lane.TALK, "late").label("talk"),
        _lane(Lane.PLAN, "late").label("tips"),
        _is_any(forgetting.c.due_at, "real").label("forgetting"),
        (_mark(canary.WANTED) != _mark(canary.STAGED)).label("canary"),
        (_mark(DAY) != bindparam("today")).label("retention"),
        (_mark(AHEAD_OF_PLANS) != word("")).label("calendars"),
    )
)


@dataclass(frozen=True, slots=True)
class Duty:
    """`talk` and `tips`: messages of those lanes that nobody has taken up since `late`; `vanished`: pages whose sender
    has not said how it ended; `canary`: its stage is not as the watchdog wants it; `retention`: today's words that have
    been kept for long enough are still there; `calendars`: not everybody's follows the newest publication."""

    plan: bool
    nudges: bool
    expiries: bool
    silences: bool
    ladders: bool
    rota: bool
    texts: bool
    unconfirmed: bool
    vanished: bool
    pages: bool
    talk: bool
    tips: bool
    forgetting: bool
    canary: bool
    retention: bool
    calendars: bool


def look(tx: Connection, *, now: datetime, real: datetime, late: datetime) -> Duty:
    return Duty(*map(bool, LOOK.first(tx, {"now": now, "real": real, "late": late, "today": now.date().isoformat()})))
