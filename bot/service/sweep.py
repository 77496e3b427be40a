"""What was left half done is taken up again: texts not handled, and messages nobody vouches for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bot.core.delivery import OutboxState
from bot.core.enrollment import MessageKind
from bot.service import receipt, receive
from bot.service.parts import Listed, NotSent, Parts
from bot.service.reconcile import outbound
from bot.service.talk import Moment
from bot.store import alert_events, alerts, inbox, outbox
from bot.store.outbox import Message, Outcome

log = logging.getLogger(__name__)

BATCH = 50
TEXT_LEASE = timedelta(seconds=20)
LOOK_AGAIN = timedelta(minutes=1)
UNCONFIRMED = "instruction unconfirmed"
LIST_LAG = timedelta(minutes=15)
"""How long the carrier's list may lag (users report 10-15 minutes): before that, absence proves nothing."""


def texts(parts: Parts, moment: Moment) -> int:
    """Finish the handling of texts that were kept and not decided. Each is claimed when its turn comes: one that kills
    whoever handles it must not use up the attempts of those behind it."""
    lease = moment.real + TEXT_LEASE
    for number in range(BATCH):
        waiting = parts.database.write(lambda tx: inbox.claim(tx, real=moment.real, lease=lease))
        if waiting is None:
            return number
        _text(parts, waiting, moment)
    return BATCH


def _text(parts: Parts, inbox_id: str, moment: Moment) -> None:
    kept = parts.database.read(lambda tx: inbox.get(tx, inbox_id))
    try:
        if kept.attempts > receive.MOST_ATTEMPTS:
            receive.give_up(parts, kept, moment)
        else:
            receive.handle(parts, kept, moment, by_answer=False)
    except Exception as error:  # noqa: BLE001 - one poisoned text must not delay the others
        log.error("text %s: attempt %d failed (%s)", kept.id, kept.attempts, type(error).__name__)  # noqa: TRY400 - a traceback could quote the patient


def pages(parts: Parts, moment: Moment) -> int:
    """Pages whose sender vanished. What may not have gone out is sent again at once: a duplicate beats a silence."""
    stale = parts.database.read(lambda tx: outbox.lease_over(tx, real=moment.real, limit=BATCH, pages=True))
    for message in stale:
        held = _taken_over(parts, message, moment)
        if held is not None:
            _record(parts, Outcome(held, OutboxState.PENDING, "sender vanished", due_at=moment.now))
    return len(stale)


def unconfirmed(parts: Parts, moment: Moment) -> int:
    """Settle messages whose sender never said how it ended: by the carrier's list, and then by kind."""
    stale = parts.database.read(lambda tx: outbox.lease_over(tx, real=moment.real, limit=BATCH, pages=False))
    for message in stale:
        held = _taken_over(parts, message, moment)
        if held is not None:
            _settle(parts, held, moment)
    return len(stale)


def _taken_over(parts: Parts, message: Message, moment: Moment) -> Message | None:
    """Under a new fence, so that two sweeps never both act on it; None when another was first."""
    until = moment.real + LOOK_AGAIN
    if not parts.database.write(lambda tx: outbox.extend(tx, message, until=until)):
        return None
    return parts.database.read(lambda tx: outbox.get(tx, message.id))


def _settle(parts: Parts, message: Message, moment: Moment) -> None:
    listed = _listed(parts, message)
    for _, found in outbound.matched(parts, [message], listed or []):
        receipt.record(
            parts,
            outbox_id=message.id,
            sid=found.sid,
            status=found.status or "sent",
            error_code=found.error_code,
            moment=moment,
        )
        return
    if message.urgent:
        _say_again(parts, message, moment)
    elif moment.real - message.begun_at >= LIST_LAG:
        _give_up(parts, message, moment, is_absent=listed is not None)


def _listed(parts: Parts, message: Message) -> Sequence[Listed] | None:
    """What the carrier lists for this number; None when it could not be asked."""
    carrier = parts.carriers.get(message.channel)
    if carrier is None:
        return []
    try:
        return carrier.sent_to(message.phone(parts.vault), message.created_at - outbound.SKEW)
    except NotSent as failure:
        log.warning("the carrier's list could not be read: %s", failure.detail)
        return None


def _say_again(parts: Parts, message: Message, moment: Moment) -> None:
    """An emergency instruction without a receipt goes out by REST without waiting for proof, once; staff see it."""

    def work(tx: Connection) -> None:
        raised_by = alerts.of_text(tx, message.inbox_id) if message.inbox_id else []
        for raised in raised_by or alerts.open_of_contact(tx, message.contact_id):
            alert_events.note(tx, parts.ids(), raised.id, "unconfirmed", at=moment.now, detail=UNCONFIRMED)
        if message.attempts > 1:
            outbox.settle(tx, [Outcome(message, OutboxState.UNKNOWN, UNCONFIRMED)])
        else:
            outbox.settle(tx, [Outcome(message, OutboxState.PENDING, UNCONFIRMED, due_at=moment.now)])

    parts.database.write(work)


def _give_up(parts: Parts, message: Message, moment: Moment, *, is_absent: bool) -> None:
    """Not in the list after its lag: a reply is sent with that proof of absence; what we began is not repeated."""
    if is_absent and message.kind in (MessageKind.REPLY, MessageKind.NOTICE) and message.attempts == 1:
        _record(parts, Outcome(message, OutboxState.PENDING, "not in the carrier's list", due_at=moment.now))
    else:
        _record(parts, Outcome(message, OutboxState.UNKNOWN, "no receipt"))


def _record(parts: Parts, outcome: Outcome) -> None:
    parts.database.write(lambda tx: outbox.settle(tx, [outcome]))
