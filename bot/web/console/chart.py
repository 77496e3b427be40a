"""Points of a small chart, drawn as SVG by the template: the page's policy allows no styles of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.pain import Band, Reported, change, is_above, most

WIDTH, HEIGHT = 280, 140
LEFT, RIGHT, TOP, BOTTOM = 22, 8, 8, 20
FEWEST_DAYS = 7


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    day: int
    value: float
    is_above: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """`band` and `line` are the points of polygons; `words` say the same to who cannot see it."""

    dots: tuple[Dot, ...]
    line: str
    band: str
    rows: tuple[tuple[int, float], ...]
    columns: tuple[tuple[int, float], ...]
    change: float
    days: int
    words: str


def trend(series: Sequence[Reported], band: Band, today: int) -> Trend | None:
    """None where nothing was reported yet."""
    if not series:
        return None
    first = min(series[0].day, max(0, today - FEWEST_DAYS))
    last = max(today, series[-1].day, first + FEWEST_DAYS)
    dots = tuple(
        Dot(_x(each.day, first, last), _y(each.value), each.day, each.value, is_above(band, each)) for each in series
    )
    days = range(first, last + 1)
    limits = [(day, limit) for day in days if (limit := most(band, day)) is not None]
    upper = [f"{_x(day, first, last):.1f},{_y(limit):.1f}" for day, limit in limits]
    lower = [f"{_x(day, first, last):.1f},{_y(0):.1f}" for day, _ in (limits[-1:] + limits[:1])]
    step = max(1, (last - first) // 5)
    return Trend(
        dots=dots,
        line=" ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots),
        band=" ".join((*upper, *lower)),
        rows=tuple((value, _y(value)) for value in range(0, 11, 2)),
        columns=tuple((day, _x(day, first, last)) for day in days[::step]),
        change=change(series),
        days=last - first,
        words=_words(series, band),
    )


def _x(day: int, first: int, last: int) -> float:
    return LEFT + (day - first) / max(1, last - first) * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return TOP + (10 - value) / 10 * (HEIGHT - TOP - BOTTOM)


def _words(series: Sequence[Reported], band: Band) -> str:
    said = ", ".join(f"day {each.day}: {each.value:g}" for each in series[-14:])
    limit = most(band, series[-1].day)
    place = "above" if is_above(band, series[-1]) else "within"
    judged = "" if limit is None else f" The latest is {place} what is expected by that day, at most {limit:g}."
    return f"Pain from 0 to 10 by day after surgery. {said}.{judged}"
