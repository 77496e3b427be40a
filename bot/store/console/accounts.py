"""Accounts: how each member of staff signs in, their recovery codes, and the one-time links that set them up."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from bot.store.console.tables import account, account_link, recovery_code
from bot.store.tables import staff
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Account:
    """`last_step` is the step of the authenticator code that was used last."""

    staff_id: str
    password: str
    last_step: int
    theme: str
    changed_at: datetime
    sealed_secret: bytes

    def secret(self, vault: Vault) -> bytes:
        return bytes.fromhex(vault.open("account.secret", self.staff_id, self.sealed_secret))


def get(tx: Connection, staff_id: str) -> Account | None:
    row = tx.execute(select(account).where(account.c.staff_id == staff_id)).first()
    if row is None:
        return None
    return Account(row.staff_id, row.password, row.last_step, row.theme, row.changed_at, row.secret)


def holders(tx: Connection) -> set[str]:
    """The staff members who have an account."""
    return set(tx.execute(select(account.c.staff_id)).scalars())


def has_admin(tx: Connection) -> bool:
    """Can anybody let others in?"""
    admins = select(account.c.staff_id).join(staff, staff.c.id == account.c.staff_id).where(staff.c.role == "admin")
    return tx.execute(admins.limit(1)).first() is not None


def keep(tx: Connection, vault: Vault, staff_id: str, *, password: str, secret: bytes, step: int, at: datetime) -> None:
    """Made, or made anew; the old password and second factor are gone."""
    values = {
        "password": password,
        "secret": vault.seal("account.secret", staff_id, secret.hex()),
        "last_step": step,
        "changed_at": at,
    }
    done = tx.execute(update(account).where(account.c.staff_id == staff_id).values(values))
    if done.rowcount == 0:
        tx.execute(insert(account).values(staff_id=staff_id, **values))


def set_password(tx: Connection, staff_id: str, password: str, at: datetime) -> None:
    tx.execute(update(account).where(account.c.staff_id == staff_id).values(password=password, changed_at=at))


def set_theme(tx: Connection, staff_id: str, theme: str) -> None:
    tx.execute(update(account).where(account.c.staff_id == staff_id).values(theme=theme))


def use_step(tx: Connection, staff_id: str, step: int) -> bool:
    """False when this code, or a later one, was used already: two at once cannot both come in with it."""
    done = tx.execute(
        update(account).where(and_(account.c.staff_id == staff_id, account.c.last_step < step)).values(last_step=step)
    )
    return done.rowcount == 1


def remove(tx: Connection, staff_id: str) -> None:
    for table in (recovery_code, account_link, account):
        tx.execute(delete(table).where(table.c.staff_id == staff_id))


def replace_codes(tx: Connection, staff_id: str, hashes: Collection[bytes]) -> None:
    tx.execute(delete(recovery_code).where(recovery_code.c.staff_id == staff_id))
    tx.execute(insert(recovery_code), [{"code_hash": code, "staff_id": staff_id} for code in hashes])


def use_code(tx: Connection, staff_id: str, code_hash: bytes, at: datetime) -> bool:
    """A recovery code, good once."""
    mine = and_(recovery_code.c.staff_id == staff_id, recovery_code.c.code_hash == code_hash)
    done = tx.execute(update(recovery_code).where(and_(mine, recovery_code.c.used_at.is_(None))).values(used_at=at))
    return done.rowcount == 1


def codes_left(tx: Connection, staff_id: str) -> int:
    unused = and_(recovery_code.c.staff_id == staff_id, recovery_code.c.used_at.is_(None))
    return int(tx.execute(select(func.count()).select_from(recovery_code).where(unused)).scalar_one())


@dataclass(frozen=True, slots=True)
class Link:
    """`staff_id` is None for the link that makes the first admin."""

    staff_id: str | None
    good_until: datetime


def keep_link(tx: Connection, token: str, staff_id: str | None, good_until: datetime) -> None:
    """The newest link is the only one: older ones to the same person are gone."""
    same = account_link.c.staff_id == staff_id if staff_id else account_link.c.staff_id.is_(None)
    tx.execute(delete(account_link).where(or_(same, account_link.c.used_at.is_not(None))))
    tx.execute(insert(account_link).values(token_hash=hashed(token), staff_id=staff_id, good_until=good_until))


def link(tx: Connection, token: str, real: datetime) -> Link | None:
    """What this token opens; None when it is unknown, used or too old."""
    row = tx.execute(select(account_link).where(account_link.c.token_hash == hashed(token))).first()
    if row is None or row.used_at is not None or row.good_until <= real:
        return None
    return Link(row.staff_id, row.good_until)


def use_link(tx: Connection, token: str, real: datetime) -> bool:
    """Good once: False when somebody was first."""
    fresh = and_(account_link.c.token_hash == hashed(token), account_link.c.used_at.is_(None))
    return tx.execute(update(account_link).where(fresh).values(used_at=real)).rowcount == 1


def hashed(token: str) -> bytes:
    """A token of ours has at least 128 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()
