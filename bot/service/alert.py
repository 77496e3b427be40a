"""A red flag reaches people: raise, page, climb the ladder, acknowledge, resolve. It ends only with a named person."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import (
    COMES_BACK,
    Acknowledgement,
    AlertState,
    Cause,
    climb,
    free_code,
    hurried,
)
from bot.core.enrollment import Channel, Consent, Lane, MessageKind
from bot.core.practice import OutOfHours
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.errors import Refused
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, in_office_hours, next_office_opening
from bot.store import alerts, contacts, outbox, patients, staff
from bot.store.alerts import Alert, NewAlert
from bot.store.inbox import Kept
from bot.store.outbox import Draft, Message
from bot.store.patients import Patient
from bot.store.staff import Staff

log = logging.getLogger(__name__)

ROUTINE_DUE = timedelta(days=2)
"""When a routine task is due (clinical/facts.md section 2c)."""

READ_WITHIN = timedelta(hours=4)
"""Office time in which words that nobody understood are read: the patient was told that staff read them."""

TO_READ = frozenset(
    {
        Cause.NOT_UNDERSTOOD,
        Cause.FREE_WORDS,
        Cause.REVIEW,
        Cause.WANTS_PERSON,
        Cause.WRONG_PERSON,
        Cause.STOPPED,
        Cause.DEATH,
    }
)

CALL_CANNOT_TEXT = "texts are stopped: call, cannot text"
LADDER_BATCH = 50


def raise_for(
    tx: Connection,
    parts: Parts,
    script: Script,
    matter: Matter,
    *,
    contact_id: str,
    patient_id: str | None,
    quote: str,
    inbox_id: str | None,
    cannot_text: bool,
    now: datetime,
) -> set[Lane]:
    """One alert a concern, with its first pages, in the transaction of its cause. Returns the lanes to ring."""
    concepts = tuple(dict.fromkeys(concern.concept for concern in matter.concerns))
    standing = _standing(tx, contact_id, matter, concepts)
    if standing is not None:
        alerts.note(tx, parts.ids(), standing.id, "heard_again", at=now, detail=inbox_id or "")
        return set()
    why = (*matter.why, CALL_CANNOT_TEXT) if cannot_text else matter.why
    new = NewAlert(matter.tier, concepts, matter.cause, quote, why)
    raised = _add(tx, parts, new, contact_id=contact_id, patient_id=patient_id, inbox_id=inbox_id, now=now)
    return _first_step(tx, parts, script, raised, now)


def raise_once(
    tx: Connection,
    parts: Parts,
    script: Script,
    matter: Matter,
    *,
    contact_id: str | None,
    patient_id: str | None,
    now: datetime,
) -> None:
    """An alert that no text caused (silence, a number that cannot be reached): one at a time for each cause."""
    if alerts.unresolved(tx, contact_id, matter.cause) is not None:
        return
    concepts = tuple(dict.fromkeys(concern.concept for concern in matter.concerns))
    new = NewAlert(matter.tier, concepts, matter.cause, "", matter.why)
    raised = _add(tx, parts, new, contact_id=contact_id, patient_id=patient_id, inbox_id=None, now=now)
    _first_step(tx, parts, script, raised, now)


def raise_operations(tx: Connection, parts: Parts, script: Script, what: str, now: datetime) -> None:
    """Something about the service itself needs a person: no patient's, and paged like a same-day alert."""
    matter = Matter(Tier.SAME_DAY, Cause.OPERATIONS, why=(what,))
    raise_once(tx, parts, script, matter, contact_id=None, patient_id=None, now=now)


def raise_unreadable(
    tx: Connection,
    parts: Parts,
    script: Script,
    *,
    contact_id: str,
    patient: Patient | None,
    kept: Kept,
    now: datetime,
) -> None:
    """A text that no attempt could handle: a person reads it the same day."""
    new = NewAlert(Tier.SAME_DAY, (), Cause.UNREADABLE, kept.body(parts.vault), (f"attempts: {kept.attempts}",))
    raised = _add(
        tx,
        parts,
        new,
        contact_id=contact_id,
        patient_id=patient.id if patient else None,
        inbox_id=kept.id,
        now=now,
    )
    _first_step(tx, parts, script, raised, now)


def _standing(tx: Connection, contact_id: str, matter: Matter, concepts: tuple[str, ...]) -> Alert | None:
    """The same concern said again, before anybody acknowledged it, is the same alert."""
    if not concepts or matter.cause is Cause.REVIEW:
        return None
    for open_alert in alerts.open_of_contact(tx, contact_id):
        as_urgent = open_alert.tier.urgency >= matter.tier.urgency
        if as_urgent and open_alert.cause is not Cause.REVIEW and set(concepts) <= set(open_alert.concepts):
            return open_alert
    return None


def _add(
    tx: Connection,
    parts: Parts,
    new: NewAlert,
    *,
    contact_id: str | None,
    patient_id: str | None,
    inbox_id: str | None,
    now: datetime,
) -> Alert:
    alert_id = parts.ids()
    raised = alerts.add(
        tx,
        parts.vault,
        alert_id,
        new,
        code=_free_code(tx, parts),
        contact_id=contact_id,
        patient_id=patient_id,
        inbox_id=inbox_id,
        now=now,
    )
    alerts.note(tx, parts.ids(), alert_id, "raised", at=now, detail=new.cause.value)
    return raised


def _free_code(tx: Connection, parts: Parts) -> str:
    """Three characters, unique among open alerts."""
    return free_code(alerts.open_codes(tx), parts.pick)


def _first_step(tx: Connection, parts: Parts, script: Script, raised: Alert, now: datetime) -> set[Lane]:
    if raised.tier is Tier.ROUTINE:
        is_to_read = raised.cause in TO_READ
        due_at = next_office_opening(script, now) + READ_WITHIN if is_to_read else now + ROUTINE_DUE
        alerts.set_next_action(tx, raised.id, due_at)
        return set()
    return _step(tx, parts, script, raised, now)


def climb_due(parts: Parts, moment: Moment) -> int:
    """Move every ladder whose time has come. Returns how many were moved.

    Each in a transaction of its own: one alert that cannot be moved must not hold up the others.
    """
    script = parts.scripts.live()
    waiting = parts.database.read(lambda tx: alerts.due(tx, moment.now, LADDER_BATCH))
    for alert_id in waiting:
        try:
            lanes = parts.database.write(lambda tx, due=alert_id: _climb_one(tx, parts, script, due, moment.now))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - the row is still there: it is tried again in a second
            log.error("alert %s: the ladder did not move (%s)", alert_id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
            continue
        for lane in lanes:
            parts.bell.ring(lane)
    return len(waiting)


def _climb_one(tx: Connection, parts: Parts, script: Script, alert_id: str, now: datetime) -> set[Lane]:
    due = alerts.lock_due(tx, alert_id, now)
    if due is None:
        return set()
    if due.state is AlertState.ACKNOWLEDGED:
        # Acknowledged is not done: without a disposition it comes back.
        alerts.reopen(tx, due.id, now)
        alerts.note(tx, parts.ids(), due.id, "came_back", at=now, staff_id=due.acknowledged_by)
        due = alerts.get(tx, due.id)
    return _step(tx, parts, script, due, now)


def _step(tx: Connection, parts: Parts, script: Script, alert: Alert, now: datetime) -> set[Lane]:
    team = {member.id: member for member in staff.every(tx)}
    people = _reachable(parts, team.values())
    step = climb(
        alert.climb,
        [member.on_call for member in people],
        now=now,
        may_page=_may_page_same_day(script, now),
        next_opening=next_office_opening(script, now),
    )
    for staff_id in step.page:
        _page(tx, parts, script, alert, team[staff_id], now)
    if not people and alert.tier is not Tier.ROUTINE:
        alerts.note(tx, parts.ids(), alert.id, "nobody_on_call", at=now)
    told = step.tell_truth and _tell_truth(tx, parts, script, alert, now)
    alerts.moved(tx, alert.id, round_=alert.round + step.counts, now=now, next_at=step.next_at, told=step.tell_truth)
    return ({Lane.PAGE} if step.page else set()) | ({Lane.TALK} if told else set())


def _reachable(parts: Parts, members: Collection[Staff]) -> list[Staff]:
    """Those on call; where nobody is, every nurse and admin, because a page to too many beats none.

    A viewer may not acknowledge, so a page to one would be a step of the ladder that leads nowhere.
    """
    there = [member for member in members if member.role != "viewer" and _channels(parts, member)]
    return [member for member in there if member.rung is not None] or there


def _channels(parts: Parts, member: Staff) -> list[Channel]:
    """By SMS and by e-mail, so that one carrier account is never the only way."""
    by_mail = member.sealed_email and Channel.EMAIL in parts.carriers
    return ([] if member.has_stopped else [Channel.SMS]) + ([Channel.EMAIL] if by_mail else [])


def _may_page_same_day(script: Script, now: datetime) -> bool:
    practice = script.practice
    if practice is None or in_office_hours(script, now):
        return True
    return practice.same_day_out_of_hours is OutOfHours.ON_CALL


def _page(tx: Connection, parts: Parts, script: Script, alert: Alert, member: Staff, now: datetime) -> None:
    token = parts.token()
    alerts.keep_link(tx, token, alert_id=alert.id, staff_id=member.id, now=now)
    outbox.supersede_pages(tx, alert.id, member.id)
    values = page_values(alert, parts.link(token))
    for channel in _channels(parts, member):
        body = page_words(script, "page_sms" if channel is Channel.SMS else "page_email_body", values)
        outbox.write(
            tx,
            parts.vault,
            Draft(
                id=parts.ids(),
                kind=MessageKind.PAGE,
                channel=channel,
                contact_id=member.contact_id,
                occurrence=f"page:{alert.id}:{token[:12]}:{channel.value}",
                body=body,
                due_at=now,
                created_at=now,
                alert_id=alert.id,
                staff_id=member.id,
                urgent=True,
            ),
        )
    alerts.note(tx, parts.ids(), alert.id, "paged", at=now, staff_id=member.id)


def page_values(alert: Alert, link: str) -> dict[str, str]:
    """What a page may say of an alert: how urgent, its code and the link; no name, no symptom, no number."""
    return {"tier": _TIER_WORDS[alert.tier], "code": alert.code, "link": link}


_TIER_WORDS = {Tier.EMERGENCY: "EMERGENCY", Tier.SAME_DAY: "Same day", Tier.ROUTINE: "Routine"}


def page_words(script: Script, notice: str, values: dict[str, str]) -> str:
    """A page goes out in plain words even when the notices cannot be read."""
    try:
        return script.notice(notice, "en", values)
    except LookupError:
        return f"Mendline: {values['tier']} alert {values['code']}. {values['link']} Reply ACK {values['code']}"


def _tell_truth(tx: Connection, parts: Parts, script: Script, alert: Alert, now: datetime) -> bool:
    """After thirty minutes the patient hears that nobody has answered yet, unless nothing may be sent to them."""
    if alert.contact_id is None:
        return False
    contact = contacts.get(tx, alert.contact_id)
    if contact.consent is Consent.STOPPED or script.notices is None:
        return False
    language = patients.get(tx, alert.patient_id).language if alert.patient_id else contact.language
    return outbox.write(
        tx,
        parts.vault,
        Draft(
            id=parts.ids(),
            kind=MessageKind.NOTICE,
            contact_id=contact.id,
            occurrence=f"truth:{alert.id}",
            body=script.notice("not_reached_yet", language),
            due_at=now,
            created_at=now,
            patient_id=alert.patient_id,
            alert_id=alert.id,
            urgent=True,
        ),
    )


def page_failed(tx: Connection, parts: Parts, message: Message, alert_id: str, now: datetime, why: str) -> None:
    """A page is known not to have arrived: the ladder hurries to the next person."""
    alert = alerts.lock(tx, alert_id)
    if message.attempts <= 1:  # a page is tried again every few seconds: one line in the history is enough
        alerts.note(tx, parts.ids(), alert_id, "page_failed", at=now, staff_id=message.staff_id, detail=why[:80])
    if alert.state is not AlertState.OPEN:
        outbox.cancel(tx, alert_id=alert_id, reason="acknowledged")
    elif alert.next_action_at is not None and not _also_by_sms(tx, message):
        people = [member.on_call for member in _reachable(parts, staff.every(tx))]
        last, due = alert.last_action_at, alert.next_action_at
        sooner = hurried(alert.climb, people, last_action_at=last, next_action_at=due, now=now)
        alerts.set_next_action(tx, alert_id, sooner)


def _also_by_sms(tx: Connection, message: Message) -> bool:
    """A mail server that is down says nothing of the same page's SMS."""
    if message.channel is not Channel.EMAIL or message.staff_id is None:
        return False
    member = staff.get(tx, message.staff_id)
    return member is not None and not member.has_stopped


def acknowledge_by_text(
    tx: Connection, parts: Parts, member: Staff, ack: Acknowledgement, now: datetime
) -> tuple[str, str]:
    """Returns the notice to answer with and the code it is about."""
    code = ack.code
    if not code:
        mine = alerts.open_for_staff(tx, member.id)
        if len(mine) != 1:
            return "staff_help", ""
        code = mine[0].code
    found = alerts.by_code(tx, code)
    if found is None:
        return "staff_ack_unknown_code", code
    if found.state is AlertState.ACKNOWLEDGED and found.acknowledged_by == member.id:
        return "staff_ack_done", code
    if member.role == "viewer":
        # "Taken by someone else" would be a lie that ends the search for a nurse.
        alerts.note(tx, parts.ids(), found.id, "refused", at=now, staff_id=member.id, detail="viewer")
        return "staff_help", code
    try:
        _acknowledge(tx, parts, found.id, member, now)
    except Refused:
        return "staff_ack_taken", code
    return "staff_ack_done", code


def acknowledge(parts: Parts, code: str, staff_id: str, now: datetime) -> Alert:
    """By code and person. Raises Refused when there is no such open alert, or somebody has acknowledged it."""

    def work(tx: Connection) -> Alert:
        return _acknowledged(tx, parts, _by_code(tx, code), _named(tx, staff_id), now)

    return parts.database.write(work)


def acknowledge_linked(parts: Parts, token: str, now: datetime) -> Alert:
    """By the link in a page. Not by its code: that may belong to another patient's alert by now."""

    def work(tx: Connection) -> Alert:
        found, member = _linked(tx, token)
        return _acknowledged(tx, parts, found, member, now)

    return parts.database.write(work)


def _acknowledged(tx: Connection, parts: Parts, found: Alert, member: Staff, now: datetime) -> Alert:
    _acknowledge(tx, parts, found.id, member, now)
    return alerts.get(tx, found.id)


def _acknowledge(tx: Connection, parts: Parts, alert_id: str, member: Staff, now: datetime) -> None:
    alert = alerts.lock(tx, alert_id)
    if member.role == "viewer":
        alerts.note(tx, parts.ids(), alert.id, "refused", at=now, staff_id=member.id, detail="viewer")
        raise Refused("a viewer may look at alerts but not acknowledge them")
    if alert.state is not AlertState.OPEN:
        raise Refused(f"alert {alert.code} is {alert.state.value} already")
    alerts.acknowledge(tx, alert.id, staff_id=member.id, now=now, comes_back_at=now + COMES_BACK[alert.tier])
    alerts.note(tx, parts.ids(), alert.id, "acknowledged", at=now, staff_id=member.id)
    outbox.cancel(tx, alert_id=alert.id, reason="acknowledged")


def resolve(parts: Parts, code: str, staff_id: str, disposition: str, now: datetime) -> Alert:
    """Record what was reached and found. Raises Refused when the disposition is empty or the alert is not open."""

    def work(tx: Connection) -> Alert:
        return _resolve(tx, parts, _by_code(tx, code), _named(tx, staff_id), disposition, now)

    return parts.database.write(work)


def resolve_linked(parts: Parts, token: str, disposition: str, now: datetime) -> Alert:
    """The same by the link in a page."""

    def work(tx: Connection) -> Alert:
        found, member = _linked(tx, token)
        return _resolve(tx, parts, found, member, disposition, now)

    return parts.database.write(work)


def _resolve(tx: Connection, parts: Parts, found: Alert, member: Staff, disposition: str, now: datetime) -> Alert:
    disposition = disposition.strip()
    if not disposition:
        raise Refused("a resolved alert needs a disposition: was the patient reached, and what was found?")
    if member.role == "viewer":
        raise Refused("a viewer may look at alerts but not resolve them")
    standing = alerts.lock(tx, found.id)
    if standing.state is AlertState.RESOLVED:
        raise Refused(f"alert {found.code} is resolved already")
    if standing.state is AlertState.OPEN:
        _acknowledge(tx, parts, found.id, member, now)
    alerts.resolve(tx, parts.vault, found.id, disposition=disposition, now=now)
    alerts.note(tx, parts.ids(), found.id, "resolved", at=now, staff_id=member.id)
    return alerts.get(tx, found.id)


def _linked(tx: Connection, token: str) -> tuple[Alert, Staff]:
    followed = alerts.follow_link(tx, token)
    if followed is None:
        raise Refused("this link is not good")
    alert_id, staff_id = followed
    return alerts.get(tx, alert_id), _named(tx, staff_id)


def _named(tx: Connection, staff_id: str) -> Staff:
    member = staff.get(tx, staff_id)
    if member is None:
        raise Refused("there is no such staff member; `mendline staff list` shows the ids")
    return member


def _by_code(tx: Connection, code: str) -> Alert:
    found = alerts.by_code(tx, code.strip().upper())
    if found is None:
        raise Refused(f"there is no open alert {code.strip().upper()[:8]}; `mendline alerts list` shows them")
    return found


def tell_colleagues(tx: Connection, parts: Parts, script: Script, member: Staff, now: datetime) -> None:
    """A nurse's phone refuses our texts from now on: everyone else on the rota must know."""
    if script.notices is None:
        return
    body = script.notice("colleague_stopped", "en", {"name": member.name(parts.vault)})
    for other in staff.every(tx):
        if other.id == member.id or (other.rung is None and other.role != "admin"):
            continue
        outbox.write(
            tx,
            parts.vault,
            Draft(
                id=parts.ids(),
                kind=MessageKind.NOTICE,
                contact_id=other.contact_id,
                occurrence=f"colleague:{member.id}:{other.id}:{now.isoformat()}",
                body=body,
                due_at=now,
                created_at=now,
                staff_id=other.id,
            ),
        )
