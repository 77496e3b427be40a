"""The rota as staff edit it: shifts, overrides and holidays."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from bot.core.hours import zone
from bot.core.rota import OnHolidays, Override, Shift, Turn
from bot.store.oncall.tables import holiday, rota_override, shift, shift_person

log = logging.getLogger(__name__)

SHIFTS = select(shift).order_by(shift.c.rung, shift.c.id)
PEOPLE = select(shift_person).order_by(shift_person.c.shift_id, shift_person.c.place)
OVERRIDES = select(rota_override).order_by(rota_override.c.id)


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str


def shifts(tx: Connection, *, since: date = date.min) -> tuple[Shift, ...]:
    """Those that are not over before this day."""
    is_kept = or_(shift.c.last_day.is_(None), shift.c.last_day >= since)
    people: dict[str, list[str]] = {}
    for row in tx.execute(PEOPLE):
        people.setdefault(row.shift_id, []).append(row.staff_id)
    known = (_read(row, people[row.id]) for row in tx.execute(SHIFTS.where(is_kept)) if row.id in people)
    return tuple(each for each in known if each is not None)


def _read(row: Row[Any], people: Sequence[str]) -> Shift | None:
    """One that cannot be read, such as of a zone that this machine does not know, must not hold a ladder up."""
    try:
        return _shift(row, people)
    except ValueError as error:
        log.error("shift %s is left out: %s", row.id, error)  # noqa: TRY400 - the sentence says it all
        return None


def add_shift(tx: Connection, new: Shift, *, by: str | None, now: datetime) -> None:
    tx.execute(
        insert(shift).values(
            id=new.id,
            rung=new.rung,
            days="".join(map(str, sorted(new.days))),
            starts=f"{new.starts:%H:%M}",
            ends=f"{new.ends:%H:%M}",
            zone=new.zone.key,
            turn=new.turn.value,
            first_day=new.first_day,
            last_day=new.last_day,
            on_holidays=new.on_holidays.value,
            made_at=now,
            made_by=by,
        )
    )
    places = [{"shift_id": new.id, "place": place, "staff_id": who} for place, who in enumerate(new.people)]
    tx.execute(insert(shift_person), places)


def end_shift(tx: Connection, shift_id: str, last_day: date) -> None:
    """It is kept up to and with this day: what was before stays as it was."""
    tx.execute(update(shift).where(shift.c.id == shift_id).values(last_day=last_day))


def drop_shift(tx: Connection, shift_id: str) -> None:
    tx.execute(delete(shift_person).where(shift_person.c.shift_id == shift_id))
    tx.execute(delete(shift).where(shift.c.id == shift_id))


def overrides(tx: Connection, *, after: datetime) -> tuple[Override, ...]:
    """Those that are not over at `after`, in the order in which they were made."""
    return tuple(map(_override, tx.execute(OVERRIDES.where(rota_override.c.closes > after))))


def override(tx: Connection, override_id: str) -> Override | None:
    row = tx.execute(select(rota_override).where(rota_override.c.id == override_id)).first()
    return _override(row) if row else None


def add_override(tx: Connection, new: Override, *, by: str | None, now: datetime) -> None:
    tx.execute(
        insert(rota_override).values(
            id=new.id,
            rung=new.rung,
            staff_id=new.staff_id,
            instead_of=new.instead_of,
            opens=new.opens,
            closes=new.closes,
            made_at=now,
            made_by=by,
        )
    )


def end_override(tx: Connection, override_id: str, at: datetime) -> None:
    tx.execute(update(rota_override).where(rota_override.c.id == override_id).values(closes=at))


def leave(tx: Connection, staff_id: str, now: datetime) -> None:
    """Nobody takes over for somebody and is not there: what they took is as the shifts say again."""
    theirs = and_(rota_override.c.staff_id == staff_id, rota_override.c.closes > now)
    tx.execute(delete(rota_override).where(and_(theirs, rota_override.c.opens >= now)))
    tx.execute(update(rota_override).where(theirs).values(closes=now))


def drop_override(tx: Connection, override_id: str) -> None:
    tx.execute(delete(rota_override).where(rota_override.c.id == override_id))


def holidays(tx: Connection) -> Sequence[Holiday]:
    return [Holiday(row.day, row.name) for row in tx.execute(select(holiday).order_by(holiday.c.day))]


def holiday_days(tx: Connection) -> frozenset[date]:
    return frozenset(tx.execute(select(holiday.c.day)).scalars())


def add_holiday(tx: Connection, new: Holiday) -> None:
    drop_holiday(tx, new.day)
    tx.execute(insert(holiday).values(day=new.day, name=new.name))


def drop_holiday(tx: Connection, day: date) -> bool:
    return tx.execute(delete(holiday).where(holiday.c.day == day)).rowcount > 0


def clear(tx: Connection) -> None:
    """Nothing of the rota is left: a whole one is brought in."""
    for table in (shift_person, shift, rota_override, holiday):
        tx.execute(delete(table))


def _shift(row: Row[Any], people: Sequence[str]) -> Shift:
    return Shift(
        id=row.id,
        rung=row.rung,
        people=tuple(people),
        days=frozenset(map(int, row.days)),
        starts=time.fromisoformat(row.starts),
        ends=time.fromisoformat(row.ends),
        zone=zone(row.zone),
        turn=Turn(row.turn),
        first_day=row.first_day,
        last_day=row.last_day,
        on_holidays=OnHolidays(row.on_holidays),
    )


def _override(row: Row[Any]) -> Override:
    return Override(row.id, row.rung, row.staff_id, row.opens, row.closes, row.instead_of)
