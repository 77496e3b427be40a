"""How often a number is answered: a person always enough, a machine never for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.flood import Pace, answer

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def answered(
    count: int, *, every: timedelta, is_stranger: bool = False, instructs: bool = False, moves_on: bool = False
) -> list[bool]:
    """Texts that come so often: which of them are answered?"""
    pace, told = Pace(), []
    for number in range(count):
        next_pace = answer(
            pace, is_stranger=is_stranger, instructs=instructs, moves_on=moves_on, now=NOW + number * every
        )
        told.append(next_pace is not None)
        pace = next_pace or pace
    return told


SECOND, MINUTES = timedelta(seconds=1), timedelta(minutes=11)


@pytest.mark.parametrize(
    ("told", "most"),
    [
        (answered(50, every=SECOND), 2),
        (answered(50, every=SECOND, instructs=True), 4),
        (answered(50, every=SECOND, moves_on=True), 30),
        (answered(50, every=SECOND, is_stranger=True), 2),
        (answered(50, every=MINUTES, is_stranger=True), 2),
        (answered(50, every=MINUTES, is_stranger=True, instructs=True), 3),
        (answered(300, every=SECOND, instructs=True, moves_on=True), 200),
    ],
)
def test_an_end_comes(told: list[bool], most: int) -> None:
    assert sum(told) == most
    assert told == sorted(told, reverse=True)


def test_a_person_who_comes_back_after_a_while_is_answered() -> None:
    assert all(answered(50, every=MINUTES))


def test_a_strangers_last_answer_is_kept_for_an_emergency() -> None:
    pace = Pace()
    for _ in range(2):
        pace = answer(pace, is_stranger=True, instructs=False, moves_on=False, now=NOW) or pace

    assert answer(pace, is_stranger=True, instructs=False, moves_on=False, now=NOW) is None
    assert answer(pace, is_stranger=True, instructs=True, moves_on=False, now=NOW) is not None


def test_an_answer_that_moves_on_ends_the_row() -> None:
    pace = Pace(since=NOW, answers=5, idle=2, idle_at=NOW)

    assert answer(pace, is_stranger=False, instructs=False, moves_on=True, now=NOW) == Pace(NOW, 6, 0, None)
