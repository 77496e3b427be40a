"""Pain against what is expected on its day, and its course in words."""

from __future__ import annotations

import pytest

from bot.core.pain import Reported, change, in_words, is_above, most

BAND = ((0, 9.0), (4, 8.0), (14, 6.0))


@pytest.mark.parametrize(("day", "limit"), [(-1, None), (0, 9), (3, 9), (4, 8), (13, 8), (14, 6), (400, 6)])
def test_a_limit_stands_from_its_day_on(day: int, limit: float | None) -> None:
    assert most(BAND, day) == limit


def test_above_means_above_the_limit_of_that_day() -> None:
    assert [is_above(BAND, Reported(day, 7)) for day in (-1, 4, 14)] == [False, False, True]
    assert not is_above((), Reported(3, 10))


def test_the_change_is_from_the_answer_before() -> None:
    assert change([Reported(1, 5), Reported(3, 7)]) == 2
    assert change([Reported(1, 5)]) == 0


def test_a_course_is_told_in_words() -> None:
    assert in_words("leg_pain", 7, (4, 2, 3), 6, 16) == "leg pain 7 on day 16; 3 before, 2 at best; at most 6 expected"
    assert in_words("pain", 7.5, (), None, 2) == "pain 7.5 on day 2"
