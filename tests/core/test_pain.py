"""Pain against the range that is expected on its day."""

from __future__ import annotations

import pytest

from bot.core.pain import Reported, change, expected, is_above


@pytest.mark.parametrize(
    ("day", "low", "high"), [(-3, 4, 8), (0, 4, 8), (2, 3.5, 7.5), (4, 3, 7), (9, 2.5, 6), (14, 2, 5), (400, 0, 3)]
)
def test_the_range_falls_in_straight_lines_and_stays_at_its_ends(day: int, low: float, high: float) -> None:
    assert expected(day) == pytest.approx((low, high))


def test_above_means_above_the_range_of_that_day() -> None:
    assert [is_above(Reported(day, 7)) for day in (1, 4, 5)] == [False, False, True]


def test_the_change_is_from_the_answer_before() -> None:
    assert change([Reported(1, 5), Reported(3, 7)]) == 2
    assert change([Reported(1, 5)]) == 0
