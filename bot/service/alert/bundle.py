"""Alerts of one patient belong together: one ladder carries them, one person takes them, one card shows them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import AlertState
from bot.core.redflag.table import Tier
from bot.store import alerts, outbox
from bot.store.alerts import Alert


def rank(alert: Alert) -> tuple[int, datetime, str]:
    """The most urgent comes first, and of those the oldest."""
    return -alert.tier.urgency, alert.raised_at, alert.id


def whose(alert: Alert) -> tuple[str, str | None]:
    """What is alike for the alerts of one patient, or of one unknown phone."""
    return alert.contact_id or alert.id, alert.patient_id


def lead(tx: Connection, alert: Alert) -> Alert | None:
    """The open alert whose ladder pages people about this one as well; None where it must climb by itself.

    It is at least as urgent, so nobody is paged later or more seldom than they would be about this one alone.
    """
    if alert.tier is Tier.ROUTINE:
        return None
    open_ = [each for each in alerts.bundled_with(tx, alert) if each.state is AlertState.OPEN]
    first = min(open_, key=rank, default=None)
    return first if first is not None and rank(first) < rank(alert) else None


def holders(tx: Connection, alert: Alert) -> set[str]:
    """Who has another alert of this patient just now: they hear first-hand of what is new."""
    taken = [each for each in alerts.bundled_with(tx, alert) if each.state is AlertState.ACKNOWLEDGED]
    return {each.acknowledged_by for each in taken if each.acknowledged_by}


def lock(tx: Connection, alert: Alert) -> tuple[Alert, list[Alert]]:
    """This alert and those that belong with it, held in the order of their ids, so that no two wait for each other."""
    ids = {alert.id, *(each.id for each in alerts.bundled_with(tx, alert))}
    held = alerts.lock_all(tx, ids)
    return held.pop(alert.id), [each for each in held.values() if each.state is not AlertState.RESOLVED]


def taken_along(tx: Connection, alert: Alert, others: list[Alert], staff_id: str) -> list[Alert]:
    """Whoever takes this one takes what they were told of beside it; what is more urgent pages on until it is seen.

    A page that is still on its way is about something that they may not know yet.
    """
    known = outbox.told_about(tx, staff_id, [each.id for each in others])
    return [
        each
        for each in others
        if each.state is AlertState.OPEN and each.tier.urgency <= alert.tier.urgency and each.id in known
    ]
