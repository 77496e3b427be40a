"""Pain after lumbar fusion: the range that is expected on a day, and whether it goes the wrong way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

EXPECTED = ((0, 4.0, 8.0), (4, 3.0, 7.0), (14, 2.0, 5.0), (42, 0.5, 4.0), (90, 0.0, 3.0))
"""Day after surgery, low, high on 0 to 10. A proposal for a clinician to approve: the one anchor found is a mean of
4.7 on day 4 (Agarwal 2021, clinical/facts.md section 1a); the slope is ours."""


@dataclass(frozen=True, slots=True)
class Reported:
    """`day` after surgery."""

    day: int
    value: float


def expected(day: int) -> tuple[float, float]:
    """Low and high of the expected range on this day; straight lines between the days above."""
    if day <= EXPECTED[0][0]:
        return EXPECTED[0][1:]
    for (first, low, high), (then, low_then, high_then) in pairwise(EXPECTED):
        if day <= then:
            share = (day - first) / (then - first)
            return low + share * (low_then - low), high + share * (high_then - high)
    return EXPECTED[-1][1:]


def is_above(reported: Reported) -> bool:
    return reported.value > expected(reported.day)[1]


def change(series: Sequence[Reported]) -> float:
    """From the day before to the latest: +2 is worse. 0 with fewer than two."""
    return series[-1].value - series[-2].value if len(series) > 1 else 0.0
