"""Signing in: the published vectors of RFC 4226 and 6238, passwords, and limits that lock nobody out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.sign_in import (
    IDLE,
    LONGEST,
    LONGEST_WAIT,
    Right,
    accepted,
    address,
    code_at,
    counter_of,
    is_open,
    may,
    password_problem,
    spelled,
    wait_until,
)

SECRET = b"12345678901234567890"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counter", "code"),
    list(enumerate("755224 287082 359152 969429 338314 254676 287922 162583 399871 520489".split())),
)
def test_the_vectors_of_rfc_4226(counter: int, code: str) -> None:
    assert code_at(SECRET, counter) == code


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert code_at(SECRET, counter_of(at), digits=8) == code


@pytest.mark.parametrize(("late", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_half_a_minute_off_is_forgiven(late: int, *, is_taken: bool) -> None:
    typed = code_at(SECRET, counter_of(NOON + timedelta(seconds=late)))

    assert (accepted(SECRET, typed, last=0, real=NOON) is not None) is is_taken


def test_a_code_is_taken_once_also_when_somebody_saw_it() -> None:
    first = accepted(SECRET, code_at(SECRET, counter_of(NOON)), last=0, real=NOON)
    assert first is not None

    assert accepted(SECRET, code_at(SECRET, counter_of(NOON)), last=first, real=NOON) is None


@pytest.mark.parametrize("typed", ["", "12345", "１２３４５６", "abcdef", "000000", "7" * 4000])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert accepted(SECRET, typed, last=0, real=NOON) is None


def test_an_app_is_told_who_and_what() -> None:
    assert address(SECRET, "ana@clinic.example") == (
        "otpauth://totp/Mendline%3Aana%40clinic.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Mendline"
    )
    assert spelled(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 257, "at most 256"),
        ("aaaaaaaaaaaa", "a pattern"),
        ("abcdefghijklm", "a pattern"),
        ("123456789012", "a pattern"),
        ("password2026!!!", "a common word"),
        ("...Mendline2026", "a common word"),
        ("ana ruiz 12345", "your own name"),
        ("anaruiz12345!!", "your own name"),
    ],
)
def test_a_guessable_password_is_refused_with_what_to_do(password: str, said: str) -> None:
    assert said in password_problem(password, ("Ana Ruiz", "ana@clinic.example"))


@pytest.mark.parametrize("password", ["correct horse battery staple", "ñandú tres piedras", "8fh2kd9wq0zx"])
def test_length_is_what_counts(password: str) -> None:
    assert password_problem(password, ("Ana Ruiz", "")) == ""


def test_a_console_left_alone_closes_and_a_busy_one_closes_after_a_shift() -> None:
    assert is_open(began_at=NOON, seen_at=NOON, real=NOON + IDLE - timedelta(seconds=1))
    assert not is_open(began_at=NOON, seen_at=NOON, real=NOON + IDLE)
    assert not is_open(began_at=NOON, seen_at=NOON + LONGEST, real=NOON + LONGEST)


def test_a_wait_grows_and_never_passes_a_minute() -> None:
    waits = [(wait_until(failures, NOON) - NOON).total_seconds() for failures in range(15)]

    assert waits[:8] == [0, 0, 0, 0, 0, 2, 4, 8]
    assert max(waits) == LONGEST_WAIT.total_seconds()


@pytest.mark.parametrize(
    ("role", "rights"),
    [("viewer", {Right.SEE}), ("nurse", {Right.SEE, Right.ACT}), ("admin", set(Right)), ("", set()), ("root", set())],
)
def test_who_may_do_what(role: str, rights: set[Right]) -> None:
    assert {right for right in Right if may(role, right)} == rights
