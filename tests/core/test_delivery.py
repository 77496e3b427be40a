"""What a status or an error of the carrier means, and when a send may be repeated."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.delivery import (
    ERRORS,
    LONGEST_WAIT,
    ErrorRule,
    OutboxState,
    Status,
    Verdict,
    is_sid,
    later,
    retry_at,
    rule,
    state_for,
    verdict,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (None, 201, Verdict.SENT),
        (None, None, Verdict.AMBIGUOUS),
        (None, 500, Verdict.AMBIGUOUS),
        (503, 503, Verdict.AMBIGUOUS),
        (500, None, Verdict.AMBIGUOUS),
        (429, 429, Verdict.RETRY_LATER),
        (20429, 429, Verdict.RETRY_LATER),
        (20503, 503, Verdict.RETRY_LATER),
        (None, 401, Verdict.CONFIGURATION),
        (20003, 401, Verdict.CONFIGURATION),
        (None, 400, Verdict.OTHER),
        (99999, 400, Verdict.OTHER),
        (99999, None, Verdict.OTHER),
        (99999, 500, Verdict.AMBIGUOUS),
        (21211, 400, Verdict.STOP_NUMBER),
        (30006, None, Verdict.STOP_NUMBER),
        (21610, 400, Verdict.OPTED_OUT),
        (30004, None, Verdict.OPTED_OUT),
        (30034, None, Verdict.CONFIGURATION),
        (30007, None, Verdict.CONTENT),
        (30003, None, Verdict.RETRY_LATER),
        (20500, 500, Verdict.AMBIGUOUS),
        (30410, None, Verdict.AMBIGUOUS),
        (30036, None, Verdict.EXPIRED),
    ],
)
def test_each_answer_has_a_verdict(code: int | None, status: int | None, expected: Verdict) -> None:
    assert verdict(code, status) is expected


@pytest.mark.parametrize("code", ERRORS)
def test_staff_are_told_each_error_in_a_sentence(code: int) -> None:
    assert ERRORS[code].what.endswith((".", "again."))
    assert ERRORS[code].tries >= 1


@pytest.mark.parametrize("code", ERRORS)
def test_only_what_is_safe_is_repeated(code: int) -> None:
    repeats = retry_at(NOON, 1, ERRORS[code]) is not None

    assert repeats is (ERRORS[code].verdict is Verdict.RETRY_LATER or ERRORS[code].may_be_number)


def test_an_unknown_error_is_never_repeated() -> None:
    assert retry_at(NOON, 1, rule(99999, 400)) is None


def test_the_wait_doubles_and_the_tries_end() -> None:
    busy = ErrorRule(Verdict.RETRY_LATER, "Busy.", tries=4, backoff=timedelta(minutes=5))

    times = [retry_at(NOON, attempts, busy) for attempts in (1, 2, 3, 4)]

    assert times == [NOON + timedelta(minutes=5), NOON + timedelta(minutes=10), NOON + timedelta(minutes=20), None]


@given(st.integers(0, 10_000))
def test_no_wait_is_longer_than_the_longest(attempts: int) -> None:
    slow = ErrorRule(Verdict.RETRY_LATER, "Slow.", tries=20_000, backoff=timedelta(minutes=1))

    assert retry_at(NOON, min(attempts, 200), slow) <= NOON + LONGEST_WAIT  # type: ignore[operator]


def test_a_daily_cap_waits_for_midnight_pacific() -> None:
    assert retry_at(NOON, 1, ERRORS[30023]) == datetime(2026, 11, 25, 8, 5, tzinfo=UTC)


def test_an_end_never_regresses() -> None:
    ends = [s for s in Status if s.is_terminal and s is not Status.READ]
    for end in ends:
        for other in Status:
            if other is not Status.READ:
                assert later(end, other) is end


def test_callbacks_in_any_order_come_to_the_same_end() -> None:
    way = [Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED]
    for order in permutations(way):
        standing = Status.ACCEPTED
        for status in order:
            standing = later(standing, status)
        assert standing is Status.DELIVERED


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", OutboxState.ACCEPTED),
        ("scheduled", OutboxState.ACCEPTED),
        ("sent", OutboxState.ACCEPTED),
        ("delivered", OutboxState.DELIVERED),
        ("read", OutboxState.DELIVERED),
        ("undelivered", OutboxState.UNDELIVERED),
        ("partially_delivered", OutboxState.UNDELIVERED),
        ("failed", OutboxState.FAILED),
        ("canceled", OutboxState.CANCELED),
        ("received", OutboxState.UNKNOWN),
    ],
)
def test_each_status_is_a_state_of_the_outbox(status: str, state: OutboxState) -> None:
    assert state_for(Status(status)) is state


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SM" + "0a" * 16, True),
        ("MM" + "f" * 32, True),
        ("SM" + "A" * 32, False),
        ("SM" + "0" * 31, False),
        ("SM" + "0" * 32 + "\n", False),
        ("AC" + "0" * 32, False),
        ("", False),
    ],
)
def test_a_success_names_a_message(text: str, expected: bool) -> None:  # noqa: FBT001
    assert is_sid(text) is expected
