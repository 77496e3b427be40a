"""Local time: contact and office hours, the patient's day, and the day after surgery, in any zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_MIDNIGHT = time(0)

# Short names that the tz database lacks, or has without daylight saving: an hour wrong half the year.
_SHORT = {
    "est": "America/New_York",
    "edt": "America/New_York",
    "eastern": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "central": "America/Chicago",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "mountain": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles",
}


class UnknownZone(ValueError):
    """No such time zone; the message is a sentence, with the likely name where there is one."""

    def __init__(self, name: str, suggestion: str | None) -> None:
        hint = f"did you mean {suggestion}?" if suggestion else "use a name such as America/Chicago."
        super().__init__(f"{name!r} is not a time zone: {hint}")
        self.name = name
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of one local day, from `opens` until just before `closes`; closing at 00:00 is the day's end."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise ValueError(f"hours must close after they open: {self.opens:%H:%M}-{self.closes:%H:%M}")

    def on(self, day: date, zone: ZoneInfo) -> Window:
        last = day + timedelta(days=1) if self.closes == _MIDNIGHT else day
        return Window(at_local(day, self.opens, zone), at_local(last, self.closes, zone))


@dataclass(frozen=True, slots=True)
class Window:
    """Hours on one day as instants. Empty when daylight saving skips them."""

    opens: datetime
    closes: datetime

    def holds(self, now: datetime) -> bool:
        return self.opens <= now < self.closes


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When staff are there: hours by weekday, Monday 0 to Sunday 6; a weekday left out is closed."""

    weekly: Mapping[int, tuple[Hours, ...]]

    def __post_init__(self) -> None:
        if not any(self.weekly.values()):
            raise ValueError("office hours must open on one day of the week at least")
        if not self.weekly.keys() <= set(range(7)):
            raise ValueError("weekdays are 0 (Monday) to 6 (Sunday)")

    def is_open(self, now: datetime, zone: ZoneInfo, holidays: frozenset[date] = frozenset()) -> bool:
        return any(window.holds(now) for window in self._windows(now, zone, holidays, days=1))

    def next_open(self, now: datetime, zone: ZoneInfo, holidays: frozenset[date] = frozenset()) -> datetime:
        """`now` itself while open."""
        if self.is_open(now, zone, holidays):
            return now
        # Two weeks: the only opening of a week may be one that daylight saving skips; more where holidays close days.
        windows = self._windows(now, zone, holidays, days=15 + 7 * len(holidays))
        return next(w.opens for w in windows if now < w.opens < w.closes)

    def _windows(self, now: datetime, zone: ZoneInfo, holidays: frozenset[date], *, days: int) -> Iterator[Window]:
        for day in _days(now, zone, days):
            if day not in holidays:
                yield from _on_day(self.weekly.get(day.weekday(), ()), day, zone)


@lru_cache(maxsize=64)
def _on_day(hours: tuple[Hours, ...], day: date, zone: ZoneInfo) -> tuple[Window, ...]:
    """Kept, because every text that arrives asks for today's."""
    return tuple(each.on(day, zone) for each in hours)


def zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises UnknownZone."""
    if name.casefold() not in _SHORT and name in _zones():
        return ZoneInfo(name)
    raise UnknownZone(name, _suggestion(name))


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """The date on the wall calendar there."""
    return _aware(now).astimezone(zone).date()


def at_local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, when clocks there show `at` on `day`.

    A time that daylight saving skips: the first instant after the gap. A time that comes twice: the first.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    # Inside a gap the offset before it points past the change, and the offset after it points before.
    return _change_between(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def day_after(surgery: date, now: datetime, zone: ZoneInfo) -> int:
    """0 on the day of surgery, 1 on the day after; negative before it."""
    return (local_day(now, zone) - surgery).days


def is_open(now: datetime, zone: ZoneInfo, hours: Hours) -> bool:
    return hours.on(local_day(now, zone), zone).holds(now)


def next_open(now: datetime, zone: ZoneInfo, hours: Hours) -> datetime:
    """`now` itself while open."""
    return max(now, _window(now, zone, hours).opens)


def closing(now: datetime, zone: ZoneInfo, hours: Hours) -> datetime:
    """When the hours that are open now end, or else the next that will open."""
    return _window(now, zone, hours).closes


def _window(now: datetime, zone: ZoneInfo, hours: Hours) -> Window:
    windows = (hours.on(day, zone) for day in _days(now, zone, 4))
    return next(window for window in windows if window.opens < window.closes and now < window.closes)


def _days(now: datetime, zone: ZoneInfo, count: int) -> Iterator[date]:
    today = local_day(now, zone)
    return (today + timedelta(days=ahead) for ahead in range(count))


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second at which the zone's offset is that of `after`."""
    offset = after.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        changed = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset
        low, high = (low, middle) if changed else (middle, high)
    return (before + timedelta(seconds=high)).replace(microsecond=0)


def _aware(now: datetime) -> datetime:
    """A naive time would be read in the server's own zone, silently."""
    if now.tzinfo is None:
        raise ValueError("a time without a zone: now must be aware, in UTC")
    return now


def _suggestion(name: str) -> str | None:
    wanted = name.strip().casefold().replace(" ", "_")
    if wanted in _SHORT:
        return _SHORT[wanted]
    by_key = {key: known for known in sorted(_zones()) for key in _keys(known)}
    close = get_close_matches(wanted, by_key, n=1, cutoff=0.7)
    return by_key[close[0]] if close else None


def _keys(known: str) -> tuple[str, str]:
    """A zone is found by its whole name or by its city."""
    return known.casefold(), known.rpartition("/")[2].casefold()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) | {"UTC"}
