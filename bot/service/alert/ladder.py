"""The ladder of an open alert: whom to page next, and when to look again, until a named person takes it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import AlertState, climb, hurried
from bot.core.enrollment import Channel, Lane
from bot.core.practice import OutOfHours
from bot.core.redflag.table import Tier
from bot.service.alert import bundle, page, telling
from bot.service.oncall import roster
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, in_office_hours, next_office_opening
from bot.store import alert_events, alerts, outbox, staff
from bot.store.alerts import Alert
from bot.store.outbox import Message

log = logging.getLogger(__name__)

BATCH = 50
SOONEST = timedelta(minutes=1)
"""How often, at most, an alert looks after the one that it follows."""
NOBODY = "nobody_on_call"


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
        due = _comes_back(tx, parts, due, now)
    return step(tx, parts, script, due, now)


def _comes_back(tx: Connection, parts: Parts, due: Alert, now: datetime) -> Alert:
    """Acknowledged is not done: without a disposition it comes back, and what was taken with it as one with it.

    Returns the one that leads; the others were paged about before, and follow it.
    """
    beside = [alerts.lock_due(tx, each.id, now) for each in alerts.bundled_with(tx, due)]
    back = [due, *(one for one in beside if one and one.state is AlertState.ACKNOWLEDGED)]
    _reopen(tx, parts, back, "came_back", now)
    return alerts.get(tx, min(back, key=bundle.rank).id)


def _reopen(tx: Connection, parts: Parts, back: list[Alert], act: str, now: datetime) -> None:
    """Of each patient's the first climbs, and the others follow it without a page of their own."""
    leaders = {bundle.whose(each): each.id for each in sorted(back, key=bundle.rank, reverse=True)}
    for each in back:
        alerts.reopen(tx, each.id, now)
        alert_events.note(tx, parts.ids(), each.id, act, at=now, staff_id=each.acknowledged_by)
        if each.id not in leaders.values():
            alerts.moved(tx, each.id, round_=1, now=now, next_at=now + SOONEST, told=False)


def give_up(tx: Connection, parts: Parts, staff_id: str, now: datetime) -> int:
    """Whoever leaves the team has no alert any more: what they had taken is open, and about what they were paged the
    ladder goes on at once. Returns how many they had."""
    taken = [alerts.lock(tx, each) for each in alerts.taken_by(tx, staff_id)]
    _reopen(tx, parts, taken, "left_team", now)
    for each in alerts.open_for_staff(tx, staff_id):
        if each.tier is not Tier.ROUTINE and bundle.lead(tx, each) is None:
            alerts.set_next_action(tx, each.id, now)
    return len(taken)


def step(tx: Connection, parts: Parts, script: Script, alert: Alert, now: datetime) -> set[Lane]:
    """One step of an open alert's ladder: pages, the truth to the patient, the next look. Returns the lanes to ring."""
    leader = bundle.lead(tx, alert)
    if leader is not None and alert.round > 0:
        # Who is paged about the leader is paged about this one too.
        _follow(tx, alert, leader, now)
        return set()
    people = roster.to_page(tx, parts, alert.cause, alert.contact_id, now)
    decided = climb(
        alert.climb if leader is None else alert.climb_beside(leader),
        people,
        script.policy,
        now=now,
        may_page=may_page_same_day(script, now),
        next_opening=next_office_opening(script, now),
    )
    paged = {*decided.page, *(bundle.holders(tx, alert) if decided.page and alert.round == 0 else ())}
    page.write_all(tx, parts, script, alert, paged, now)
    if not people and alert.tier is not Tier.ROUTINE:
        _note_nobody(tx, parts, alert.id, now)
    told = decided.tell_truth and telling.tell_truth(tx, parts, script, alert, now)
    round_ = alert.round + decided.counts
    alerts.moved(tx, alert.id, round_=round_, now=now, next_at=decided.next_at, told=decided.tell_truth)
    return ({Lane.PAGE} if decided.page else set()) | ({Lane.TALK} if told else set())


def _note_nobody(tx: Connection, parts: Parts, alert_id: str, now: datetime) -> None:
    """Once, not at each look: with nobody to page there is one a minute."""
    if alert_events.last_act(tx, alert_id) != NOBODY:
        alert_events.note(tx, parts.ids(), alert_id, NOBODY, at=now)


def _follow(tx: Connection, alert: Alert, leader: Alert, now: datetime) -> None:
    next_at = max(leader.next_action_at or now, now + SOONEST)
    alerts.moved(tx, alert.id, round_=alert.round, now=now, next_at=next_at, told=False)


def worsen(
    tx: Connection, parts: Parts, script: Script, alert: Alert, tier: Tier, why: tuple[str, ...], now: datetime
) -> set[Lane]:
    """What stands already is more urgent by now: it is paged anew, also where somebody had taken it."""
    worse = alerts.worsen(tx, alert, tier, why, now)
    alert_events.note(tx, parts.ids(), worse.id, "worsened", at=now, detail=tier.value)
    return step(tx, parts, script, worse, now)


def may_page_same_day(script: Script, now: datetime) -> bool:
    practice = script.practice
    if practice is None or in_office_hours(script, now):
        return True
    return practice.same_day_out_of_hours is OutOfHours.ON_CALL


def page_failed(tx: Connection, parts: Parts, message: Message, alert_id: str, now: datetime, why: str) -> None:
    """A page is known not to have arrived: the ladder hurries to the next person."""
    failed = alerts.get(tx, alert_id)
    alert = alerts.lock(tx, (bundle.lead(tx, failed) or failed).id)
    if message.attempts <= 1:  # a page is tried again every few seconds: one line in the history is enough
        alert_events.note(tx, parts.ids(), alert_id, "page_failed", at=now, staff_id=message.staff_id, detail=why[:80])
    if failed.state is not AlertState.OPEN:
        outbox.cancel(tx, alert_id=alert_id, reason="acknowledged")
    elif alert.state is AlertState.OPEN and alert.next_action_at is not None and not _also_by_sms(tx, message):
        people = roster.to_page(tx, parts, alert.cause, alert.contact_id, now)
        policy = parts.scripts.live().policy
        last, due = alert.last_action_at, alert.next_action_at
        sooner = hurried(alert.climb, people, policy, last_action_at=last, next_action_at=due, now=now)
        alerts.set_next_action(tx, alert.id, sooner)


def _also_by_sms(tx: Connection, message: Message) -> bool:
    """A mail server that is down says nothing of the same page's SMS."""
    if message.channel is not Channel.EMAIL or message.staff_id is None:
        return False
    member = staff.get(tx, message.staff_id)
    return member is not None and not member.has_stopped
