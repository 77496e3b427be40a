"""When the carrier's list is read, how far back, and whether we are behind it. All of it stands in rows.

| mark              | value                                                        | at (real time)             |
|-------------------|--------------------------------------------------------------|----------------------------|
| reconcile:inbound | the watermark: the newest text listed, and where we began    | of the last whole reading  |
| reconcile:turn    | when the next reading is due: whoever reads takes the turn   | of the last attempt        |
| reconcile:failing | why the list could not be read                               | of the first such attempt  |
| reconcile:deep    |                                                              | of the last long look back |
| reconcile:back    |                                                              | of the return from outage  |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import inbox, marks
from bot.store.marks import Mark

WATERMARK, TURN, FAILING, DEEP, BACK = (f"reconcile:{each}" for each in ("inbound", "turn", "failing", "deep", "back"))

EVERY = timedelta(minutes=1)
SOON = timedelta(seconds=10)
"""After a reading that failed, or that left a text to its webhook."""

TURN_LASTS = timedelta(seconds=10)
"""Whoever took the turn and has not come back by then is thought dead: a red flag may wait in the list, and two readers
at once do no harm."""

OVERLAP = timedelta(hours=1)
"""How far behind the watermark each reading begins: the list lags, by 10 to 15 minutes as users report."""

DEEP_EVERY, DEEP_OVERLAP = timedelta(hours=1), timedelta(days=2)
""""And sometimes hours": so a longer look back now and then."""

BEHIND = timedelta(minutes=3)
"""Without a whole reading for this long a STOP may be waiting at the carrier: what we begin waits, too."""

PATIENCE = timedelta(minutes=5)
"""A list that cannot be read holds the day up for no longer than this."""

OUTAGE = timedelta(minutes=10)
"""After this long without a reading, what fell due meanwhile goes out bit by bit."""

SMEARED = timedelta(minutes=30)
"""For so long after the return from an outage."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """By the carrier's clock: the newest text that was listed, and the moment before which nothing is ours."""

    newest: datetime
    begun: datetime

    def kept(self) -> str:
        return json.dumps([self.newest.isoformat(), self.begun.isoformat()])

    @classmethod
    def of(cls, kept: str) -> Watermark:
        newest, begun = json.loads(kept)
        return cls(datetime.fromisoformat(newest), datetime.fromisoformat(begun))

    def since(self, overlap: timedelta, now: datetime) -> datetime:
        """Where to begin. A beginning in the future is the mark of a clock that was wrong."""
        start = self.newest - overlap
        return max(start, self.begun) if self.begun <= now else start


@dataclass(frozen=True, slots=True)
class Turn:
    """A reading that is ours to make. `was_read_at`: real time of the last whole one; None: this is the first."""

    watermark: Watermark
    is_deep: bool
    was_read_at: datetime | None

    def since(self, now: datetime) -> datetime:
        return self.watermark.since(DEEP_OVERLAP if self.is_deep else OVERLAP, now)

    def is_late(self, real: datetime) -> bool:
        """Has it been so long that we take what there is, even if not all of it can be read?"""
        return self.was_read_at is not None and real - self.was_read_at > BEHIND


def is_due(parts: Parts, moment: Moment) -> bool:
    return parts.database.read(lambda tx: _is_due(marks.find(tx, TURN), moment))


def _is_due(turn: Mark | None, moment: Moment) -> bool:
    """Also when the next turn is further off than it could ever be: a clock was set back."""
    if turn is None:
        return True
    due = datetime.fromisoformat(turn.value)
    return due <= moment.real or due - moment.real > EVERY


def take_turn(tx: Connection, moment: Moment, *, always: bool = False) -> Turn | None:
    """None while somebody else is at it, or was just now."""
    before = marks.hold(tx, TURN)
    if not _is_due(before, moment) and not always:
        return None
    if before and moment.real - before.at > BEHIND:
        marks.wipe(tx, FAILING)  # nobody tried for long: patience begins anew
    marks.leave(tx, TURN, (moment.real + TURN_LASTS).isoformat(), moment.real)
    read, deep = marks.find(tx, WATERMARK), marks.find(tx, DEEP)
    is_deep = always or deep is None or not timedelta(0) <= moment.real - deep.at < DEEP_EVERY
    if read is None:
        return Turn(_begun(tx, moment), is_deep, None)
    return Turn(Watermark.of(read.value), is_deep, read.at)


def _begun(tx: Connection, moment: Moment) -> Watermark:
    """Where a clinic that never read the list begins: at the newest text that it has, else at this moment."""
    start = inbox.newest(tx) or moment.now
    return Watermark(start, start)


def done(tx: Connection, turn: Turn, newest: datetime | None, moment: Moment, *, again: timedelta) -> None:
    """A whole reading. Of two readers the one that saw further counts: the mark never goes back."""
    before = marks.hold(tx, WATERMARK)
    known = Watermark.of(before.value) if before else turn.watermark
    further = max(known.newest, newest) if newest else known.newest
    marks.leave(tx, WATERMARK, Watermark(further, known.begun).kept(), moment.real)
    marks.wipe(tx, FAILING)
    marks.leave(tx, TURN, (moment.real + again).isoformat(), moment.real)
    if turn.is_deep:
        marks.leave(tx, DEEP, "", moment.real)
    if turn.was_read_at and moment.real - turn.was_read_at > OUTAGE:
        marks.leave(tx, BACK, "", moment.real)


def failed(tx: Connection, why: str, moment: Moment) -> None:
    if marks.find(tx, FAILING) is None:
        marks.leave(tx, FAILING, why, moment.real)
    marks.leave(tx, TURN, (moment.real + SOON).isoformat(), moment.real)


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_behind`: texts may wait at the carrier that we know nothing of, a STOP among them; not for ever, see
    PATIENCE. `is_just_back`: there was an outage, and much may be due at once."""

    is_behind: bool
    is_just_back: bool


def standing(parts: Parts, moment: Moment) -> Standing:
    return parts.database.read(lambda tx: _standing(marks.every(tx, "reconcile:"), moment.real))


def is_behind(parts: Parts, moment: Moment) -> bool:
    return standing(parts, moment).is_behind


def _standing(found: Mapping[str, Mark], real: datetime) -> Standing:
    back = found.get(BACK)
    is_just_back = back is not None and timedelta(0) <= real - back.at < SMEARED
    return Standing(_is_behind(found, real), is_just_back)


def _is_behind(found: Mapping[str, Mark], real: datetime) -> bool:
    read, turn, failing = (found.get(name) for name in (WATERMARK, TURN, FAILING))
    if read is None or real - read.at <= BEHIND:
        return False
    is_tried = turn is not None and real - turn.at <= BEHIND
    return not (is_tried and failing is not None and real - failing.at > PATIENCE)
