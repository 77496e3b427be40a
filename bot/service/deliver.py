"""Messages leave: claim a batch, commit, call the carrier with no transaction open, record what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.delivery import ERRORS, OutboxState, Verdict, retry_at
from bot.core.enrollment import Channel, Lane, MessageKind, refusal
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.service import alert
from bot.service.parts import NotSent, Outgoing, Parts
from bot.service.talk import Moment
from bot.store import alerts, contacts, marks, outbox, plan
from bot.store.outbox import Message, Outcome
from bot.store.vault import KeyMissing

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""Real time in which a sender must say how it ended; longer than the carrier's own timeout."""

BATCH = 64
SENDERS = 32
PAGE_RETRY = timedelta(seconds=5)
"""A page that did not go out is tried again at once, while the ladder climbs past it."""

HALT = timedelta(minutes=1)
"""How long a lane rests after the carrier refused our account: every further call would be refused too."""

BLOCKS = (Verdict.STOP_NUMBER, Verdict.OPTED_OUT)
"""After these the carrier will not reach the number: nothing we begin is sent there until it texts us again."""

HALTED = "carrier-halted"


def drain(parts: Parts, lane: Lane, moment: Moment, *, senders: ThreadPoolExecutor | None = None) -> int:
    """Send what is due in this lane, one batch. Returns how many messages were taken up."""
    if lane is not Lane.PAGE and _is_halted(parts, moment):
        return 0
    lease = moment.real + LEASE
    claimed = parts.database.write(
        lambda tx: outbox.claim(tx, lane, now=moment.now, real=moment.real, lease=lease, limit=BATCH)
    )
    if not claimed:
        return 0
    going, outcomes = _sorted_out(claimed, moment)
    attempts = (
        senders.map(lambda m: _send(parts, m, moment), going)
        if senders
        else (_send(parts, message, moment) for message in going)
    )
    outcomes.extend(attempts)
    parts.database.write(lambda tx: _record(tx, parts, outcomes, moment))
    if any(outcome.reason == HALTED for outcome in outcomes):
        _halt(parts, moment)
    return len(claimed)


def _sorted_out(claimed: list[Message], moment: Moment) -> tuple[list[Message], list[Outcome]]:
    """Just before the call we ask again: still consenting, still within its window?"""
    going: list[Message] = []
    skipped: list[Outcome] = []
    for message in claimed:
        why_not = refusal(message.kind, message.consent, is_blocked=message.is_blocked) if _is_sms(message) else ""
        if not why_not and message.not_after is not None and moment.now > message.not_after:
            why_not = "window missed"
        if why_not:
            skipped.append(Outcome(message, OutboxState.SKIPPED, why_not))
        else:
            going.append(message)
    return going, skipped


def _is_sms(message: Message) -> bool:
    return message.channel is Channel.SMS


def _send(parts: Parts, message: Message, moment: Moment) -> Outcome:
    carrier = parts.carriers.get(message.channel)
    if carrier is None:
        return Outcome(message, OutboxState.SKIPPED, f"no {message.channel.value} is set up")
    try:
        sid = carrier.send(_outgoing(parts, message, moment))
    except KeyMissing as missing:
        log.error("message %s cannot be opened: %s", message.id, missing)  # noqa: TRY400 - the sentence says it all
        return Outcome(message, OutboxState.FAILED, "it cannot be opened with the keys at hand")
    except NotSent as failure:
        log.warning("message %s was not sent: %s", message.id, failure.detail)
        return _failed(message, failure, moment)
    except Exception as error:  # noqa: BLE001 - one poisoned message must not keep the rest of its batch from being recorded
        log.error("message %s: the sender failed (%s)", message.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
        return _failed(message, NotSent(ERRORS[20500], f"the sender failed ({type(error).__name__})"), moment)
    return Outcome(message, OutboxState.ACCEPTED, sid=sid or None, sent_at=moment.now)


def _outgoing(parts: Parts, message: Message, moment: Moment) -> Outgoing:
    return Outgoing(
        to=message.phone(parts.vault) if _is_sms(message) else message.email(parts.vault),
        body=message.body(parts.vault),
        callback=parts.callback(message.id),
        lane=message.lane,
        subject="" if _is_sms(message) else _subject(parts, message),
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


def _failed(message: Message, failure: NotSent, moment: Moment) -> Outcome:
    """What follows from a failed attempt, by the error's class and by which way this kind of message fails."""
    verdict = failure.rule.verdict
    if message.kind is MessageKind.PAGE:
        return _page_failed(message, failure, moment)
    if verdict is Verdict.RETRY_LATER:
        again = retry_at(moment.now, message.attempts, failure.rule)
        if again is not None and not (message.not_after and again > message.not_after):
            return Outcome(message, OutboxState.PENDING, failure.detail, due_at=again)
        return Outcome(message, OutboxState.FAILED, failure.detail)
    if verdict is Verdict.CONFIGURATION:
        return Outcome(message, OutboxState.PENDING, HALTED, due_at=moment.now + HALT)
    if verdict is Verdict.AMBIGUOUS:
        # It may have gone out. The row stays "sending"; the sweep looks for proof before anything is sent again.
        return Outcome(message, OutboxState.SENDING, failure.detail)
    return Outcome(message, OutboxState.FAILED, failure.detail, blocks=verdict in BLOCKS)


def _page_failed(message: Message, failure: NotSent, moment: Moment) -> Outcome:
    """A page that may not have gone out is sent again at once; a number that can never be reached is not."""
    if failure.rule.verdict in (*BLOCKS, Verdict.CONTENT):
        return Outcome(message, OutboxState.FAILED, failure.detail)
    return Outcome(message, OutboxState.PENDING, failure.detail, due_at=moment.now + PAGE_RETRY)


def _record(tx: Connection, parts: Parts, outcomes: Iterable[Outcome], moment: Moment) -> None:
    outcomes = list(outcomes)
    ambiguous = [outcome for outcome in outcomes if outcome.state is OutboxState.SENDING]
    outbox.settle(tx, (outcome for outcome in outcomes if outcome.state is not OutboxState.SENDING))
    for outcome in ambiguous:
        outbox.note_reason(tx, outcome.message, outcome.reason)
    for outcome in outcomes:
        if outcome.state is not OutboxState.ACCEPTED:
            _follow(tx, parts, outcome, moment)


def _follow(tx: Connection, parts: Parts, outcome: Outcome, moment: Moment) -> None:
    message = outcome.message
    if message.kind is MessageKind.PAGE and message.alert_id:
        alert.page_failed(tx, parts, message, message.alert_id, moment.now, outcome.reason)
    if outcome.state in (OutboxState.SKIPPED, OutboxState.FAILED):
        plan.unsend(tx, message.id, outcome.reason)
    if outcome.state is OutboxState.FAILED:
        failed(tx, parts, message, outcome.reason, moment, blocks=outcome.blocks)


def failed(tx: Connection, parts: Parts, message: Message, reason: str, moment: Moment, *, blocks: bool) -> None:
    """A message to a patient will not arrive: the number is marked where it cannot be reached, and staff call."""
    if message.patient_id is None or message.kind is MessageKind.PAGE:
        return
    if blocks:
        contacts.set_blocked(tx, message.contact_id, moment.now)
    tier = Tier.SAME_DAY if message.urgent else Tier.ROUTINE
    alert.raise_once(
        tx,
        parts,
        parts.scripts.live(),
        Matter(tier, Cause.UNREACHABLE, why=(f"message {message.kind.value}: {reason}",)),
        contact_id=message.contact_id,
        patient_id=message.patient_id,
        now=moment.now,
    )


def _halt(parts: Parts, moment: Moment) -> None:
    """The carrier refuses our account: rest the other lanes, and tell staff once. Pages go on trying."""

    def work(tx: Connection) -> None:
        marks.leave(tx, HALTED, "the carrier refuses our account", moment.real)
        alert.raise_operations(tx, parts, parts.scripts.live(), "the carrier refuses our account", moment.now)

    parts.database.write(work)


def _is_halted(parts: Parts, moment: Moment) -> bool:
    mark = parts.database.read(lambda tx: marks.find(tx, HALTED))
    return mark is not None and moment.real - mark.at < HALT
