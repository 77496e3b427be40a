"""What the carrier said last of each staff phone: a number that fails is known before the next page does."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, and_, func, or_, select

from bot.store.tables import outbox, staff

HAS_ENDED = or_(
    outbox.c.state.in_(("accepted", "delivered", "undelivered", "failed")),
    and_(outbox.c.state == "pending", outbox.c.attempts > 0),
)
NEWEST = (
    select(outbox.c.contact_id, func.max(outbox.c.id).label("id"))
    .join_from(outbox, staff, staff.c.contact_id == outbox.c.contact_id)
    .where(and_(outbox.c.channel == "sms", HAS_ENDED))
    .group_by(outbox.c.contact_id)
    .subquery()
)
FAILING = (
    select(outbox.c.contact_id, outbox.c.reason)
    .join_from(outbox, NEWEST, NEWEST.c.id == outbox.c.id)
    .where(outbox.c.state.not_in(("accepted", "delivered")))
)


def failing(tx: Connection) -> Mapping[str, str]:
    """By contact: why the newest text to this phone did not arrive."""
    return {row.contact_id: row.reason or "not delivered" for row in tx.execute(FAILING)}
