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
    """Finish the handling of texts that were kept and not decided: each attempt was counted before the work."""
    lease = moment.real + TEXT_LEASE
    waiting = parts.database.write(lambda tx: inbox.claim(tx, real=moment.real, lease=lease, limit=BATCH))
    for inbox_id in waiting:
        kept = parts.database.read(lambda tx, row=inbox_id: inbox.get(tx, row))  # type: ignore[misc]
        try:
            if kept.attempts > receive.MOST_ATTEMPTS:
                receive.give_up(parts, kept, moment)
            else:
                receive.handle(parts, kept, moment, by_answer=False)
        except Exception as error:  # noqa: BLE001 - one poisoned text must not delay the others
            log.error("text %s: attempt %d failed (%s)", kept.id, kept.attempts, type(error).__name__)  # noqa: TRY400
    return len(waiting)


def unconfirmed(parts: Parts, moment: Moment) -> int:
    """Settle messages whose sender never said how it ended: by the carrier's list, and then by kind."""
    stale = parts.database.read(lambda tx: outbox.lease_over(tx, real=moment.real, limit=BATCH))
    for message in stale:
        _settle(parts, message, moment)
    return len(stale)


def _settle(parts: Parts, message: Message, moment: Moment) -> None:
    """One message, taken over under a new fence, so that two sweeps never both act on it."""
    until = moment.real + LOOK_AGAIN
    if not parts.database.write(lambda tx: outbox.extend(tx, message, until=until)):
        return
    held = parts.database.read(lambda tx: outbox.get(tx, message.id))
    if held is None:
        return
    if held.kind is MessageKind.PAGE:
        # A page that may not have gone out is sent again at once: a duplicate beats a silence.
        _record(parts, Outcome(held, OutboxState.PENDING, "sender vanished", due_at=moment.now))
        return
    listed = _listed(parts, held)
    found = _match(
        held.body(parts.vault), listed, parts.database.read(lambda tx: outbox.known_sids(tx, held.contact_id))
    )
    if found is not None:
        receipt.record(
            parts, outbox_id=held.id, sid=found.sid, status=found.status or "sent", error_code=0, moment=moment
        )
    elif held.urgent:
        _say_again(parts, held, moment)
    elif moment.real - held.begun_at >= LIST_LAG:
        _give_up(parts, held, moment, is_absent=listed is not None)


def _listed(parts: Parts, message: Message) -> Sequence[Listed] | None:
    """What the carrier lists for this number; None when it could not be asked."""
    carrier = parts.carriers.get(message.channel)
    if carrier is None:
        return []
    try:
        return carrier.sent_to(message.phone(parts.vault), min(message.begun_at, message.created_at))
    except NotSent as failure:
        log.warning("the carrier's list could not be read: %s", failure.detail)
        return None


def _match(body: str, listed: Sequence[Listed] | None, known: set[str]) -> Listed | None:
    """The listed message that is this one: the same words, and a sid that no other row has claimed."""
    return next((each for each in listed or () if each.sid not in known and each.body == body), None)


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
