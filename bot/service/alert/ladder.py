"""The ladder of an open alert: whom to page next, and when to look again, until a named person takes it."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import AlertState, climb, hurried
from bot.core.enrollment import Channel, Lane
from bot.core.practice import OutOfHours
from bot.core.redflag.table import Tier
from bot.service.alert import page, telling
from bot.service.oncall import roster
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, in_office_hours, next_office_opening
from bot.store import alert_events, alerts, outbox, staff
from bot.store.alerts import Alert
from bot.store.outbox import Message

log = logging.getLogger(__name__)

BATCH = 50


def climb_due(parts: Parts, moment: Moment) -> int:
    """Move every ladder whose time has come. Returns how many were looked at.

    Each in a transaction of its own: one alert that cannot be moved must not hold up the others.
    """
    script = parts.scripts.live()
    waiting = parts.database.read(lambda tx: alerts.due(tx, moment.now, BATCH))
    for alert_id in waiting:
        for lane in _move(parts, script, alert_id, moment.now):
            parts.bell.ring(lane)
    return len(waiting)


def _move(parts: Parts, script: Script, alert_id: str, now: datetime) -> set[Lane]:
    try:
        return parts.database.write(lambda tx: _move_if_due(tx, parts, script, alert_id, now))
    except Exception as error:  # noqa: BLE001 - the row is still there: it is tried again in a second
        log.error("alert %s: the ladder did not move (%s)", alert_id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
        return set()


def _move_if_due(tx: Connection, parts: Parts, script: Script, alert_id: str, now: datetime) -> set[Lane]:
    due = alerts.lock_due(tx, alert_id, now)
    if due is None:
        return set()
    if due.state is AlertState.ACKNOWLEDGED:
        # Acknowledged is not done: without a disposition it comes back.
        alerts.reopen(tx, due.id, now)
        alert_events.note(tx, parts.ids(), due.id, "came_back", at=now, staff_id=due.acknowledged_by)
        due = alerts.get(tx, due.id)
    return step(tx, parts, script, due, now)


def step(tx: Connection, parts: Parts, script: Script, alert: Alert, now: datetime) -> set[Lane]:
    """One step of an open alert's ladder: pages, the truth to the patient, the next look. Returns the lanes to ring."""
    people = roster.to_page(tx, parts, alert.cause, alert.contact_id, now)
    decided = climb(
        alert.climb,
        people,
        script.policy,
        now=now,
        may_page=may_page_same_day(script, now),
        next_opening=next_office_opening(script, now),
    )
    page.write_all(tx, parts, script, alert, decided.page, now)
    if not people and alert.tier is not Tier.ROUTINE:
        alert_events.note(tx, parts.ids(), alert.id, "nobody_on_call", at=now)
    told = decided.tell_truth and telling.tell_truth(tx, parts, script, alert, now)
    round_ = alert.round + decided.counts
    alerts.moved(tx, alert.id, round_=round_, now=now, next_at=decided.next_at, told=decided.tell_truth)
    return ({Lane.PAGE} if decided.page else set()) | ({Lane.TALK} if told else set())


def may_page_same_day(script: Script, now: datetime) -> bool:
    practice = script.practice
    if practice is None or in_office_hours(script, now):
        return True
    return practice.same_day_out_of_hours is OutOfHours.ON_CALL


def page_failed(tx: Connection, parts: Parts, message: Message, alert_id: str, now: datetime, why: str) -> None:
    """A page is known not to have arrived: the ladder hurries to the next person."""
    alert = alerts.lock(tx, alert_id)
    if message.attempts <= 1:  # a page is tried again every few seconds: one line in the history is enough
        alert_events.note(tx, parts.ids(), alert_id, "page_failed", at=now, staff_id=message.staff_id, detail=why[:80])
    if alert.state is not AlertState.OPEN:
        outbox.cancel(tx, alert_id=alert_id, reason="acknowledged")
    elif alert.next_action_at is not None and not _also_by_sms(tx, message):
        people = roster.to_page(tx, parts, alert.cause, alert.contact_id, now)
        policy = parts.scripts.live().policy
        last, due = alert.last_action_at, alert.next_action_at
        sooner = hurried(alert.climb, people, policy, last_action_at=last, next_action_at=due, now=now)
        alerts.set_next_action(tx, alert_id, sooner)


def _also_by_sms(tx: Connection, message: Message) -> bool:
    """A mail server that is down says nothing of the same page's SMS."""
    if message.channel is not Channel.EMAIL or message.staff_id is None:
        return False
    member = staff.get(tx, message.staff_id)
    return member is not None and not member.has_stopped
