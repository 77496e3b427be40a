"""The carrier says what became of a message: keep every word, and let the furthest one count."""

from __future__ import annotations

from datetime import datetime
from functools import reduce

from sqlalchemy import Connection

from bot.core.attempt import BLOCKS
from bot.core.delivery import OutboxState, Status, Verdict, is_sid, later, retry_at, rule, state_for
from bot.core.enrollment import MessageKind
from bot.service.deliver import halt, unsent
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import outbox, receipts
from bot.store.outbox import Message, Outcome

ENDS_BADLY = (OutboxState.FAILED, OutboxState.UNDELIVERED)


def record(parts: Parts, *, outbox_id: str | None, sid: str, status: str, error_code: int, moment: Moment) -> bool:
    """Take one status in. False when it names no message of ours, or no status that there is.

    Callbacks come doubled, reversed, and before the answer to our own request: any of them is the receipt, and
    brings the sid.
    """
    if not is_sid(sid) or status not in set(Status):
        return False

    def work(tx: Connection) -> bool:
        message = _held(tx, sid, outbox_id)
        if message is None:
            return False
        said = receipts.statuses(tx, sid)
        is_new = receipts.keep(
            tx, parts.ids(), outbox_id=message.id, sid=sid, status=status, error_code=error_code, at=moment.now
        )
        # A page sent twice has two sids: the first one counts. And what was said of an attempt that failed and is
        # tried again says nothing of the next one.
        if is_new and message.sid in (None, sid) and _standing([*said, status]) is not _standing(said):
            _apply(tx, parts, message, sid, _standing([*said, status]), error_code, moment)
        return True

    return parts.database.write(work)


def _held(tx: Connection, sid: str, outbox_id: str | None) -> Message | None:
    """The message that this is about, read again under its lock: the next callback may be here already."""
    owner = outbox.by_sid(tx, sid)
    found = owner.id if owner else outbox_id
    if found is None:
        return None
    outbox.hold(tx, found)
    return outbox.get(tx, found)


def _standing(said: list[str]) -> Status | None:
    """What stands of all that was said, in the order in which it came."""
    return reduce(later, map(Status, said)) if said else None


def _apply(
    tx: Connection,
    parts: Parts,
    message: Message,
    sid: str,
    standing: Status | None,
    error_code: int,
    moment: Moment,
) -> None:
    if message.state not in outbox.UNSETTLED or standing is None:
        return
    state = state_for(standing)
    what = rule(error_code or None, None).what if error_code and state in ENDS_BADLY else ""
    reason = f"{error_code} {what}" if what else ""
    blocks = bool(what) and rule(error_code, None).verdict in BLOCKS
    outcome = Outcome(message, state, reason, sid=sid, sent_at=moment.now, blocks=blocks)
    outbox.settle(tx, [outcome], of=outbox.UNSETTLED)
    if state in ENDS_BADLY:
        _ended_badly(tx, parts, outcome, error_code, moment)


def _ended_badly(tx: Connection, parts: Parts, outcome: Outcome, error_code: int, moment: Moment) -> None:
    """A phone that was off is tried again; staff hear when that is over, or at once of an emergency's instruction."""
    message, why = outcome.message, rule(error_code or None, 400)
    if why.verdict is Verdict.CONFIGURATION:
        halt.refuse(tx, parts, message.lane, outcome.reason, moment)
    again = _again_at(message, error_code, moment.now)
    if again is None or message.urgent:
        unsent.follow(tx, parts, outcome, moment.now)
    if again is not None:
        outbox.try_again(tx, message, at=again)


def _again_at(message: Message, error_code: int, now: datetime) -> datetime | None:
    """When it is sent once more. Not a page: its ladder has gone on already. Not what is stale by then."""
    if message.kind is MessageKind.PAGE or not error_code:
        return None
    again = retry_at(now, message.attempts, rule(error_code, None))
    return None if again is None or (message.not_after and again >= message.not_after) else again
