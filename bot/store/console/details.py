"""What staff know of a recovery beyond what the texts need: procedure and care team; and the care plan moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, insert, select, update

from bot.store.console.tables import patient_detail
from bot.store.tables import enrollment, plan_entry
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Detail:
    procedure: str = ""
    care_team: str = ""


def keep(tx: Connection, vault: Vault, patient_id: str, detail: Detail) -> None:
    values = {
        "procedure": vault.seal("patient_detail.procedure", patient_id, detail.procedure),
        "care_team": vault.seal("patient_detail.care_team", patient_id, detail.care_team),
    }
    mine = patient_detail.c.patient_id == patient_id
    if tx.execute(update(patient_detail).where(mine).values(values)).rowcount == 0:
        tx.execute(insert(patient_detail).values(patient_id=patient_id, **values))


def get(tx: Connection, vault: Vault, patient_id: str) -> Detail:
    row = tx.execute(select(patient_detail).where(patient_detail.c.patient_id == patient_id)).first()
    if row is None:
        return Detail()
    return Detail(
        vault.open("patient_detail.procedure", patient_id, row.procedure),
        vault.open("patient_detail.care_team", patient_id, row.care_team),
    )


def set_surgery_day(tx: Connection, enrollment_id: str, day: date) -> None:
    tx.execute(update(enrollment).where(enrollment.c.id == enrollment_id).values(surgery_day=day))


def put_back(
    tx: Connection, enrollment_id: str, item: str, local_day: date, *, due_at: datetime, not_after: datetime
) -> None:
    """An entry of this very day that was set aside when the surgery was moved is planned again."""
    same = and_(
        plan_entry.c.enrollment_id == enrollment_id,
        plan_entry.c.item == item,
        plan_entry.c.local_day == local_day,
        plan_entry.c.state == "skipped",
        plan_entry.c.outbox_id.is_(None),
    )
    tx.execute(update(plan_entry).where(same).values(state="planned", reason="", due_at=due_at, not_after=not_after))
