"""The on-call rota: who is on call at an instant, and from when until when. Shifts are local, answers in UTC.

Daylight saving. A shift begins and ends when the clocks on its zone's walls show its hours, so a night from 19:00 to
07:00 lasts eleven hours when clocks go forward and thirteen when they go back. A time that is skipped means the first
instant after the gap, and of a time that comes twice the first is meant: for the shift that ends and for the one that
follows alike, so that a change makes neither a hole nor an overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.alert import OnCall
from bot.core.hours import at_local, local_day

INSTANT = timedelta(microseconds=1)
SOON = timedelta(days=2)


class Turn(StrEnum):
    """When a shift passes to the next person: at each of its days, or each week on the weekday of its first."""

    DAILY = "daily"
    WEEKLY = "weekly"


class OnHolidays(StrEnum):
    """Whether a shift is kept on the practice's holidays. Turns pass all the same, so that a holiday that is added
    later moves nobody's week."""

    AS_USUAL = "as_usual"
    NOT = "not"
    ONLY = "only"


class By(StrEnum):
    """Why somebody is on call: the rota's shift, an override of it, or the rung they stand on when it is silent."""

    SHIFT = "shift"
    OVERRIDE = "override"
    STANDING = "standing"


@dataclass(frozen=True, slots=True)
class Span:
    """One person on one rung from `opens` until just before `closes`, as the rota has it."""

    rung: int
    staff_id: str
    opens: datetime
    closes: datetime

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


@dataclass(frozen=True, slots=True)
class Shift:
    """A part of certain weekdays (Monday 0), in `zone`, for these people in turn.

    It ends on the next day where `ends` is not after `starts`; equal, it lasts the whole day until the next one.
    """

    id: str
    rung: int
    people: tuple[str, ...]
    days: frozenset[int]
    starts: time
    ends: time
    zone: ZoneInfo
    turn: Turn
    first_day: date
    last_day: date | None = None
    on_holidays: OnHolidays = OnHolidays.AS_USUAL

    def spans(self, opens: datetime, closes: datetime, holidays: frozenset[date]) -> Iterator[Span]:
        """Those that touch [opens, closes)."""
        day = max(local_day(opens, self.zone) - timedelta(days=1), self.first_day)
        last = local_day(closes, self.zone)
        while day <= last:
            span = self._on(day, holidays)
            if span is not None and span.opens < closes and opens < span.closes:
                yield span
            day += timedelta(days=1)

    def _on(self, day: date, holidays: frozenset[date]) -> Span | None:
        is_over = self.last_day is not None and day > self.last_day
        if is_over or day.weekday() not in self.days or not self._is_kept(is_holiday=day in holidays):
            return None
        opens = at_local(day, self.starts, self.zone)
        closes = at_local(day + timedelta(days=self.ends <= self.starts), self.ends, self.zone)
        # One that lies within the hour that daylight saving skips does not take place.
        return Span(self.rung, self.person(day), opens, closes) if opens < closes else None

    def _is_kept(self, *, is_holiday: bool) -> bool:
        if self.on_holidays is OnHolidays.AS_USUAL:
            return True
        return is_holiday is (self.on_holidays is OnHolidays.ONLY)

    def person(self, day: date) -> str:
        """Whose turn a day is."""
        weeks, rest = divmod((day - self.first_day).days, 7)
        if self.turn is Turn.WEEKLY:
            return self.people[weeks % len(self.people)]
        begun = sum((self.first_day.weekday() + ahead) % 7 in self.days for ahead in range(rest))
        return self.people[(weeks * len(self.days) + begun) % len(self.people)]


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody takes a rung over: from everybody there, or `instead_of` one. A later one goes above an earlier."""

    id: str
    rung: int
    staff_id: str
    opens: datetime
    closes: datetime
    instead_of: str | None = None

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


@dataclass(frozen=True, slots=True)
class Post:
    """One person on one rung; `is_reachable`: there is a channel on which a page would arrive."""

    rung: int
    staff_id: str
    by: By
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which nothing changes in who is on call."""

    opens: datetime
    closes: datetime
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Rota:
    """`overrides` in the order in which they were made. `standing`: who is paged on which rung when nothing here says
    otherwise. `reachable`: those to whom a page would get through."""

    shifts: tuple[Shift, ...]
    overrides: tuple[Override, ...]
    standing: tuple[OnCall, ...]
    reachable: frozenset[str]
    holidays: frozenset[date] = frozenset()

    @property
    def rungs(self) -> tuple[int, ...]:
        """All that anybody ever stands on, the first to be paged first."""
        return tuple(sorted({*self.kept_rungs, *(override.rung for override in self.overrides)}))

    @property
    def kept_rungs(self) -> tuple[int, ...]:
        """Those on which somebody ought to be at any time: of a shift, or of somebody who stands there."""
        standing = {person.rung for person in self.standing if person.rung is not None}
        return tuple(sorted(standing | {shift.rung for shift in self.shifts}))

    @property
    def people(self) -> frozenset[str]:
        """Everybody who takes part in being on call, now or on another day."""
        on_shifts = {staff_id for shift in self.shifts for staff_id in shift.people}
        standing = {person.staff_id for person in self.standing if person.rung is not None}
        return frozenset(on_shifts | standing | {override.staff_id for override in self.overrides})


def on_call(rota: Rota, at: datetime) -> tuple[Post, ...]:
    """Who is on call at this instant, by rung. Of a rung where the rota names nobody, or nobody who can be reached,
    those who stand on it are."""
    return _posts(rota, _spans(rota, at, at + INSTANT), at)


def line(rota: Rota, opens: datetime, closes: datetime) -> list[Stretch]:
    """Who is on call when, without a hole: a stretch for each time in which nothing changes."""
    spans = _spans(rota, opens, closes)
    edges = {edge for span in spans for edge in (span.opens, span.closes)}
    edges |= {edge for override in rota.overrides for edge in (override.opens, override.closes)}
    moments = sorted({opens, closes} | {edge for edge in edges if opens < edge < closes})
    stretches: list[Stretch] = []
    for begins, ends in pairwise(moments):
        posts = _posts(rota, spans, begins)
        if stretches and stretches[-1].posts == posts:
            stretches[-1] = Stretch(stretches[-1].opens, ends, posts)
        else:
            stretches.append(Stretch(begins, ends, posts))
    return stretches


def next_hand_over(rota: Rota, now: datetime) -> datetime:
    """When somebody else is on call; two days on at most."""
    return line(rota, now, now + SOON)[0].closes


def _spans(rota: Rota, opens: datetime, closes: datetime) -> list[Span]:
    return [span for shift in rota.shifts for span in shift.spans(opens, closes, rota.holidays)]


def _posts(rota: Rota, spans: Sequence[Span], at: datetime) -> tuple[Post, ...]:
    now = [span for span in spans if span.holds(at)]
    taken = [override for override in rota.overrides if override.holds(at)]
    return tuple(post for rung in rota.rungs for post in _on_rung(rota, rung, now, taken))


def _on_rung(rota: Rota, rung: int, spans: Sequence[Span], overrides: Sequence[Override]) -> Iterator[Post]:
    there = {span.staff_id: By.SHIFT for span in spans if span.rung == rung}
    for override in overrides:
        if override.rung == rung:
            left = {each: by for each, by in there.items() if override.instead_of not in (None, each)}
            there = {**left, override.staff_id: By.OVERRIDE}
    for staff_id in sorted(there):
        yield Post(rung, staff_id, there[staff_id], staff_id in rota.reachable)
    if not rota.reachable & there.keys():
        standing = {person.staff_id for person in rota.standing if person.rung == rung} - there.keys()
        for staff_id in sorted(standing):
            yield Post(rung, staff_id, By.STANDING, staff_id in rota.reachable)
