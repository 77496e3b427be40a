"""Staff: the nurses, admins and viewers of the practice, and the rung each is paged on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from bot.core import canary
from bot.core.alert import OnCall
from bot.core.enrollment import Consent
from bot.store.real import is_real
from bot.store.tables import contact, staff
from bot.store.vault import Ids, Vault

MEMBER = select(staff, contact.c.consent).join_from(staff, contact, contact.c.id == staff.c.contact_id)
IS_THERE = staff.c.left_at.is_(None)
EVER = MEMBER.where(is_real(staff.c.contact_id)).order_by(staff.c.rung, staff.c.id)
ALL = EVER.where(IS_THERE)


@dataclass(frozen=True, slots=True)
class Staff:
    """`rung` is None for those who are not on call. `has_stopped`: their phone refuses our texts."""

    id: str
    contact_id: str
    role: str
    rung: int | None
    has_stopped: bool
    sealed_name: bytes
    sealed_email: bytes | None

    def name(self, vault: Vault) -> str:
        return vault.open("staff.name", self.id, self.sealed_name)

    def email(self, vault: Vault) -> str:
        return vault.open("staff.email", self.id, self.sealed_email) if self.sealed_email else ""

    @property
    def is_viewer(self) -> bool:
        return self.role == "viewer"

    @property
    def on_call(self) -> OnCall:
        return OnCall(self.id, self.rung)


def add(
    tx: Connection,
    vault: Vault,
    staff_id: str,
    contact_id: str,
    *,
    name: str,
    email: str,
    role: str,
    rung: int | None,
    now: datetime,
) -> None:
    tx.execute(
        insert(staff),
        {
            "id": staff_id,
            "contact_id": contact_id,
            "name": vault.seal("staff.name", staff_id, name),
            "email": vault.seal("staff.email", staff_id, email) if email else None,
            "role": role,
            "rung": rung,
            "created_at": now,
        },
    )


def set_rung(tx: Connection, staff_id: str, rung: int | None) -> None:
    tx.execute(update(staff).where(staff.c.id == staff_id).values(rung=rung))


def every(tx: Connection) -> tuple[Staff, ...]:
    return tuple(map(_staff, tx.execute(ALL)))


def ever(tx: Connection) -> tuple[Staff, ...]:
    """With those who have left, whose names stand in what they did."""
    return tuple(map(_staff, tx.execute(EVER)))


def paged_about(tx: Connection, contact_id: str | None) -> tuple[Staff, ...]:
    """Who may be paged about an alert of this contact: everybody; about the canary its own nurse alone."""
    if not canary.is_canary(contact_id):
        return every(tx)
    return tuple(map(_staff, tx.execute(MEMBER.where(staff.c.id == canary.NURSE_ID))))


def of_contact(tx: Connection, contact_id: str) -> Staff | None:
    row = tx.execute(MEMBER.where(and_(staff.c.contact_id == contact_id, IS_THERE))).first()
    return _staff(row) if row else None


def get(tx: Connection, staff_id: str) -> Staff | None:
    row = tx.execute(MEMBER.where(and_(staff.c.id == staff_id, IS_THERE))).first()
    return _staff(row) if row else None


def leave(tx: Connection, vault: Vault, member: Staff, *, new_id: Ids, now: datetime) -> None:
    """No longer on the team. Their number is free for anybody; what they did stays under their name."""
    known = tx.execute(select(contact).where(contact.c.id == member.contact_id)).one()
    parted = {
        "id": new_id(),
        "phone_index": os.urandom(32),
        "language": known.language,
        "consent": Consent.STOPPED.value,
        "created_at": now,
    }
    sealed = vault.seal("contact.phone", parted["id"], vault.open("contact.phone", known.id, known.phone))
    tx.execute(insert(contact), {**parted, "phone": sealed})
    tx.execute(update(staff).where(staff.c.id == member.id).values(contact_id=parted["id"], rung=None, left_at=now))


def _staff(row: Row[Any]) -> Staff:
    return Staff(
        id=row.id,
        contact_id=row.contact_id,
        role=row.role,
        rung=row.rung,
        has_stopped=row.consent == Consent.STOPPED,
        sealed_name=row.name,
        sealed_email=row.email,
    )
