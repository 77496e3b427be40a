"""Messages of ours whose end nobody told us: the carrier's own list says what became of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.enrollment import Channel
from bot.service import receipt
from bot.service.parts import Listed, NotSent, Parts
from bot.service.talk import Moment
from bot.store import outbox
from bot.store.outbox import Message

log = logging.getLogger(__name__)

SKEW = timedelta(minutes=2)
"""How far the carrier's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`message` as it stands now."""

    settled: tuple[Message, ...] = ()
    missing: str = ""


def settle(parts: Parts, moment: Moment, *, since: datetime) -> Settled:
    """Every message that was written since then and has no end yet. Absence proves nothing here: see the sweep."""
    open_ = parts.database.read(lambda tx: outbox.unsettled(tx, since, real=moment.real))
    if not open_:
        return Settled()
    try:
        listed = parts.carriers[Channel.SMS].sent(since - SKEW)
    except NotSent as failure:
        return Settled(missing=failure.detail)
    settled = [
        message.id
        for message, found in matched(parts, open_, listed)
        if receipt.record(
            parts,
            outbox_id=message.id,
            sid=found.sid,
            status=found.status,
            error_code=found.error_code,
            moment=moment,
        )
    ]
    after = parts.database.read(lambda tx: [outbox.get(tx, each) for each in settled])
    before = {message.id: message.state for message in open_}
    return Settled(tuple(now for now in after if now and now.state is not before[now.id]))


def matched(parts: Parts, open_: Sequence[Message], listed: Sequence[Listed]) -> list[tuple[Message, Listed]]:
    """Each listed message with the row it is: by its sid, else by number and words.

    A sid that another row has claimed is that row's; and nothing was carried before its row was written.
    """
    by_sid = {message.sid: message for message in open_ if message.sid}
    claimed = parts.database.read(lambda tx: outbox.claimed(tx, [each.sid for each in listed]))
    nameless = [message for message in open_ if not message.sid]
    opened = {message.id: _opened(parts, message) for message in nameless}
    found = []
    for each in sorted(listed, key=lambda each: each.created_at):
        message = by_sid.get(each.sid)
        if message is None and each.sid not in claimed:
            message = next((m for m in nameless if _is_same(m, opened[m.id], each)), None)
            nameless = [other for other in nameless if other is not message]
        if message is not None:
            found.append((message, each))
    return found


def _opened(parts: Parts, message: Message) -> tuple[str, str] | None:
    """Number and words; None for a row that does not open, which must not keep the others from being settled."""
    try:
        return message.phone(parts.vault), message.body(parts.vault)
    except Exception as error:  # noqa: BLE001 - keys and ciphertexts fail in many ways
        log.error("message %s cannot be opened (%s)", message.id, type(error).__name__)  # noqa: TRY400 - the sentence says it all
        return None


def _is_same(message: Message, opened: tuple[str, str] | None, listed: Listed) -> bool:
    return (listed.phone, listed.body) == opened and listed.created_at >= message.created_at - SKEW
