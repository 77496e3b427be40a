"""Where the rota is thin: times when nobody, or one person alone, would hear a page; and when staff are told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.core.rota import Post, Stretch

AHEAD = timedelta(days=14)
"""How far ahead the rota is looked at."""


class Thin(StrEnum):
    """What is wrong with a time, the worst first."""

    NOBODY = "nobody"
    RUNG = "rung"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Weakness:
    """`rung` is the empty one (RUNG), `staff_id` the only person who can be reached (ALONE)."""

    thin: Thin
    opens: datetime
    closes: datetime
    rung: int | None = None
    staff_id: str | None = None


class Nearness(IntEnum):
    """How near a gap is: it is told once at each."""

    FAR = 0
    NEAR = 1
    AT_HAND = 2


NEAR, AT_HAND = timedelta(hours=72), timedelta(hours=4)
"""Three days, so that a gap on a Sunday is paged about while the office is still open on Friday."""


def nearness(weakness: Weakness, now: datetime) -> Nearness:
    ahead = weakness.opens - now
    if ahead <= AT_HAND:
        return Nearness.AT_HAND
    return Nearness.NEAR if ahead <= NEAR else Nearness.FAR


def weaknesses(stretches: Sequence[Stretch], rungs: Iterable[int]) -> list[Weakness]:
    """By time. `rungs` are those on which somebody ought to be: one that stays empty while others are manned counts."""
    found: list[Weakness] = []
    wanted = tuple(rungs)
    for stretch in stretches:
        for each in _of(stretch, wanted):
            _join(found, each)
    return sorted(found, key=lambda each: (each.opens, list(Thin).index(each.thin), each.rung or 0))


def _of(stretch: Stretch, wanted: Sequence[int]) -> list[Weakness]:
    opens, closes = stretch.opens, stretch.closes
    there = [post for post in stretch.posts if post.is_reachable]
    if not there:
        return [Weakness(Thin.NOBODY, opens, closes)]
    manned = {post.rung for post in there}
    empty = [Weakness(Thin.RUNG, opens, closes, rung=rung) for rung in wanted if rung not in manned]
    return empty + _alone(there, opens, closes)


def _alone(there: Sequence[Post], opens: datetime, closes: datetime) -> list[Weakness]:
    people = {post.staff_id for post in there}
    return [Weakness(Thin.ALONE, opens, closes, staff_id=people.pop())] if len(people) == 1 else []


def _join(found: list[Weakness], new: Weakness) -> None:
    """One that goes on where the same one ended is the same."""
    for place, old in enumerate(found):
        is_same = (old.thin, old.rung, old.staff_id) == (new.thin, new.rung, new.staff_id)
        if is_same and old.closes == new.opens:
            found[place] = Weakness(old.thin, old.opens, new.closes, old.rung, old.staff_id)
            return
    found.append(new)
