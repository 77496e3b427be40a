"""The whole rota as lines that can be kept in a file, changed there, and brought back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.core.hours import zone
from bot.core.rota import OnHolidays, Override, Shift, Turn
from bot.errors import UserError
from bot.service import typed
from bot.service.oncall import changing, written
from bot.service.oncall.changing import SETTLES
from bot.service.parts import Parts
from bot.store.oncall import rota, watch
from bot.store.oncall.rota import Holiday

Line = Mapping[str, Any]


def export(tx: Connection, now: datetime) -> Iterator[Line]:
    """Shifts, overrides that are not over, and holidays; staff by their ids."""
    for shift in rota.shifts(tx, since=(now - timedelta(days=2)).date()):
        yield {"shift": _shift(shift)}
    for override in rota.overrides(tx, after=now):
        yield {"override": _override(override)}
    for holiday in rota.holidays(tx):
        yield {"holiday": {"day": holiday.day.isoformat(), "name": holiday.name}}


def _shift(shift: Shift) -> Line:
    return {
        "rung": shift.rung,
        "people": list(shift.people),
        "days": written.say_days(shift.days),
        "hours": f"{shift.starts:%H:%M}-{shift.ends:%H:%M}",
        "zone": shift.zone.key,
        "turn": shift.turn.value,
        "first_day": shift.first_day.isoformat(),
        "last_day": shift.last_day.isoformat() if shift.last_day else None,
        "on_holidays": shift.on_holidays.value,
    }


def _override(override: Override) -> Line:
    return {
        "rung": override.rung,
        "staff": override.staff_id,
        "instead_of": override.instead_of,
        "from": _utc(override.opens),
        "until": _utc(override.closes),
    }


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def bring(parts: Parts, lines: Sequence[Line], now: datetime) -> int:
    """The rota is these lines from now on: all of them, or none. Returns how many. Raises UserError, with the line."""
    read = [_numbered(place, line) for place, line in enumerate(lines, start=1)]

    def work(tx: Connection) -> None:
        rota.clear(tx)
        for place, entry in enumerate(read, start=1):
            try:
                _keep(tx, parts, entry, now)
            except UserError as wrong:
                raise type(wrong)(f"Line {place}: {wrong}") from None
        watch.look_at_once(tx, warn_at=now + SETTLES)

    parts.database.write(work)
    parts.scripts.refresh()
    return len(read)


def _numbered(place: int, line: Line) -> Shift | Override | Holiday:
    try:
        return _read(line)
    except typed.Mistyped as wrong:
        raise UserError(f"Line {place}: {wrong}") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UserError(
            f'Line {place} is no "shift", "override" or "holiday" as `mendline oncall export` prints them.'
        ) from None


def _read(line: Line) -> Shift | Override | Holiday:
    ((kind, entry),) = line.items()
    if kind == "holiday":
        return Holiday(written.day(entry["day"]), str(entry["name"]))
    utc = zone("UTC")
    if kind == "override":
        opens, closes = written.moment(entry["from"], utc), written.moment(entry["until"], utc)
        return Override("", int(entry["rung"]), str(entry["staff"]), opens, closes, entry.get("instead_of"))
    if kind != "shift":
        raise KeyError(kind)
    starts, ends = written.hours(entry["hours"])
    return Shift(
        id="",
        rung=int(entry["rung"]),
        people=tuple(map(str, entry["people"])),
        days=written.days(entry["days"]),
        starts=starts,
        ends=ends,
        zone=zone(typed.timezone(entry["zone"])),
        turn=Turn(entry.get("turn", Turn.WEEKLY)),
        first_day=written.day(entry["first_day"]),
        last_day=written.day(entry["last_day"]) if entry.get("last_day") else None,
        on_holidays=OnHolidays(entry.get("on_holidays", OnHolidays.AS_USUAL)),
    )


def _keep(tx: Connection, parts: Parts, entry: Shift | Override | Holiday, now: datetime) -> None:
    if isinstance(entry, Shift):
        changing.keep_shift(tx, parts, entry, by=None, now=now)
    elif isinstance(entry, Override):
        changing.keep_override(tx, parts, entry, by=None, now=now)
    else:
        rota.add_holiday(tx, entry)
