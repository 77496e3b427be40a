"""Once a day the words that were kept for long enough go: by the practice's rules, a small batch at a time.

What an alert that is not resolved needs stays, and is come back to on each day until it may go.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from sqlalchemy import Connection

from bot.core.retention import Retention, may_begin
from bot.service import recovery
from bot.service.clock_steps import is_held
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import marks
from bot.store.safekeeping import aging
from bot.store.safekeeping.aging import DAY, Part

BATCH = 200


@dataclass(frozen=True, slots=True)
class _Place:
    """How far we are: everything up to `gone` has gone; `seen`, beyond it, is how far the present look has come."""

    gone: str
    seen: str

    @classmethod
    def of(cls, kept: str) -> _Place:
        gone, _, seen = kept.partition(" ")
        return cls(gone, seen)

    def kept(self) -> str:
        return f"{self.gone} {self.seen}"


def rules(parts: Parts) -> Retention:
    """Those of the practice; none while it cannot be read, so that nothing goes by mistake."""
    practice = parts.scripts.live().practice
    return practice.keep if practice else Retention()


def due(parts: Parts, moment: Moment) -> None:
    """At every tick: one batch of each kind, until nothing is left for today. While a clock may be wrong, or a
    restored backup is not complete, nothing goes: what is gone does not come back."""
    today = moment.now.date()
    last = last_day(parts)
    if last == today or is_held(parts) or recovery.is_on(parts):
        return
    is_done = True
    if may_begin(last, today):
        steps = [
            _step(parts, part, until, moment)
            for kept, until in rules(parts).until(moment.now).items()
            for part in aging.PARTS[kept]
        ]
        is_done = all(steps)
    if is_done:
        parts.database.write(lambda tx: marks.leave(tx, DAY, today.isoformat(), moment.real))


def last_day(parts: Parts) -> date | None:
    found = parts.database.read(lambda tx: marks.find(tx, DAY))
    return date.fromisoformat(found.value) if found else None


def _step(parts: Parts, part: Part, until: datetime, moment: Moment) -> bool:
    """One batch. True when nothing of this part is left for today."""
    name = f"retention:{part.name}"

    def work(tx: Connection) -> bool:
        mark = marks.hold(tx, name)
        place = _Place.of(mark.value) if mark else _Place("", "")
        rows = aging.after(tx, part, place.seen or place.gone, BATCH)
        old = list(takewhile(lambda row: row.at < until, rows))
        aging.blank(tx, parts.vault, part, [row.id for row in old if not row.is_held], moment.real)
        is_done = len(old) < BATCH
        if old or place.seen:
            after = _moved(place, old)
            marks.leave(tx, name, (_Place(after.gone, "") if is_done else after).kept(), moment.real)
        return is_done

    return parts.database.write(work)


def _moved(place: _Place, old: list[aging.Row]) -> _Place:
    """`gone` stays before the first row that is held."""
    if place.seen and place.seen != place.gone:
        return _Place(place.gone, old[-1].id if old else place.seen)
    free = list(takewhile(lambda row: not row.is_held, old))
    gone = free[-1].id if free else place.gone
    return _Place(gone, old[-1].id if old else place.seen)
