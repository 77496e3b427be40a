"""Clocks that jump: ladders go on by elapsed time, and what we begin waits until staff have looked.

Two things may jump. The machine's clock, against the time that has really elapsed: forward by more than an hour it
holds tips and check-ins. And the clinic's own, which a file may move for trying things out: on purpose, so forward it
holds nothing, but set back it must not leave a ladder waiting for time that has already passed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.service import alert
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import alerts, marks, outbox, silences
from bot.store.oncall.watch import look_at_once

CLOCK = "clinic-clock:"
"""With the machine's boot: what the clocks showed at the last tick there."""

HELD = "clock-jumped"
LARGEST_STEP_BACK = timedelta(minutes=5)
LARGEST_STEP_AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the clocks of one machine show: the clinic's, the machine's, and the time since its start."""

    now: datetime
    real: datetime
    elapsed: timedelta

    def kept(self) -> str:
        return json.dumps([self.now.isoformat(), self.real.isoformat(), self.elapsed.total_seconds()])

    @classmethod
    def of(cls, kept: str) -> Shown:
        now, real, elapsed = json.loads(kept)
        return cls(datetime.fromisoformat(now), datetime.fromisoformat(real), timedelta(seconds=elapsed))


def is_held(parts: Parts) -> bool:
    """Does all that we begin wait, because the machine's clock jumped ahead and nobody has closed the alert yet?"""
    return parts.database.read(lambda tx: marks.find(tx, HELD)) is not None


def watch(parts: Parts, moment: Moment, *, boot: str, elapsed: timedelta) -> None:
    """Each tick: compare with the last one on this machine. Of several clocks here the first to look sees a jump."""
    shown = Shown(moment.now, moment.real, elapsed)

    def work(tx: Connection) -> None:
        before = marks.hold(tx, CLOCK + boot)
        if before is not None:
            _compare(tx, parts, Shown.of(before.value), shown)
        else:
            _compare_with_last_boot(tx, parts, shown)
        marks.leave(tx, CLOCK + boot, shown.kept(), moment.real)
        _release_if_closed(tx)

    parts.database.write(work)


def _compare(tx: Connection, parts: Parts, before: Shown, shown: Shown) -> None:
    ahead = (shown.real - before.real) - (shown.elapsed - before.elapsed)
    if ahead > LARGEST_STEP_AHEAD:
        _jumped_ahead(tx, parts, ahead, shown)
        return
    if -ahead > LARGEST_STEP_AHEAD:
        marks.wipe(tx, HELD)  # the machine's clock came back by itself
    _look_back(tx, parts, before, shown)


def _compare_with_last_boot(tx: Connection, parts: Parts, shown: Shown) -> None:
    """Started anew, perhaps with a clock that lost the time. How long the machine was off, nobody knows: only a step
    back can be told."""
    known = [Shown.of(mark.value) for mark in marks.every(tx, CLOCK).values()]
    if known:
        _look_back(tx, parts, max(known, key=lambda each: each.now), shown)


def _look_back(tx: Connection, parts: Parts, before: Shown, shown: Shown) -> None:
    back = before.now - shown.now
    if back > LARGEST_STEP_BACK:
        _shift(tx, -back, shown.now)
        why = f"the clinic's clock was set back by {_words(back)}"
        _tell(tx, parts, Matter(Tier.ROUTINE, Cause.OPERATIONS, why=(why,)), shown.now)


def _jumped_ahead(tx: Connection, parts: Parts, ahead: timedelta, shown: Shown) -> None:
    _shift(tx, ahead, shown.now)
    marks.leave(tx, HELD, str(ahead.total_seconds()), shown.real)
    why = f"the machine's clock jumped ahead by {_words(ahead)}: nothing is begun until this alert is closed"
    _tell(tx, parts, Matter(Tier.SAME_DAY, Cause.CLOCK, why=(why,)), shown.now)


def _shift(tx: Connection, by: timedelta, now: datetime) -> None:
    alerts.shift_clocks(tx, by)
    outbox.shift_pending(tx, by)
    silences.shift(tx, by)
    look_at_once(tx, warn_at=now)


def _tell(tx: Connection, parts: Parts, matter: Matter, now: datetime) -> None:
    alert.raise_operations(tx, parts, parts.scripts.live(), matter, now)


def _release_if_closed(tx: Connection) -> None:
    """Somebody has looked, and said so by closing the alert: the new time is the right one."""
    if marks.find(tx, HELD) is not None and alerts.unresolved(tx, None, [Cause.CLOCK]) is None:
        marks.wipe(tx, HELD)


def _words(by: timedelta) -> str:
    return str(timedelta(seconds=round(by.total_seconds())))
