"""A red flag reaches people: raise, page, climb the ladder, acknowledge, resolve. It ends only with a named person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import (
    CODE_LETTERS,
    COMES_BACK,
    Acknowledgement,
    AlertState,
    Cause,
    climb,
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
from bot.store.outbox import Draft
from bot.store.patients import Patient
from bot.store.staff import Staff

ROUTINE_DUE = timedelta(days=2)
"""When a routine task is due (clinical/facts.md section 2c: two working days; weekends are not counted out yet)."""

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
    taken = alerts.open_codes(tx)
    letters = len(CODE_LETTERS)
    start = parts.pick(letters**3)
    for step in range(letters**3):
        number = (start + step) % letters**3
        code = "".join(CODE_LETTERS[(number // letters**place) % letters] for place in (2, 1, 0))
        if code not in taken:
            return code
    raise LookupError("four thousand alerts are open: there is no code left")


def _first_step(tx: Connection, parts: Parts, script: Script, raised: Alert, now: datetime) -> set[Lane]:
    if raised.tier is Tier.ROUTINE:
        alerts.set_next_action(tx, raised.id, now + ROUTINE_DUE)
        return set()
    return _step(tx, parts, script, raised, now)


def climb_due(parts: Parts, moment: Moment) -> int:
    """Move every ladder whose time has come. Returns how many were moved."""
    script = parts.scripts.live()

    def work(tx: Connection) -> set[Lane]:
        lanes: set[Lane] = set()
        for alert_id in alerts.due(tx, moment.now, LADDER_BATCH):
            moved.append(alert_id)
            lanes |= _climb_one(tx, parts, script, alerts.lock(tx, alert_id), moment.now)
        return lanes

    moved: list[str] = []
    for lane in parts.database.write(work):
        parts.bell.ring(lane)
    return len(moved)


def _climb_one(tx: Connection, parts: Parts, script: Script, due: Alert, now: datetime) -> set[Lane]:
    if due.state is AlertState.ACKNOWLEDGED:
        # Acknowledged is not done: without a disposition it comes back.
        alerts.reopen(tx, due.id, now)
        alerts.note(tx, parts.ids(), due.id, "came_back", at=now, staff_id=due.acknowledged_by)
        due = alerts.get(tx, due.id)
    return _step(tx, parts, script, due, now)


def _step(tx: Connection, parts: Parts, script: Script, alert: Alert, now: datetime) -> set[Lane]:
    team = {member.id: member for member in staff.every(tx)}
    people = _reachable(team.values())
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


def _reachable(members: Collection[Staff]) -> list[Staff]:
    """Those on call; where nobody is, every nurse and admin, because a page to too many beats none."""
    there = [member for member in members if not member.has_stopped or member.sealed_email]
    on_call = [member for member in there if member.rung is not None]
    return on_call or [member for member in there if member.role != "viewer"]


def _may_page_same_day(script: Script, now: datetime) -> bool:
    practice = script.practice
    if practice is None or in_office_hours(script, now):
        return True
    return practice.same_day_out_of_hours is OutOfHours.ON_CALL


def _page(tx: Connection, parts: Parts, script: Script, alert: Alert, member: Staff, now: datetime) -> None:
    """By SMS and by e-mail, so that one carrier account is never the only way."""
    token = parts.token()
    alerts.keep_link(tx, token, alert_id=alert.id, staff_id=member.id, now=now)
    values = page_values(alert, parts.link(token))
    wordings = [] if member.has_stopped else [(Channel.SMS, page_words(script, "page_sms", values))]
    if member.sealed_email and Channel.EMAIL in parts.carriers:
        wordings.append((Channel.EMAIL, page_words(script, "page_email_body", values)))
    for channel, body in wordings:
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
    if script.library is None:
        return f"Mendline: {values['tier']} alert {values['code']}. {values['link']} Reply ACK {values['code']}"
    return script.notice(notice, "en", values)


def _tell_truth(tx: Connection, parts: Parts, script: Script, alert: Alert, now: datetime) -> bool:
    """After thirty minutes the patient hears that nobody has answered yet, unless nothing may be sent to them."""
    if alert.contact_id is None:
        return False
    contact = contacts.get(tx, alert.contact_id)
    if contact.consent is Consent.STOPPED or script.library is None:
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


def page_failed(tx: Connection, parts: Parts, alert_id: str, staff_id: str | None, now: datetime, why: str) -> None:
    """A page is known not to have arrived: the ladder hurries to the next person."""
    alert = alerts.lock(tx, alert_id)
    alerts.note(tx, parts.ids(), alert_id, "page_failed", at=now, staff_id=staff_id, detail=why[:80])
    if alert.state is AlertState.OPEN and alert.next_action_at is not None:
        sooner = hurried(last_action_at=alert.last_action_at, next_action_at=alert.next_action_at, now=now)
        alerts.set_next_action(tx, alert_id, sooner)


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
    try:
        _acknowledge(tx, parts, found.id, member, now)
    except Refused:
        return "staff_ack_taken", code
    return "staff_ack_done", code


def acknowledge(parts: Parts, code: str, staff_id: str, now: datetime) -> Alert:
    """By code and person. Raises Refused when there is no such open alert, or somebody has acknowledged it."""

    def work(tx: Connection) -> Alert:
        member, found = _named(tx, staff_id), _by_code(tx, code)
        _acknowledge(tx, parts, found.id, member, now)
        return alerts.get(tx, found.id)

    return parts.database.write(work)


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
    disposition = disposition.strip()
    if not disposition:
        raise Refused("a resolved alert needs a disposition: was the patient reached, and what was found?")

    def work(tx: Connection) -> Alert:
        member, found = _named(tx, staff_id), _by_code(tx, code)
        if member.role == "viewer":
            raise Refused("a viewer may look at alerts but not resolve them")
        alerts.lock(tx, found.id)
        if found.state is AlertState.OPEN:
            _acknowledge(tx, parts, found.id, member, now)
        alerts.resolve(tx, parts.vault, found.id, disposition=disposition, now=now)
        alerts.note(tx, parts.ids(), found.id, "resolved", at=now, staff_id=member.id)
        return alerts.get(tx, found.id)

    return parts.database.write(work)


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
