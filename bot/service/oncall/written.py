"""What people type about the rota, read: weekdays, hours, days and moments. A mistake is answered with a sentence."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import NoReturn
from zoneinfo import ZoneInfo

from bot.core.hours import at_local
from bot.core.practice import WEEKDAYS
from bot.service.typed import Mistyped

SHORT = tuple(day[:3] for day in WEEKDAYS)
GROUPS = {"every day": range(7), "daily": range(7), "weekdays": range(5), "weekend": range(5, 7)}
YEARS = range(2000, 2200)
"""Any other is a slip of the pen."""

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*(?:-|to)\s*([01]?\d|2[0-3]):([0-5]\d)")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]([01]?\d|2[0-3]):([0-5]\d)")


def days(text: str) -> frozenset[int]:
    """ "mon-fri", "sat,sun", "weekdays", "every day"."""
    plain = " ".join(text.casefold().split())
    if plain in GROUPS:
        return frozenset(GROUPS[plain])
    found = set[int]()
    for part in re.split(r"[,\s]+", plain):
        first, _, last = part.partition("-")
        begins = _weekday(first)
        ends = _weekday(last) if last else begins
        found |= {(begins + ahead) % 7 for ahead in range((ends - begins) % 7 + 1)}
    return frozenset(found)


def _weekday(text: str) -> int:
    if text[:3] in SHORT and WEEKDAYS[SHORT.index(text[:3])].startswith(text):
        return SHORT.index(text[:3])
    raise Mistyped(f'"{text}" is no weekday: write mon-fri, sat,sun, weekdays or "every day".')


def say_days(found: frozenset[int]) -> str:
    for name in ("every day", "weekdays", "weekend"):
        if found == frozenset(GROUPS[name]):
            return name
    return ", ".join(SHORT[day].capitalize() for day in sorted(found))


def hours(text: str) -> tuple[time, time]:
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise Mistyped('hours are written like "19:00-07:00", on the clocks of the shift\'s own zone.')
    return time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))


def day(text: str) -> date:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = date.min
    if found.year not in YEARS:
        raise Mistyped(f'"{text.strip()[:20]}" is no date: write it like 2026-12-25.')
    return found


def moment(text: str, zone: ZoneInfo) -> datetime:
    """In the practice's zone; or in UTC where a Z ends it."""
    plain = text.strip()
    if plain.endswith("Z"):
        return _in_utc(plain)
    match = _MOMENT.fullmatch(plain)
    if match is None:
        _no_moment(plain)
    return at_local(day(match[1]), time(int(match[2]), int(match[3])), zone)


def _in_utc(plain: str) -> datetime:
    try:
        found = datetime.fromisoformat(plain)
    except ValueError:
        _no_moment(plain)
    return found if found.year in YEARS else _no_moment(plain)


def _no_moment(plain: str) -> NoReturn:
    raise Mistyped(f'"{plain[:25]}" is no moment: write it like "2026-12-24 19:00".')
