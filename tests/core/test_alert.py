"""The ladder's decisions as a table: who is paged at which minute, and how an acknowledgement is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.alert import Acknowledgement, Climb, OnCall, acknowledgement, climb, free_code, hurried
from bot.core.policy import WALK, Emergency, Policy, SameDay
from bot.core.redflag.table import Tier

AT = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
OPENS = AT + timedelta(hours=12)
ONE, TWO, SPARE = OnCall("one", 1), OnCall("two", 2), OnCall("spare", None)
PEOPLE = (ONE, TWO)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


EMERGENCY = [
    # minutes since, steps taken, told: who, the truth, minutes to the next look
    (0, 0, False, ("one",), False, 5),
    (5, 1, False, ("two",), False, 5),
    (10, 2, False, ("one",), False, 5),
    (12, 3, False, ("two",), False, 3),  # never past the moment when everyone is paged
    (15, 3, False, ("one", "two"), False, 15),
    (16, 4, False, ("one", "two"), False, 14),  # nor past the truth
    (30, 5, False, ("one", "two"), True, 15),
    (45, 6, True, ("one", "two"), False, 15),
    (24 * 60, 99, True, ("one", "two"), False, 15),
]


@pytest.mark.parametrize(("since", "round_", "told", "paged", "truth", "next_"), EMERGENCY)
def test_an_emergency_climbs(
    since: int, round_: int, *, told: bool, paged: tuple[str, ...], truth: bool, next_: int
) -> None:
    alert = Climb(Tier.EMERGENCY, AT, round_, is_told=told)

    step = climb(alert, PEOPLE, WALK, now=AT + minutes(since), may_page=False, next_opening=OPENS)

    assert (step.page, step.tell_truth, step.next_at) == (paged, truth, AT + minutes(since + next_))


def test_with_nobody_there_it_looks_again_each_minute_and_tells_the_truth() -> None:
    alert = Climb(Tier.EMERGENCY, AT, 0, is_told=False)

    early = climb(alert, (), WALK, now=AT, may_page=True, next_opening=OPENS)
    late = climb(alert, (), WALK, now=AT + minutes(30), may_page=True, next_opening=OPENS)

    assert (early.page, early.tell_truth, early.next_at, early.counts) == ((), False, AT + minutes(1), False)
    assert late.tell_truth


def test_without_any_rung_everybody_is_the_first() -> None:
    alert = Climb(Tier.EMERGENCY, AT, 0, is_told=False)

    assert climb(alert, (SPARE,), WALK, now=AT, may_page=True, next_opening=OPENS).page == ("spare",)


QUICK = Policy(
    Emergency(minutes(2), minutes(6), minutes(5), minutes(8), minutes(20)), SameDay(minutes(10), minutes(60))
)


def test_a_practice_may_be_quicker() -> None:
    def step(tier: Tier, since: int, round_: int) -> tuple[tuple[str, ...], bool, timedelta]:
        alert = Climb(tier, AT, round_, is_told=False)
        found = climb(alert, PEOPLE, QUICK, now=AT + minutes(since), may_page=True, next_opening=AT)
        return found.page, found.tell_truth, found.next_at - AT

    assert step(Tier.EMERGENCY, 0, 0) == (("one",), False, minutes(2))
    assert step(Tier.EMERGENCY, 5, 2) == (("one",), False, minutes(6))
    assert step(Tier.EMERGENCY, 6, 3) == (("one", "two"), False, minutes(8))
    assert step(Tier.EMERGENCY, 8, 4) == (("one", "two"), True, minutes(13))
    assert step(Tier.SAME_DAY, 0, 0) == (("one",), False, minutes(10))


def test_everyone_holds_those_who_are_not_on_call_just_now() -> None:
    alert = Climb(Tier.EMERGENCY, AT, 3, is_told=False)

    early = climb(alert, (ONE, SPARE), WALK, now=AT, may_page=True, next_opening=AT)
    late = climb(alert, (ONE, SPARE), WALK, now=AT + minutes(15), may_page=True, next_opening=AT)

    assert (early.page, late.page) == (("one",), ("one", "spare"))


def test_same_day_climbs_by_half_hours_and_waits_for_the_office() -> None:
    alert = Climb(Tier.SAME_DAY, AT, 1, is_told=False)

    open_ = climb(alert, PEOPLE, WALK, now=AT, may_page=True, next_opening=AT)
    closed = climb(alert, PEOPLE, WALK, now=AT, may_page=False, next_opening=OPENS)

    assert (open_.page, open_.next_at, open_.counts) == (("two",), AT + minutes(30), True)
    assert (closed.page, closed.next_at, closed.counts) == ((), OPENS, False)


def test_routine_pages_nobody() -> None:
    step = climb(Climb(Tier.ROUTINE, AT, 0, is_told=False), PEOPLE, WALK, now=AT, may_page=True, next_opening=AT)

    assert step.page == ()


HURRIED = [
    # tier, minutes since, steps taken, seconds since the last step: seconds to the next
    (Tier.EMERGENCY, 1, 1, 0, 30),
    (Tier.EMERGENCY, 1, 1, 29, 1),
    (Tier.EMERGENCY, 1, 1, 60, 0),
    (Tier.EMERGENCY, 15, 4, 60, 300),  # everyone is paged already: there is no next person
    (Tier.SAME_DAY, 1, 1, 60, 0),
    (Tier.SAME_DAY, 90, 2, 60, 300),  # everybody had a turn
]


@pytest.mark.parametrize(("tier", "since", "round_", "ago", "wait"), HURRIED)
def test_a_known_failure_hurries_to_the_next_person(tier: Tier, since: int, round_: int, ago: int, wait: int) -> None:
    now = AT + minutes(since)

    at = hurried(
        Climb(tier, AT, round_, is_told=False),
        PEOPLE,
        WALK,
        last_action_at=now - timedelta(seconds=ago),
        next_action_at=now + minutes(5),
        now=now,
    )

    assert at - now == timedelta(seconds=wait)


def test_a_failure_never_puts_the_next_step_off() -> None:
    alert = Climb(Tier.EMERGENCY, AT, 1, is_told=False)

    at = hurried(alert, PEOPLE, WALK, last_action_at=AT, next_action_at=AT + timedelta(seconds=10), now=AT)

    assert at == AT + timedelta(seconds=10)


READ = {
    "ACK 4F7": "4F7",
    "ack 4f7": "4F7",
    "4f7": "4F7",
    "Ack: 4F7.": "4F7",
    "ack#4f7!": "4F7",
    "acknowledged 4F7": "4F7",
    "ok 4f7": "4F7",
    " got 4f7 ": "4F7",
    "ack": "",
    "ACK.": "",
    "acknowledge": "",
    "acknowledge 4F7": "4F7",
}


@pytest.mark.parametrize(("text", "code"), READ.items())
def test_how_an_acknowledgement_is_read(text: str, code: str) -> None:
    assert acknowledgement(text) == Acknowledgement(code)


@pytest.mark.parametrize("text", ["", "ok", "yes", "thanks", "4F", "4F77", "ack 4F7 5A1", "on my way", "STOP", "G12"])
def test_what_is_no_acknowledgement(text: str) -> None:
    assert acknowledgement(text) is None


def test_a_code_has_three_characters_and_no_open_alert_bears_it_twice() -> None:
    assert free_code(set(), lambda _: 0x4F7) == "4F7"
    assert free_code({"4F7"}, lambda _: 0x4F7) == "4F8"
    assert free_code({"FFF"}, lambda _: 0xFFF) == "000"


def test_with_every_code_taken_an_emergency_is_raised_all_the_same() -> None:
    taken = {f"{number:03X}" for number in range(16**3)}

    code = free_code(taken, lambda _: 7)

    assert code == "0007"
    assert acknowledgement(f"ack {code}") == Acknowledgement(code)
