"""Sign-ins: who is in the console with which browser, since when; and failed tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from bot.store.console.accounts import hashed
from bot.store.console.tables import failed_try, known_browser, sign_in
from bot.store.statements import InsertOnce

BEGIN_FAILURES = InsertOnce(failed_try, "key")


@dataclass(frozen=True, slots=True)
class SignIn:
    id: str
    staff_id: str
    browser: str
    began_at: datetime
    seen_at: datetime


def begin(tx: Connection, sign_in_id: str, token: str, staff_id: str, *, browser: str, at: datetime) -> None:
    row = {"id": sign_in_id, "token_hash": hashed(token), "staff_id": staff_id, "browser": browser}
    tx.execute(insert(sign_in).values(**row, began_at=at, seen_at=at))


def find(tx: Connection, token: str) -> SignIn | None:
    """None when it was ended; whether it is too old is for core to say."""
    open_ = and_(sign_in.c.token_hash == hashed(token), sign_in.c.ended_at.is_(None))
    row = tx.execute(select(sign_in).where(open_)).first()
    return _sign_in(row) if row else None


def seen(tx: Connection, sign_in_id: str, at: datetime) -> None:
    tx.execute(update(sign_in).where(sign_in.c.id == sign_in_id).values(seen_at=at))


def of_staff(tx: Connection, staff_id: str) -> Sequence[SignIn]:
    """Those that nobody ended, the newest first."""
    mine = and_(sign_in.c.staff_id == staff_id, sign_in.c.ended_at.is_(None))
    return [_sign_in(row) for row in tx.execute(select(sign_in).where(mine).order_by(sign_in.c.began_at.desc()))]


def end(tx: Connection, staff_id: str, at: datetime, *, only: str = "", but: str = "") -> None:
    """End all of this person's, or only one, or all but one."""
    which = and_(sign_in.c.staff_id == staff_id, sign_in.c.ended_at.is_(None), sign_in.c.id != but)
    which = and_(which, sign_in.c.id == only) if only else which
    tx.execute(update(sign_in).where(which).values(ended_at=at))


def end_every(tx: Connection, at: datetime) -> None:
    """Of everybody."""
    tx.execute(update(sign_in).where(sign_in.c.ended_at.is_(None)).values(ended_at=at))


def remember_browser(tx: Connection, token: str, staff_id: str, at: datetime) -> None:
    tx.execute(delete(known_browser).where(known_browser.c.token_hash == hashed(token)))
    tx.execute(insert(known_browser).values(token_hash=hashed(token), staff_id=staff_id, at=at))


def knows_browser(tx: Connection, token: str, staff_id: str) -> bool:
    known = and_(known_browser.c.token_hash == hashed(token), known_browser.c.staff_id == staff_id)
    return tx.execute(select(known_browser.c.at).where(known)).first() is not None


def forget_browsers(tx: Connection, staff_id: str) -> None:
    tx.execute(delete(known_browser).where(known_browser.c.staff_id == staff_id))


def failures(tx: Connection, key: bytes) -> tuple[int, datetime] | None:
    row = tx.execute(select(failed_try).where(failed_try.c.key == key)).first()
    return (row.failures, row.last_at) if row else None


def count_failure(tx: Connection, key: bytes, *, failures: int, at: datetime) -> None:
    BEGIN_FAILURES(tx, {"key": key, "failures": 0, "last_at": at})
    tx.execute(update(failed_try).where(failed_try.c.key == key).values(failures=failures, last_at=at))


def forget_failures(tx: Connection, key: bytes) -> None:
    tx.execute(delete(failed_try).where(failed_try.c.key == key))


def _sign_in(row: Row[Any]) -> SignIn:
    return SignIn(row.id, row.staff_id, row.browser, row.began_at, row.seen_at)
