"""One batch of a lane leaves. The attempt is counted and committed before the call; what follows, after it."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.core import canary
from bot.core.attempt import after_failure
from bot.core.clearance import GO, Clearance, Departure, clear
from bot.core.delivery import ERRORS, ErrorRule, OutboxState, Verdict
from bot.core.enrollment import Channel, Lane
from bot.core.hours import Hours, UnknownZone, zone
from bot.core.practice import CONTACT_HOURS
from bot.service import alert, recovery
from bot.service.clock_steps import is_held
from bot.service.deliver import halt, unsent
from bot.service.parts import NotSent, Outgoing, Parts
from bot.service.reconcile import reading
from bot.service.talk import Moment
from bot.store import alerts, outbox
from bot.store.outbox import Message, Outcome
from bot.store.vault import KeyMissing

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""Real time in which a sender must say how it ended; longer than the carrier's own timeout."""

PAGE_LEASE = timedelta(seconds=10)
"""Shorter than that timeout: a page twice is better than one that waits for a sender who may be dead."""

SEALED = ErrorRule(Verdict.CONTENT, "it cannot be opened with the keys at hand")
BATCH = 64
SENDERS = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to the carrier: the sid of the message it accepted, or why it did not."""

    message: Message
    sid: str = ""
    failure: NotSent | None = None


def drain(parts: Parts, lane: Lane, moment: Moment, *, senders: ThreadPoolExecutor | None = None) -> int:
    """Send what is due in this lane, one batch. Returns how many messages were taken up."""
    if lane is not Lane.PAGE and (halt.is_halted(parts, moment) or recovery.is_on(parts)):
        return 0
    if lane is Lane.PLAN and reading.is_behind(parts, moment):
        return 0  # a STOP may be waiting at the carrier
    lease = moment.real + (PAGE_LEASE if lane is Lane.PAGE else LEASE)
    claimed = parts.database.write(
        lambda tx: outbox.claim(tx, lane, now=moment.now, real=moment.real, lease=lease, limit=BATCH)
    )
    if not claimed:
        return 0
    going, kept_back = _cleared(parts, claimed, moment)
    attempts = list((senders.map if senders else map)(lambda message: _send(parts, message, moment), going))
    parts.database.write(lambda tx: _record(tx, parts, attempts, kept_back, moment))
    return len(claimed)


def _cleared(parts: Parts, claimed: list[Message], moment: Moment) -> tuple[list[Message], list[Outcome]]:
    """Just before the call we ask again: still consenting, still within its window, still by day?"""
    held = is_held(parts) if any(message.is_unasked for message in claimed) else False
    practice = parts.scripts.live().practice
    hours = practice.contact if practice else CONTACT_HOURS
    going, kept_back = [], []
    for message in claimed:
        cleared = _clear(parts, message, hours, is_held=held, now=moment.now)
        if cleared.reason:
            kept_back.append(_kept_back(message, cleared))
        else:
            going.append(message)
    return going, kept_back


def _clear(parts: Parts, message: Message, hours: Hours, *, is_held: bool, now: datetime) -> Clearance:
    if message.channel not in parts.carriers:
        return Clearance(f"no {message.channel.value} is set up")
    if message.channel is not Channel.SMS:
        return GO
    departure = Departure(
        kind=message.kind,
        is_unasked=message.is_unasked,
        not_after=message.not_after,
        consent=message.consent,
        is_blocked=message.is_blocked,
        zone=_zone(message),
        is_first_answer=message.inbox_id is not None and message.attempts == 1,
    )
    return clear(departure, hours, is_held=is_held, now=now)


def _zone(message: Message) -> ZoneInfo:
    """A zone that the machine no longer knows must not keep the rest of the batch from being sent."""
    try:
        return zone(message.zone or "UTC")
    except UnknownZone:
        log.error("message %s: its patient's time zone is unknown here; UTC is taken", message.id)  # noqa: TRY400
        return zone("UTC")


def _kept_back(message: Message, cleared: Clearance) -> Outcome:
    state = OutboxState.PENDING if cleared.wait_until else OutboxState.SKIPPED
    return Outcome(message, state, cleared.reason, due_at=cleared.wait_until, was_tried=False)


def _send(parts: Parts, message: Message, moment: Moment) -> Attempt:
    carrier = parts.carriers[message.channel]
    try:
        outgoing = _outgoing(parts, message, moment)
        if canary.goes_nowhere(outgoing.to):
            return Attempt(message, sid=f"SM{uuid4().hex}")  # the carrier would be called here
        return Attempt(message, sid=carrier.send(outgoing))
    except KeyMissing as missing:
        log.error("message %s cannot be opened: %s", message.id, missing)  # noqa: TRY400 - the sentence says it all
        return Attempt(message, failure=NotSent(SEALED, SEALED.what))
    except NotSent as failure:
        log.warning("message %s was not sent: %s", message.id, failure.detail)
        return Attempt(message, failure=failure)
    except Exception as error:  # noqa: BLE001 - one poisoned message must not keep the rest of its batch from being recorded
        log.error("message %s: the sender failed (%s)", message.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
        return Attempt(message, failure=NotSent(ERRORS[20500], f"the sender failed ({type(error).__name__})"))


def _outgoing(parts: Parts, message: Message, moment: Moment) -> Outgoing:
    is_sms = message.channel is Channel.SMS
    return Outgoing(
        to=message.phone(parts.vault) if is_sms else message.email(parts.vault),
        body=message.body(parts.vault),
        callback=parts.callback(message.id),
        lane=message.lane,
        subject="" if is_sms else _subject(parts, message),
        valid_for=_valid_for(message, moment.now),
    )


def _subject(parts: Parts, message: Message) -> str:
    """The mail's first line, which holds no name and no symptom."""
    script = parts.scripts.live()
    raised = parts.database.read(lambda tx: alerts.get(tx, message.alert_id or ""))
    return alert.page_words(script, "page_email_subject", alert.page_values(raised, ""))


def _valid_for(message: Message, now: datetime) -> int | None:
    """Seconds after which the carrier should drop it: a reminder must not arrive nine hours late."""
    if message.not_after is None:
        return None
    return max(10, min(36_000, int((message.not_after - now).total_seconds())))


def _record(tx: Connection, parts: Parts, attempts: list[Attempt], kept_back: list[Outcome], moment: Moment) -> None:
    refused = halt.weigh(tx, parts, attempts, moment)
    outcomes = [
        _outcome(attempt, account_refused=attempt.message.id in refused, now=moment.now) for attempt in attempts
    ]
    for outcome in _that_count(tx, [*outcomes, *kept_back]):
        if outcome.state is not OutboxState.ACCEPTED:
            unsent.follow(tx, parts, outcome, moment.now)


def _that_count(tx: Connection, outcomes: list[Outcome]) -> list[Outcome]:
    """Record them. Whoever was stopped for longer than the lease has nothing more to say of the message."""
    ended = [outcome for outcome in outcomes if outcome.state is not OutboxState.SENDING]
    open_ = [outcome for outcome in outcomes if outcome.state is OutboxState.SENDING]
    noted = [outcome for outcome in open_ if outbox.note_reason(tx, outcome.message, outcome.reason)]
    return [*outbox.settle(tx, ended), *noted]


def _outcome(attempt: Attempt, *, account_refused: bool, now: datetime) -> Outcome:
    message, failure = attempt.message, attempt.failure
    if failure is None:
        return Outcome(message, OutboxState.ACCEPTED, sid=attempt.sid or None, sent_at=now)
    following = after_failure(
        message.kind,
        failure.rule,
        attempts=message.attempts,
        not_after=message.not_after,
        account_refused=account_refused,
        now=now,
    )
    return Outcome(message, following.state, failure.detail, due_at=following.again_at, blocks=following.blocks)
