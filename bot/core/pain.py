"""Pain after surgery: what is expected at most on a day, by the practice, and which way it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Band = tuple[tuple[int, float], ...]
"""From which day after surgery on, and how much is expected at most; the days in order."""


@dataclass(frozen=True, slots=True)
class Reported:
    """`day` after surgery."""

    day: int
    value: float


def most(band: Band, day: int) -> float | None:
    """The most that is expected on this day; None before the band's first, and without one."""
    return next((value for first, value in reversed(band) if first <= day), None)


def is_above(band: Band, reported: Reported) -> bool:
    limit = most(band, reported.day)
    return limit is not None and reported.value > limit


def change(series: Sequence[Reported]) -> float:
    """From the day before to the latest: +2 is worse. 0 with fewer than two."""
    return series[-1].value - series[-2].value if len(series) > 1 else 0.0


def in_words(question: str, value: float, past: Sequence[float], limit: float | None, day: int) -> str:
    """The course of an answer, for staff: "pain 7 on day 16; 3 before, 2 at best; at most 5 expected"."""
    said = [f"{question.replace('_', ' ')} {value:g} on day {day}"]
    if past:
        said.append(f"{past[-1]:g} before, {min(past):g} at best")
    if limit is not None:
        said.append(f"at most {limit:g} expected")
    return "; ".join(said)
