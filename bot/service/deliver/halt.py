"""The carrier refuses: is it our account, or this one number? Our account: the lanes rest, and staff are told once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.attempt import HALT, PROVED, is_account_refused
from bot.core.delivery import Verdict
from bot.core.enrollment import Channel, Lane
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.service import alert
from bot.service.parts import NotSent, Parts
from bot.service.talk import Moment
from bot.store import marks
from bot.store.outbox import Message

HALTED = "carrier-halted"
REFUSED = "carrier-refused:"
"""With the error's code: whose first try was refused with it since the carrier last accepted anything."""


class Attempted(Protocol):
    @property
    def message(self) -> Message: ...
    @property
    def failure(self) -> NotSent | None: ...


def is_halted(parts: Parts, moment: Moment) -> bool:
    mark = parts.database.read(lambda tx: marks.find(tx, HALTED))
    return mark is not None and moment.real - mark.at < HALT


def weigh(tx: Connection, parts: Parts, attempts: Sequence[Attempted], moment: Moment) -> set[str]:
    """The messages of this batch that were refused because of our account; where there are any, the lanes rest."""
    accepted = any(attempt.failure is None and _is_witness(attempt.message) for attempt in attempts)
    if accepted:
        marks.wipe(tx, REFUSED)
    refused = set()
    for attempt in attempts:
        failure = attempt.failure
        if failure is None or failure.rule.verdict is not Verdict.CONFIGURATION:
            continue
        if _is_ours(tx, attempt.message, failure, moment, testifies=not accepted):
            refused.add(attempt.message.id)
            refuse(tx, parts, attempt.message.lane, failure.detail, moment)
    return refused


def _is_witness(message: Message) -> bool:
    """Pages may have a sender of their own, and mail goes another way: neither says anything of the patients'."""
    return message.channel is Channel.SMS and message.lane is not Lane.PAGE


def _is_ours(tx: Connection, message: Message, failure: NotSent, moment: Moment, *, testifies: bool) -> bool:
    name = f"{REFUSED}{failure.code}"
    is_first_try = testifies and message.attempts <= 1 and _is_witness(message)
    before = marks.find(tx, name)
    is_ours = is_account_refused(
        failure.rule,
        is_first_try=is_first_try,
        refused_before=before.value if before else None,
        contact_id=message.contact_id,
    )
    if is_ours or (is_first_try and before is None):
        marks.leave(tx, name, PROVED if is_ours else message.contact_id, moment.real)
    return is_ours


def refuse(tx: Connection, parts: Parts, lane: Lane, why: str, moment: Moment) -> None:
    """Staff are told once, and patients' lanes rest for a minute. A page's failure rests nothing: pages go on."""
    if lane is not Lane.PAGE:
        marks.leave(tx, HALTED, why, moment.real)
    matter = Matter(Tier.SAME_DAY, Cause.OPERATIONS, why=(f"the carrier refuses our account: {why}",))
    alert.raise_operations(tx, parts, parts.scripts.live(), matter, moment.now)
