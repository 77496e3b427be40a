"""Silences under way: since when nothing was heard of a patient, in which way it began, and when to look again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, select, update

from bot.core.alert import Cause
from bot.core.silence import Way
from bot.store.statements import InsertOnce
from bot.store.tables import alert, inbox, outbox, silence

BEGIN = InsertOnce(silence, "patient_id")


@dataclass(frozen=True, slots=True)
class Silence:
    """`began_as` is how it began; by what is known later it may be another way."""

    patient_id: str
    began_as: Way
    since: datetime


def begin(tx: Connection, patient_id: str, way: Way, *, since: datetime, next_at: datetime) -> Silence:
    """One at a time for each patient: of two that begin at once, the first stands."""
    BEGIN(tx, {"patient_id": patient_id, "way": way.value, "since": since, "next_at": next_at})
    return of_patient(tx, patient_id) or Silence(patient_id, way, since)


def of_patient(tx: Connection, patient_id: str) -> Silence | None:
    row = tx.execute(select(silence).where(silence.c.patient_id == patient_id)).first()
    return Silence(row.patient_id, Way(row.way), row.since) if row else None


def look_again(tx: Connection, patient_id: str, at: datetime) -> None:
    tx.execute(update(silence).where(silence.c.patient_id == patient_id).values(next_at=at))


def end(tx: Connection, patient_id: str) -> None:
    tx.execute(delete(silence).where(silence.c.patient_id == patient_id))


def due(tx: Connection, now: datetime, limit: int) -> list[str]:
    """The patients whose silence must be looked at."""
    found = select(silence.c.patient_id).where(silence.c.next_at <= now).order_by(silence.c.next_at).limit(limit)
    return list(tx.execute(found).scalars())


def has_texted(tx: Connection, contact_id: str, since: datetime) -> bool:
    """Has anything come from this phone after that moment?"""
    after = and_(inbox.c.contact_id == contact_id, inbox.c.received_at > since)
    return tx.execute(select(inbox.c.id).where(after).limit(1)).first() is not None


def was_closed(tx: Connection, contact_id: str, causes: Collection[Cause], since: datetime) -> bool:
    """Has a person dealt with it: closed an alert of one of these causes at that moment or later?"""
    theirs = and_(
        alert.c.contact_id == contact_id,
        alert.c.cause.in_([cause.value for cause in causes]),
        alert.c.resolved_at >= since,
    )
    return tx.execute(select(alert.c.id).where(theirs).limit(1)).first() is not None


def arrived(tx: Connection, contact_id: str, since: datetime) -> bool | None:
    """Did the last message whose fate is known, of those written since, arrive? None when nothing is known."""
    ended = outbox.c.state.in_(("accepted", "delivered", "undelivered", "failed"))
    theirs = and_(outbox.c.contact_id == contact_id, outbox.c.created_at >= since, outbox.c.kind != "page", ended)
    last = select(outbox.c.state).where(theirs).order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(1)
    state = tx.execute(last).scalar()
    return None if state is None else state in ("accepted", "delivered")


def shift(tx: Connection, by: timedelta) -> None:
    """Move every silence along with a clinic's clock that was set anew: none waits for time that has passed already."""
    for row in tx.execute(select(silence)).all():
        moved = {"since": row.since + by, "next_at": row.next_at + by}
        tx.execute(update(silence).where(silence.c.patient_id == row.patient_id).values(moved))
