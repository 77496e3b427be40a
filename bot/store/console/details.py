"""What staff know of a recovery beyond what the texts need: the procedure and the care team."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from bot.store.console.tables import patient_detail
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
