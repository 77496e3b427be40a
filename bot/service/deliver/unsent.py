"""A message did not go out, or did not arrive: what follows for its alert, its place in the plan, and its number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.delivery import OutboxState
from bot.core.enrollment import MessageKind
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.core.silence import Way
from bot.service import alert
from bot.service.parts import Parts
from bot.store import contacts, patients, plan
from bot.store.outbox import Message, Outcome

OVER = (OutboxState.SKIPPED, OutboxState.FAILED, OutboxState.UNDELIVERED)


def follow(tx: Connection, parts: Parts, outcome: Outcome, now: datetime) -> None:
    """After an attempt that was not accepted, or a receipt that says it did not arrive."""
    message = outcome.message
    if message.kind is MessageKind.PAGE:
        if message.alert_id:
            alert.page_failed(tx, parts, message, message.alert_id, now, outcome.reason)
        return
    if outcome.state in OVER:
        plan.unsend(tx, message.id, outcome.reason)
    if outcome.blocks:
        contacts.set_blocked(tx, message.contact_id, now)
    if message.patient_id is None or outcome.state not in OVER:
        return
    why = f"message {message.kind.value}: {outcome.reason}"
    if message.urgent or outcome.state is OutboxState.SKIPPED:
        if _needs_call(outcome):
            _ask_staff_to_call(tx, parts, message, why, now)
    else:
        patient, way = patients.get(tx, message.patient_id), Way.UNREACHABLE if outcome.blocks else Way.UNDELIVERED
        script = parts.scripts.live()
        alert.fell_silent(tx, parts, script, patient, way, since=message.created_at, now=now, why=why)


def _needs_call(outcome: Outcome) -> bool:
    """Staff call about an emergency's instruction at once; and about a notice that became stale before it could go
    out, because nothing else would ask again for consent."""
    if outcome.state is OutboxState.SKIPPED:
        return outcome.message.kind is MessageKind.NOTICE and outcome.reason != "stopped"
    return outcome.message.urgent


def _ask_staff_to_call(tx: Connection, parts: Parts, message: Message, why: str, now: datetime) -> None:
    tier = Tier.SAME_DAY if message.urgent else Tier.ROUTINE
    matter = Matter(tier, Cause.UNREACHABLE, why=(why,))
    script = parts.scripts.live()
    alert.raise_once(tx, parts, script, matter, contact_id=message.contact_id, patient_id=message.patient_id, now=now)
