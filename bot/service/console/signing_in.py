"""Staff sign in with a password and a code from their authenticator app, or set their account up by a one-time link.

Moments here are the machine's: an accelerated clinic must not end a sign-in after three seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError
from sqlalchemy import Connection

from bot.core.sign_in import (
    LINK_HOLDS,
    SECRET_BYTES,
    Role,
    accepted,
    is_open,
    password_problem,
    wait_until,
)
from bot.errors import Refused
from bot.service.parts import Parts
from bot.store import contacts, staff
from bot.store.console import accounts, sign_ins
from bot.store.staff import Staff

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""argon2id as OWASP's password storage sheet has it: 19 MiB, two passes."""

AT_ONCE = threading.Semaphore(2)
"""Passwords hashed at once: strangers who guess must not take memory and cores from patients' texts."""

RECOVERY_CODES = 8
CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 12
SEEN_EVERY = timedelta(minutes=1)

WRONG = "The name, the password or the code is not right. Codes change every 30 seconds and are taken once."
LINK_GONE = "This link is not good, or no longer: it works once, and for a day. Ask an admin for a new one."


class TryLater(Refused):
    """Too many failures; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many tries that failed: wait {seconds} seconds and try again.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is signed in. `token` is their cookie's: forms are tied to it."""

    staff_id: str
    name: str
    role: str
    theme: str
    sign_in_id: str
    token: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Secrets for the browser's cookies, and recovery codes where an account was just set up."""

    staff_id: str
    token: str
    browser_token: str
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed. `browser_token` is from an earlier visit of the same browser, or empty."""

    name: str
    password: str
    code: str
    browser_token: str
    browser: str


def sign_in(parts: Parts, typed: Credentials, real: datetime) -> SignedIn:
    """Raises Refused with one sentence for any mistake, and TryLater for too many."""
    member = parts.database.read(lambda tx: _member(tx, parts, typed.name))
    keys = parts.database.read(lambda tx: _bucket(tx, parts, member, typed))
    _refuse_too_soon(parts, keys, real)
    known = parts.database.read(lambda tx: accounts.get(tx, member.id)) if member else None
    is_right = _is_password(known.password if known else _NOBODYS, typed.password) and known is not None
    if not (is_right and member and _second_factor(parts, member.id, typed.code, real)):
        parts.database.write(lambda tx: _count(tx, keys, real))
        raise Refused(WRONG)
    return parts.database.write(lambda tx: _begin(tx, parts, member.id, typed, keys, real))


def _member(tx: Connection, parts: Parts, name: str) -> Staff | None:
    """By e-mail address or phone number, however it is written."""
    wanted, digits = name.strip().casefold(), "".join(sign for sign in name if sign.isdigit())
    for member in staff.every(tx):
        phone = contacts.get(tx, member.contact_id).phone(parts.vault)
        if wanted and wanted == member.email(parts.vault).casefold():
            return member
        if "@" not in name and len(digits) >= 10 and phone.endswith(digits[-10:]):
            return member
    return None


def _bucket(tx: Connection, parts: Parts, member: Staff | None, typed: Credentials) -> bytes:
    """Failures are counted by account, and apart for a browser from which its owner signed in before."""
    if member is None:
        return parts.vault.index(f"try:{typed.name.strip().casefold()}")
    own = bool(typed.browser_token) and sign_ins.knows_browser(tx, typed.browser_token, member.id)
    return parts.vault.index(f"try:{member.id}:{typed.browser_token if own else ''}")


def _refuse_too_soon(parts: Parts, key: bytes, real: datetime) -> None:
    before = parts.database.read(lambda tx: sign_ins.failures(tx, key))
    if before and (until := wait_until(*before)) > real:
        raise TryLater(max(1, round((until - real).total_seconds())))


def _count(tx: Connection, key: bytes, real: datetime) -> None:
    failures, last = sign_ins.failures(tx, key) or (0, real)
    failures = 0 if real - last > timedelta(hours=1) else failures
    sign_ins.count_failure(tx, key, failures=failures + 1, at=real)


def _is_password(hashed: str, password: str) -> bool:
    """Takes as long for nobody's account as for somebody's."""
    with AT_ONCE:
        try:
            return HASHER.verify(hashed, password)
        except (VerifyMismatchError, VerificationError):
            return False


_NOBODYS = HASHER.hash(secrets.token_urlsafe())


def _second_factor(parts: Parts, staff_id: str, typed: str, real: datetime) -> bool:
    """A code of the app, or a recovery code; either is taken once."""

    def work(tx: Connection) -> bool:
        known = accounts.get(tx, staff_id)
        if known is None:
            return False
        step = accepted(known.secret(parts.vault), typed, last=known.last_step, real=real)
        if step is not None:
            return accounts.use_step(tx, staff_id, step)
        return accounts.use_code(tx, staff_id, _code_hash(parts, typed), real)

    return parts.database.write(work)


def _begin(
    tx: Connection, parts: Parts, staff_id: str, typed: Credentials, failures_key: bytes, real: datetime
) -> SignedIn:
    token, browser_token = secrets.token_urlsafe(32), typed.browser_token
    sign_ins.forget_failures(tx, failures_key)
    if not (browser_token and sign_ins.knows_browser(tx, browser_token, staff_id)):
        browser_token = secrets.token_urlsafe(32)
        sign_ins.remember_browser(tx, browser_token, staff_id, real)
    sign_ins.begin(tx, parts.ids(), token, staff_id, browser=typed.browser[:80], at=real)
    return SignedIn(staff_id, token, browser_token)


def visitor(parts: Parts, token: str, real: datetime) -> Visitor | None:
    """Whose cookie this is; None when it is nobody's, was ended, or has been idle or open for too long."""

    def look(tx: Connection) -> tuple[sign_ins.SignIn, Staff, accounts.Account] | None:
        found = sign_ins.find(tx, token)
        if found is None or not is_open(began_at=found.began_at, seen_at=found.seen_at, real=real):
            return None
        member, account = staff.get(tx, found.staff_id), accounts.get(tx, found.staff_id)
        return (found, member, account) if member and account else None

    found = parts.database.read(look) if token else None
    if found is None:
        return None
    stay, member, account = found
    return Visitor(member.id, member.name(parts.vault), member.role, account.theme, stay.id, token)


def touched(parts: Parts, visitor: Visitor, real: datetime) -> None:
    """The person did something. What a page asks for by itself does not count, or no console would ever be idle."""

    def work(tx: Connection) -> None:
        stay = sign_ins.find(tx, visitor.token)
        if stay and real - stay.seen_at >= SEEN_EVERY:
            sign_ins.seen(tx, stay.id, real)

    parts.database.write(work)


def sign_out(parts: Parts, visitor: Visitor, real: datetime) -> None:
    parts.database.write(lambda tx: sign_ins.end(tx, visitor.staff_id, real, only=visitor.sign_in_id))


def end_sign_ins(parts: Parts, staff_id: str, real: datetime, *, only: str = "", but: str = "") -> None:
    """At once: the next click of those browsers finds the door closed."""
    parts.database.write(lambda tx: sign_ins.end(tx, staff_id, real, only=only, but=but))


def form_token(token: str) -> str:
    """What a form carries to show that our own page sent it: it can be made only by who has the cookie."""
    return hmac.digest(token.encode(), b"form", hashlib.sha256).hex()


# One-time links


def first_link(parts: Parts, real: datetime) -> str:
    """The address at which the first admin sets up an account; empty once there is one."""

    def work(tx: Connection) -> str:
        if accounts.has_admin(tx):
            return ""
        token = secrets.token_urlsafe(24)
        accounts.keep_link(tx, token, None, real + LINK_HOLDS)
        return f"{parts.base_url}/welcome/{token}"

    return parts.database.write(work)


def link_for(parts: Parts, staff_id: str, real: datetime) -> str:
    """The address at which this person sets up their account, or recovers it. Raises Refused for an unknown id."""

    def work(tx: Connection) -> str:
        if staff.get(tx, staff_id) is None:
            raise Refused("there is no such staff member; `mendline staff list` shows the ids")
        token = secrets.token_urlsafe(24)
        accounts.keep_link(tx, token, staff_id, real + LINK_HOLDS)
        return f"{parts.base_url}/welcome/{token}"

    return parts.database.write(work)


@dataclass(frozen=True, slots=True)
class Welcome:
    """Whom a link welcomes, None being the first admin; and the secret that the new authenticator will share."""

    staff_id: str | None
    name: str
    email: str
    secret: bytes


def welcome(parts: Parts, token: str, real: datetime) -> Welcome:
    """Raises Refused for a link that is not good."""

    def look(tx: Connection) -> Welcome:
        link = accounts.link(tx, token, real)
        if link is None or (link.staff_id is None and accounts.has_admin(tx)):
            raise Refused(LINK_GONE)
        member = staff.get(tx, link.staff_id) if link.staff_id else None
        # From the token and our own key: nothing needs to be kept while the person fetches their phone.
        secret = parts.vault.index(f"authenticator:{token}")[:SECRET_BYTES]
        name, email = (member.name(parts.vault), member.email(parts.vault)) if member else ("", "")
        return Welcome(link.staff_id, name, email, secret)

    return parts.database.read(look)


@dataclass(frozen=True, slots=True)
class NewMember:
    """The first admin, as they call themselves; checked already."""

    name: str
    phone: str
    email: str


def set_up(
    parts: Parts, token: str, new: NewMember | None, typed: Credentials, *, now: datetime, real: datetime
) -> SignedIn:
    """The account of whoever holds the link, made or made anew: every older sign-in, browser and code of it ends.

    `new` is needed for the first admin alone. Raises Refused with a sentence for what must be mended.
    """
    welcomed = welcome(parts, token, real)
    about = (new.name, new.email) if new else (welcomed.name, welcomed.email)
    if problem := password_problem(typed.password, about):
        raise Refused(problem)
    step = accepted(welcomed.secret, typed.code, last=0, real=real)
    if step is None:
        raise Refused("The six digits are not those that the app shows now: scan the code again, and type the newest.")
    with AT_ONCE:
        password = HASHER.hash(typed.password)
    codes = _new_codes()

    def work(tx: Connection) -> SignedIn:
        if not accounts.use_link(tx, token, real):
            raise Refused(LINK_GONE)
        staff_id = welcomed.staff_id or _first_admin(tx, parts, new, now)
        accounts.keep(tx, parts.vault, staff_id, password=password, secret=welcomed.secret, step=step, at=real)
        accounts.replace_codes(tx, staff_id, [_code_hash(parts, code) for code in codes])
        sign_ins.end(tx, staff_id, real)
        sign_ins.forget_browsers(tx, staff_id)
        begun = _begin(tx, parts, staff_id, typed, parts.vault.index(f"try:{staff_id}:"), real)
        return SignedIn(begun.staff_id, begun.token, begun.browser_token, codes)

    return parts.database.write(work)


def _first_admin(tx: Connection, parts: Parts, new: NewMember | None, now: datetime) -> str:
    """A new member of staff; or the one who has this number already, who becomes an admin."""
    if new is None:
        raise Refused("Your name and phone number are needed: say who the first admin is.")
    contact = contacts.ensure(tx, parts.vault, new.phone, language="en", now=now, new_id=parts.ids)
    known = staff.of_contact(tx, contact.id)
    if known is not None and known.role != Role.ADMIN:
        raise Refused(
            "This number belongs to a nurse or viewer: give another, or run `mendline staff add` for an admin."
        )
    if known is not None:
        return known.id
    staff_id = parts.ids()
    staff.add(
        tx, parts.vault, staff_id, contact.id, name=new.name, email=new.email, role=Role.ADMIN, rung=None, now=now
    )
    return staff_id


def _new_codes() -> tuple[str, ...]:
    def one() -> str:
        signs = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        return "-".join(signs[place : place + 4] for place in range(0, CODE_LENGTH, 4))

    return tuple(one() for _ in range(RECOVERY_CODES))


def _code_hash(parts: Parts, typed: str) -> bytes:
    plain = "".join(sign for sign in typed.casefold() if sign.isalnum())
    return parts.vault.index(f"recovery:{plain}")


# One's own account


def change_password(parts: Parts, visitor: Visitor, old: str, new: str, real: datetime) -> None:
    """Ends every other sign-in. Raises Refused when the old password is wrong or the new one will not do."""
    key = parts.vault.index(f"change:{visitor.staff_id}")
    _refuse_too_soon(parts, key, real)
    known = parts.database.read(lambda tx: accounts.get(tx, visitor.staff_id))
    if known is None or not _is_password(known.password, old):
        parts.database.write(lambda tx: _count(tx, key, real))
        raise Refused("The old password is not right.")
    if problem := password_problem(new, _about(parts, visitor)):
        raise Refused(problem)
    with AT_ONCE:
        hashed = HASHER.hash(new)

    def work(tx: Connection) -> None:
        accounts.set_password(tx, visitor.staff_id, hashed, real)
        sign_ins.end(tx, visitor.staff_id, real, but=visitor.sign_in_id)
        sign_ins.forget_failures(tx, key)

    parts.database.write(work)


def _about(parts: Parts, visitor: Visitor) -> Iterable[str]:
    member = parts.database.read(lambda tx: staff.get(tx, visitor.staff_id))
    return (visitor.name, member.email(parts.vault) if member else "")


def new_recovery_codes(parts: Parts, visitor: Visitor, code: str, real: datetime) -> tuple[str, ...]:
    """Against a code of the app, so that a console left open gives nobody a way back in."""
    if not _second_factor(parts, visitor.staff_id, code, real):
        raise Refused("This is not the code that your app shows now.")
    codes = _new_codes()
    hashes = [_code_hash(parts, each) for each in codes]
    parts.database.write(lambda tx: accounts.replace_codes(tx, visitor.staff_id, hashes))
    return codes


def set_theme(parts: Parts, visitor: Visitor, theme: str) -> None:
    parts.database.write(lambda tx: accounts.set_theme(tx, visitor.staff_id, theme))


def close_account(parts: Parts, staff_id: str, real: datetime) -> None:
    """Nobody signs in as this person any more; they stay on the team, and are paged as before."""

    def work(tx: Connection) -> None:
        sign_ins.end(tx, staff_id, real)
        sign_ins.forget_browsers(tx, staff_id)
        accounts.remove(tx, staff_id)

    parts.database.write(work)
