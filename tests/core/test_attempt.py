"""What becomes of a message after a failed attempt, and whether the carrier refuses us or this one number."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.attempt import HALT, PAGE_RETRY, PROVED, Next, after_failure, is_account_refused
from bot.core.delivery import ERRORS, OutboxState, Verdict
from bot.core.enrollment import MessageKind

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
OURS = [code for code, rule in ERRORS.items() if rule.verdict is Verdict.CONFIGURATION and not rule.may_be_number]
PERHAPS = [code for code, rule in ERRORS.items() if rule.may_be_number]


@pytest.mark.parametrize("code", PERHAPS)
def test_what_was_proved_holds_until_something_is_accepted(code: int) -> None:
    assert refused(code, is_first_try=False, before=PROVED)


def refused(code: int, *, is_first_try: bool = True, before: str | None = None) -> bool:
    return is_account_refused(ERRORS[code], is_first_try=is_first_try, refused_before=before, contact_id="ana")


@pytest.mark.parametrize("code", OURS)
def test_a_code_about_our_account_is_believed_at_once(code: int) -> None:
    assert refused(code)


def test_only_the_codes_about_a_region_or_a_pair_of_numbers_may_be_the_number() -> None:
    assert sorted(PERHAPS) == [21408, 21606]


@pytest.mark.parametrize("code", PERHAPS)
def test_one_number_alone_is_no_proof_against_our_account(code: int) -> None:
    assert not refused(code)
    assert not refused(code, before="ana")  # the same number again


@pytest.mark.parametrize("code", PERHAPS)
def test_a_second_number_is(code: int) -> None:
    assert refused(code, before="ben")


@pytest.mark.parametrize("code", PERHAPS)
def test_but_not_by_being_tried_again(code: int) -> None:
    assert not refused(code, is_first_try=False, before="ben")


@pytest.mark.parametrize("code", [code for code, rule in ERRORS.items() if rule.verdict is not Verdict.CONFIGURATION])
def test_any_other_error_says_nothing_of_our_account(code: int) -> None:
    assert not refused(code, before="ben")


def after(kind: MessageKind, code: int, *, attempts: int = 1, account_refused: bool = False) -> Next:
    until = NOW + timedelta(minutes=90)
    return after_failure(
        kind, ERRORS[code], attempts=attempts, not_after=until, account_refused=account_refused, now=NOW
    )


@pytest.mark.parametrize(
    ("code", "attempts", "expected"),
    [
        (21211, 1, Next(OutboxState.FAILED, blocks=True)),
        (21610, 1, Next(OutboxState.FAILED, blocks=True)),
        (30007, 1, Next(OutboxState.FAILED)),
        (20500, 1, Next(OutboxState.SENDING)),
        (21611, 1, Next(OutboxState.PENDING, NOW + timedelta(minutes=5))),
        (21611, 6, Next(OutboxState.FAILED)),
        (30023, 1, Next(OutboxState.FAILED)),  # the cap resets after the tip is stale
        (21408, 1, Next(OutboxState.PENDING, NOW + timedelta(minutes=1))),
        (21408, 4, Next(OutboxState.FAILED)),
    ],
)
def test_a_tip(code: int, attempts: int, expected: Next) -> None:
    assert after(MessageKind.TIP, code, attempts=attempts) == expected


@pytest.mark.parametrize("attempts", [1, 100])
def test_nothing_is_lost_while_our_account_is_refused(attempts: int) -> None:
    waits = Next(OutboxState.PENDING, NOW + HALT)

    assert after(MessageKind.TIP, 20003, attempts=attempts, account_refused=True) == waits


@pytest.mark.parametrize("code", ERRORS)
def test_a_page_is_tried_again_at_once_unless_it_can_never_arrive(code: int) -> None:
    hopeless = ERRORS[code].verdict in (Verdict.STOP_NUMBER, Verdict.OPTED_OUT, Verdict.CONTENT)

    expected = Next(OutboxState.FAILED) if hopeless else Next(OutboxState.PENDING, NOW + PAGE_RETRY)
    assert after(MessageKind.PAGE, code, attempts=50) == expected
