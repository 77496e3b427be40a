"""A patient's text arrives: keep it, decide, and leave the answer in the outbox."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.core.delivery import OutboxState
from bot.service import alert
from bot.service.inbound import take
from bot.service.inbound.case import Case, Reply, Taken, take_up
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import inbox, outbox
from bot.store.database import Started, StoreBusy
from bot.store.inbox import AlreadyHandled, Inbound, InboxState, Kept

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(seconds=15)
"""Real time after which a text whose handling did not finish is taken up by the sweep."""

MOST_ATTEMPTS = 5


def receive(parts: Parts, text: Inbound, moment: Moment) -> list[Reply]:
    """Walk 1. Raises StoreBusy only while the text is not safe yet; after that the sweep finishes what we cannot.

    What the carrier's list brought late is answered by messages of its own: there is no webhook to answer.
    """
    new = inbox.new(parts.vault, parts.ids(), text, now=moment.now)
    with keep(parts, new, text, moment) as keeping:
        try:
            return handle(parts, new, moment, by_answer=text.sent_at is None, after=keeping)
        except Exception as error:  # noqa: BLE001 - the sweep takes it up: an error would lose the answer
            keeping.result()  # raises when the text is not safe, and then nobody is told that it is
            log.error("text %s: kept, but not handled yet (%s)", new.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote the patient
            return []


def keep(parts: Parts, new: Kept, text: Inbound, moment: Moment) -> Started[None]:
    """Transaction 1: the words are safe. It goes on its way here, and is waited for before anything else is told."""
    try_again = moment.real + TRY_AGAIN_AFTER
    return parts.database.start(lambda tx: inbox.keep(tx, new, text, next_attempt_at=try_again))


def handle(
    parts: Parts, kept: Kept, moment: Moment, *, by_answer: bool, after: Started[Any] | None = None
) -> list[Reply]:
    """Transaction 2. If the script raises, what safety needs is committed without it, and the sweep tries again."""
    case = take_up(parts, kept, moment, by_answer=by_answer)
    try:
        taken = _take(case, after)
    except AlreadyHandled:
        return _again(case) if by_answer else []
    except StoreBusy:
        if after:
            after.result()
        log.warning("text %s is kept; its handling waits for the store", kept.id)
        return take.emergency_words(case)
    for lane in taken.lanes:
        parts.bell.ring(lane)
    return taken.replies


def _take(case: Case, after: Started[Any] | None) -> Taken:
    write = case.parts.database.write
    try:
        return write(partial(take.whole, case), after=after)
    except (AlreadyHandled, StoreBusy):
        raise
    except Exception as error:  # noqa: BLE001 - the safety path never depends on the script
        if after:
            after.result()
        log.error("text %s: the script failed (%s); going on without it", case.kept.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote the patient
    return write(partial(take.without_script, case))


def _again(case: Case) -> list[Reply]:
    """The same text again, before any receipt: the same answer again. After a receipt: nothing more to say.

    One that was kept and never decided, because whoever kept it died, is decided now.
    """
    parts, kept = case.parts, case.kept
    before = parts.database.read(lambda tx: inbox.by_sid(tx, kept.sid))
    if before is None:
        raise LookupError("a text vanished after it was kept")
    if before.id != kept.id and before.state is InboxState.RECEIVED:
        return handle(parts, before, case.moment, by_answer=True)
    messages = parts.database.read(lambda tx: outbox.of_text(tx, before.id))
    if any(message.sid for message in messages):
        return []
    waiting = [message for message in messages if message.state is OutboxState.SENDING]
    return [Reply(message.id, message.body(parts.vault)) for message in waiting]


def give_up(parts: Parts, kept: Kept, moment: Moment) -> None:
    """Tried often enough: a person reads it. The quote goes with the alert, so nothing is lost."""

    def work(tx: Connection) -> None:
        who = take.who_texts(parts, kept, moment, tx)
        about, script, now = who.contact.id, parts.scripts.live(), moment.now
        alert.raise_unreadable(tx, parts, script, contact_id=about, patient=who.patient, kept=kept, now=now)
        inbox.settle(tx, kept.id, contact_id=about, state=InboxState.FAILED, understood="", now=now)

    parts.database.write(work)


__all__ = ["Inbound", "Moment", "Reply", "give_up", "handle", "keep", "receive"]
