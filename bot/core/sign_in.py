"""Signing in: who may do what, what counts as a password, codes from an authenticator app, and how long it all holds.

Pure: `real` is the machine's time, because a clinic's clock may run faster than anybody can type.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote, urlencode


class Role(StrEnum):
    """Of a staff member. A viewer looks, a nurse acts, an admin also decides who may."""

    VIEWER = "viewer"
    NURSE = "nurse"
    ADMIN = "admin"


class Right(StrEnum):
    """What a page of the console asks for."""

    SEE = "see"
    ACT = "act"
    MANAGE = "manage"


RIGHTS = {
    Role.VIEWER: frozenset({Right.SEE}),
    Role.NURSE: frozenset({Right.SEE, Right.ACT}),
    Role.ADMIN: frozenset({Right.SEE, Right.ACT, Right.MANAGE}),
}

IDLE = timedelta(minutes=30)
"""A console that nobody touches is closed after this: nurses walk away from desks (45 CFR 164.312(a)(2)(iii))."""

LONGEST = timedelta(hours=12)
"""A sign-in never outlives a long shift, however busy it is."""

LINK_HOLDS = timedelta(hours=24)
"""How long a one-time link to set up an account is good."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256

COMMON = frozenset(
    "password passwort contrasena welcome letmein qwerty qwertyuiop administrator mendline hospital nurse spine "
    "iloveyou sunshine football baseball princess dragon monkey abc123 changeme secret trustno1".split()
)
"""Words that a guesser tries first; digits and marks around one do not make it another."""


def may(role: str, right: Right) -> bool:
    return role in set(Role) and right in RIGHTS[Role(role)]


def is_open(*, began_at: datetime, seen_at: datetime, real: datetime) -> bool:
    """Is a sign-in still good? Both limits count: idle and absolute."""
    return real - seen_at < IDLE and real - began_at < LONGEST


def password_problem(password: str, about: Iterable[str]) -> str:
    """Why this will not do as a password, as a sentence; empty when it will. `about`: the person's name and address.

    Length is what counts (NIST SP 800-63B section 5.1.1.2): no rules about kinds of characters.
    """
    plain = password.casefold()
    if len(password) < SHORTEST_PASSWORD:
        return f"A password needs at least {SHORTEST_PASSWORD} characters: four words that do not belong together."
    if len(password) > LONGEST_PASSWORD:
        return f"A password may have at most {LONGEST_PASSWORD} characters."
    if len(set(plain)) < 5 or plain in _RUNS or any(plain in run * 4 for run in _RUNS):
        return "This password is a pattern that guessers try first: take four words that do not belong together."
    if _core(plain) in COMMON or any(_core(plain) == word for word in _words(about)):
        return "This password is a common word or your own name: take four words that do not belong together."
    return ""


_RUNS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "1234567890", "qwertyuiopasdfghjklzxcvbnm")


def _core(plain: str) -> str:
    return plain.strip("0123456789!?.,;:-_#*+@$%&/()=' ")


def _words(about: Iterable[str]) -> set[str]:
    return {part for text in about for part in (text.casefold(), text.casefold().replace(" ", ""))} - {""}


# Codes of an authenticator app: RFC 6238 over HMAC-SHA-1, six digits, thirty seconds; what every app speaks.
STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20


def code_at(secret: bytes, counter: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226 section 5.3)."""
    mac = hmac.digest(secret, counter.to_bytes(8, "big"), hashlib.sha1)
    place = mac[-1] & 15
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def counter_of(real: datetime) -> int:
    return int(real.timestamp()) // STEP_SECONDS


def accepted(secret: bytes, typed: str, *, last: int, real: datetime) -> int | None:
    """The step whose code was typed, one step early or late included; None when it is wrong or was used before."""
    typed = "".join(typed.split())
    now = counter_of(real)
    for counter in (now, now - 1, now + 1):
        if counter > last and hmac.compare_digest(code_at(secret, counter).encode(), typed.encode()):
            return counter
    return None


def spelled(secret: bytes) -> str:
    """For typing into an app by hand, in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address(secret: bytes, who: str) -> str:
    """What the QR code says."""
    plain = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{quote(f'Mendline:{who}')}?{urlencode({'secret': plain, 'issuer': 'Mendline'})}"


# Throttling slows a guesser down and locks nobody out: the wait is short, and it is counted apart for the browser
# from which the owner signed in before, so that strangers' failures never delay the owner there.
FREE_FAILURES = 5
LONGEST_WAIT = timedelta(minutes=1)
FORGET_AFTER = timedelta(hours=1)


def wait_until(failures: int, last_at: datetime) -> datetime:
    """The earliest moment of the next try, after so many failures in a row."""
    if failures < FREE_FAILURES:
        return last_at
    return last_at + min(timedelta(seconds=2 ** min(failures - FREE_FAILURES + 1, 10)), LONGEST_WAIT)
