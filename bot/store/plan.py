"""Plan entries: what one enrollment is due, day by day, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, update

from bot.store.outbox import DOUBTFUL
from bot.store.statements import InsertOnce, word
from bot.store.tables import enrollment, outbox, patient, plan_entry

INSERT = InsertOnce(plan_entry, "enrollment_id", "item", "local_day")
ENTRY = (
    select(plan_entry, patient.c.contact_id, enrollment.c.surgery_day)
    .join_from(plan_entry, patient, patient.c.id == plan_entry.c.patient_id)
    .join(enrollment, enrollment.c.id == plan_entry.c.enrollment_id)
)
DUE = (
    select(plan_entry.c.id)
    .where(and_(plan_entry.c.state == word("planned"), plan_entry.c.due_at <= bindparam("now")))
    .order_by(plan_entry.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
SETTLE = (
    update(plan_entry)
    .where(and_(plan_entry.c.id == bindparam("entry_id"), plan_entry.c.state == "planned"))
    .values(state=bindparam("new_state"), reason=bindparam("new_reason"), outbox_id=bindparam("new_outbox_id"))
)


MOVED = "surgery date moved"
NOT_IN_PLAN = "no longer in the care plan"
GAVE_WAY = (MOVED, NOT_IN_PLAN)
"""Why an entry was canceled for good: others stand in its place."""


class PlanState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    SKIPPED = "skipped"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    enrollment_id: str
    patient_id: str
    contact_id: str
    surgery_day: date
    item: str
    local_day: date
    due_at: datetime
    not_after: datetime
    state: PlanState
    reason: str


@dataclass(frozen=True, slots=True)
class NewEntry:
    id: str
    enrollment_id: str
    patient_id: str
    item: str
    local_day: date
    due_at: datetime
    not_after: datetime
    state: PlanState = PlanState.PLANNED
    reason: str = ""


def add(tx: Connection, entry: NewEntry) -> bool:
    return INSERT(
        tx,
        {
            "id": entry.id,
            "enrollment_id": entry.enrollment_id,
            "patient_id": entry.patient_id,
            "item": entry.item,
            "local_day": entry.local_day,
            "due_at": entry.due_at,
            "not_after": entry.not_after,
            "state": entry.state.value,
            "reason": entry.reason,
        },
    )


def put(tx: Connection, entry: NewEntry) -> None:
    """Plan this, also where it was planned before and canceled. What was sent on that day stays sent."""
    if not add(tx, entry):
        tx.execute(
            update(plan_entry)
            .where(
                and_(
                    plan_entry.c.enrollment_id == entry.enrollment_id,
                    plan_entry.c.item == entry.item,
                    plan_entry.c.local_day == entry.local_day,
                    plan_entry.c.state.in_(("canceled", "planned")),
                )
            )
            .values(state=entry.state.value, reason=entry.reason, due_at=entry.due_at, not_after=entry.not_after)
        )


def cancel_entries(tx: Connection, ids: Collection[str], reason: str) -> None:
    """These few, where they are still planned."""
    tx.execute(
        update(plan_entry)
        .where(and_(plan_entry.c.id.in_(list(ids)), plan_entry.c.state == "planned"))
        .values(state=PlanState.CANCELED.value, reason=reason)
    )


def due(tx: Connection, now: datetime, limit: int) -> list[Entry]:
    """What is due, locked; its cost depends on what is due and not on how many are enrolled."""
    ids = list(tx.execute(DUE, {"now": now, "limit": limit}).scalars())
    rows = tx.execute(ENTRY.where(plan_entry.c.id.in_(ids)).order_by(plan_entry.c.due_at)) if ids else ()
    return [_entry(row) for row in rows]


def settle(tx: Connection, entry_id: str, state: PlanState, *, reason: str = "", outbox_id: str | None = None) -> None:
    tx.execute(
        SETTLE,
        {"entry_id": entry_id, "new_state": state.value, "new_reason": reason, "new_outbox_id": outbox_id},
    )


def postpone(tx: Connection, entry_id: str, until: datetime) -> None:
    """Within its window still, but not yet: so that what waits never stands before what may go."""
    tx.execute(update(plan_entry).where(plan_entry.c.id == entry_id).values(due_at=until))


def unsend(tx: Connection, outbox_id: str, reason: str) -> None:
    """What was handed to the outbox did not go out after all: it counts as skipped."""
    tx.execute(
        update(plan_entry)
        .where(and_(plan_entry.c.outbox_id == outbox_id, plan_entry.c.state == "sent"))
        .values(state=PlanState.SKIPPED.value, reason=reason[:80])
    )


def doubt(tx: Connection, now: datetime, reason: str) -> None:
    """The database is older than what happened: whatever was due by now, or on its way, may have gone out."""
    on_its_way = select(outbox.c.id).where(and_(DOUBTFUL, outbox.c.state == "pending"))
    was_due = and_(plan_entry.c.state == "planned", plan_entry.c.due_at <= now)
    left = and_(plan_entry.c.state == "sent", plan_entry.c.outbox_id.in_(on_its_way))
    tx.execute(update(plan_entry).where(or_(was_due, left)).values(state=PlanState.SKIPPED.value, reason=reason))


def cancel(tx: Connection, enrollment_id: str, reason: str) -> None:
    """What is still planned for this enrollment will not be."""
    tx.execute(
        update(plan_entry)
        .where(and_(plan_entry.c.enrollment_id == enrollment_id, plan_entry.c.state == "planned"))
        .values(state=PlanState.CANCELED.value, reason=reason)
    )


def revive(tx: Connection, enrollment_id: str, now: datetime) -> None:
    """START after STOP: what was canceled by it and still lies ahead is planned again; what has given way stays so."""
    tx.execute(
        update(plan_entry)
        .where(
            and_(
                plan_entry.c.enrollment_id == enrollment_id,
                plan_entry.c.state == "canceled",
                plan_entry.c.reason.not_in(GAVE_WAY),
                plan_entry.c.not_after > now,
            )
        )
        .values(state=PlanState.PLANNED.value, reason="")
    )


def planned(tx: Connection, enrollment_id: str, items: Collection[str]) -> Sequence[Entry]:
    """What of these items is still planned for this enrollment, in order."""
    rows = tx.execute(
        ENTRY.where(
            and_(
                plan_entry.c.enrollment_id == enrollment_id,
                plan_entry.c.state == "planned",
                plan_entry.c.item.in_(list(items)),
            )
        ).order_by(plan_entry.c.due_at)
    )
    return [_entry(row) for row in rows]


def sent_since(tx: Connection, enrollment_id: str, moment: datetime | None) -> list[str]:
    """The items that were due and sent after this moment; all of them where there was none."""
    theirs = and_(plan_entry.c.enrollment_id == enrollment_id, plan_entry.c.state == "sent")
    later = and_(theirs, plan_entry.c.due_at > moment) if moment else theirs
    return list(tx.execute(select(plan_entry.c.item).where(later).order_by(plan_entry.c.due_at)).scalars())


def last_sent(tx: Connection, enrollment_id: str, item: str) -> datetime | None:
    """When this item was last due and sent."""
    theirs = and_(plan_entry.c.enrollment_id == enrollment_id, plan_entry.c.item == item)
    found = select(func.max(plan_entry.c.due_at)).where(and_(theirs, plan_entry.c.state == "sent"))
    moment: datetime | None = tx.execute(found).scalar()
    return moment


def is_any_planned(tx: Connection, enrollment_id: str) -> bool:
    """Is there anything left to be sent or skipped?"""
    of_enrollment = and_(plan_entry.c.enrollment_id == enrollment_id, plan_entry.c.state == "planned")
    return tx.execute(select(plan_entry.c.id).where(of_enrollment).limit(1)).first() is not None


def of_patient(tx: Connection, patient_id: str) -> Sequence[Entry]:
    rows = tx.execute(ENTRY.where(plan_entry.c.patient_id == patient_id).order_by(plan_entry.c.due_at))
    return [_entry(row) for row in rows]


def every(tx: Connection, limit: int = 10_000) -> Sequence[Entry]:
    rows = tx.execute(ENTRY.order_by(plan_entry.c.due_at, plan_entry.c.id).limit(limit))
    return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        enrollment_id=row.enrollment_id,
        patient_id=row.patient_id,
        contact_id=row.contact_id,
        surgery_day=row.surgery_day,
        item=row.item,
        local_day=row.local_day,
        due_at=row.due_at,
        not_after=row.not_after,
        state=PlanState(row.state),
        reason=row.reason,
    )
