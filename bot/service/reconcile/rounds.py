"""One reconciliation: texts that never reached us, and then messages whose end we were not told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.core.enrollment import Channel
from bot.service import recovery
from bot.service.parts import Parts
from bot.service.reconcile import inbound, outbound, reading
from bot.service.reconcile.inbound import TakenIn
from bot.service.reconcile.outbound import Settled
from bot.service.reconcile.reading import Turn
from bot.service.talk import Moment


@dataclass(frozen=True, slots=True)
class Reconciled:
    """`since`: how far back the carrier's list was read."""

    since: datetime
    taken_in: TakenIn
    settled: Settled

    @property
    def missing(self) -> str:
        """Why there may be more; empty when all was read."""
        return self.taken_in.missing or self.settled.missing


def when_due(parts: Parts, moment: Moment) -> None:
    """At every tick: read the list when it is time. The first reading after a start, and one an hour, looks further
    back, and asks what became of our messages too. After a restore the reading that gets through ends recovery mode."""
    if Channel.SMS not in parts.carriers or not reading.is_due(parts, moment):
        return
    turn = parts.database.write(lambda tx: reading.take_turn(tx, moment))
    if turn is not None:
        _go_round(parts, turn, moment, since=None)


def now(parts: Parts, moment: Moment, *, since: datetime | None = None) -> Reconciled:
    """Now, whatever the time, and as far back as the hourly look goes; `since`: further, by the carrier's clock."""
    turn = parts.database.write(lambda tx: reading.take_turn(tx, moment, always=True))
    assert turn is not None  # noqa: S101 - it was taken whoever had it
    return _go_round(parts, turn, moment, since=since)


def _go_round(parts: Parts, turn: Turn, moment: Moment, *, since: datetime | None) -> Reconciled:
    # Never less far than it is our turn to: what lies between would be passed over.
    start, is_recovering = min(since or moment.now, turn.since(moment.now)), recovery.is_on(parts)
    taken_in, settled = _read(parts, turn, start, moment), Settled()
    if turn.is_deep or is_recovering:
        two_days = moment.now - reading.DEEP_OVERLAP
        written_since = min(start if is_recovering else two_days, since or two_days)
        settled = outbound.settle(parts, moment, since=written_since)
    done = Reconciled(start, taken_in, settled)
    if is_recovering and not done.missing:
        recovery.end(parts)
    return done


def _read(parts: Parts, turn: Turn, since: datetime, moment: Moment) -> TakenIn:
    taken_in = inbound.take_in(parts, moment, since=since, even_partly=turn.is_late(moment.real))
    parts.database.write(lambda tx: _note(tx, turn, taken_in, moment))
    return taken_in


def _note(tx: Connection, turn: Turn, taken_in: TakenIn, moment: Moment) -> None:
    if taken_in.missing:
        reading.failed(tx, taken_in.missing, moment)
        return
    again = reading.SOON if taken_in.left else reading.EVERY
    reading.done(tx, turn, taken_in.newest, moment, again=again)
