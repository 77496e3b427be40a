"""The carrier says what became of a message: keep every word, and let the furthest one count."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.core.delivery import OutboxState, Status, is_sid, later, rule, state_for
from bot.core.enrollment import MessageKind
from bot.service import alert, deliver
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import outbox, plan
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
        owner = outbox.by_sid(tx, sid)
        message = owner or (outbox.get(tx, outbox_id) if outbox_id else None)
        if message is None:
            return False
        is_new = outbox.keep_receipt(
            tx, parts.ids(), outbox_id=message.id, sid=sid, status=status, error_code=error_code, at=moment.now
        )
        if is_new and message.sid in (None, sid):  # a page sent twice has two sids; the first one counts
            _apply(tx, parts, message, sid, error_code, moment)
        return True

    return parts.database.write(work)


def _apply(tx: Connection, parts: Parts, message: Message, sid: str, error_code: int, moment: Moment) -> None:
    said = [Status(word) for word in outbox.statuses(tx, sid)]
    standing = said[0]
    for word in said[1:]:
        standing = later(standing, word)
    state = state_for(standing)
    if message.state not in outbox.UNSETTLED:
        return
    what = rule(error_code or None, None).what if error_code and state in ENDS_BADLY else ""
    reason = f"{error_code} {what}" if what else ""
    outbox.settle(tx, [Outcome(message, state, reason, sid=sid, sent_at=moment.now)], of=outbox.UNSETTLED)
    if state in ENDS_BADLY:
        _ended_badly(tx, parts, message, reason or state.value, error_code, moment)


def _ended_badly(tx: Connection, parts: Parts, message: Message, reason: str, error_code: int, moment: Moment) -> None:
    if message.kind is MessageKind.PAGE and message.alert_id:
        alert.page_failed(tx, parts, message, message.alert_id, moment.now, reason)
        return
    plan.unsend(tx, message.id, reason)
    blocks = bool(error_code) and rule(error_code, None).verdict in deliver.BLOCKS
    deliver.failed(tx, parts, message, reason, moment, blocks=blocks)
