"""The outlook as a calendar: for each day and rung, who begins when, as staff read a rota."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.hours import at_local, local_day
from bot.core.rota import By, Post, line
from bot.service.oncall.outlook import Outlook

WHOLE_DAY = timedelta(days=1)
"""A hole of a night is taken whole; a longer one is cut at midnight, into what one person can take."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's time on a rung, or (no posts) a hole. `given_by`: the override that made it, to be given back."""

    rung: int
    opens: datetime
    closes: datetime
    posts: tuple[Post, ...]
    given_by: str = ""

    @property
    def is_manned(self) -> bool:
        return any(post.is_reachable for post in self.posts)


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the day's strip: from `x` on, `width` of 1,000 that the day has."""

    rung: int
    x: int
    width: int
    is_manned: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Day:
    """Each turn stands on the day on which it begins; the bars are what lies within the day."""

    day: date
    holiday: str
    rungs: Sequence[tuple[int, Sequence[Turn]]]
    bars: Sequence[Bar]


def days(found: Outlook, zone: ZoneInfo, me: str) -> list[Day]:
    turns = {rung: list(_turns(found, rung, zone)) for rung in found.rota.rungs}
    names = {each.day: each.name for each in found.holidays}
    first, last = local_day(found.opens, zone), local_day(found.closes, zone)
    return [
        Day(
            day=day,
            holiday=names.get(day, ""),
            rungs=[
                (rung, [turn for turn in each if local_day(turn.opens, zone) == day]) for rung, each in turns.items()
            ],
            bars=[bar for each in turns.values() for bar in _bars(each, day, zone, me)],
        )
        for day in (first + timedelta(days=ahead) for ahead in range((last - first).days))
    ]


def _turns(found: Outlook, rung: int, zone: ZoneInfo) -> Iterator[Turn]:
    """A turn ends where somebody else comes, or the next shift begins; what no shift says, at midnight."""
    edges = set(_edges(found, rung))
    turn: Turn | None = None
    for stretch in line(found.rota, found.opens, found.closes):
        posts = tuple(post for post in stretch.posts if post.rung == rung)
        for opens, closes in _cut(
            stretch.opens, stretch.closes, edges | _midnights(stretch.opens, stretch.closes, posts, zone)
        ):
            goes_on = (
                turn is not None and turn.posts == posts and opens not in edges and not _begins_day(opens, posts, zone)
            )
            if turn is not None and goes_on:
                turn = Turn(rung, turn.opens, closes, posts, turn.given_by)
            else:
                if turn is not None:
                    yield turn
                turn = Turn(rung, opens, closes, posts, _given_by(found, rung, posts, opens))
    if turn is not None:
        yield turn


def _edges(found: Outlook, rung: int) -> Iterator[datetime]:
    for shift in found.rota.shifts:
        if shift.rung == rung:
            for span in shift.spans(found.opens, found.closes, found.rota.holidays):
                yield from (span.opens, span.closes)


def _cut(opens: datetime, closes: datetime, edges: set[datetime]) -> list[tuple[datetime, datetime]]:
    moments = [opens, *sorted(edge for edge in edges if opens < edge < closes), closes]
    return list(pairwise(moments))


def _midnights(opens: datetime, closes: datetime, posts: Sequence[Post], zone: ZoneInfo) -> set[datetime]:
    if closes - opens <= WHOLE_DAY or any(post.by is not By.STANDING for post in posts):
        return set()
    first, last = local_day(opens, zone), local_day(closes, zone)
    return {at_local(first + timedelta(days=ahead), time(), zone) for ahead in range(1, (last - first).days + 1)}


def _begins_day(at: datetime, posts: Sequence[Post], zone: ZoneInfo) -> bool:
    return at_local(local_day(at, zone), time(), zone) == at and all(post.by is By.STANDING for post in posts)


def _given_by(found: Outlook, rung: int, posts: Sequence[Post], at: datetime) -> str:
    takers = {post.staff_id for post in posts if post.by is By.OVERRIDE}
    held = [
        each.id for each in found.rota.overrides if each.rung == rung and each.holds(at) and each.staff_id in takers
    ]
    return held[-1] if held else ""


def _bars(turns: Sequence[Turn], day: date, zone: ZoneInfo, me: str) -> Iterator[Bar]:
    begins, ends = at_local(day, time(), zone), at_local(day + timedelta(days=1), time(), zone)
    for turn in turns:
        opens, closes = max(turn.opens, begins), min(turn.closes, ends)
        if opens < closes:
            x, until = (round(1000 * ((at - begins) / (ends - begins))) for at in (opens, closes))
            is_mine = any(post.staff_id == me for post in turn.posts)
            yield Bar(turn.rung, x, until - x, turn.is_manned, is_mine)
