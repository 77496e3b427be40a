"""A named person takes an alert, by text, by link or by code, and says in the end what was found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import Acknowledgement, AlertState
from bot.core.policy import Policy
from bot.errors import Refused
from bot.service.alert import bundle
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import alert_events, alerts, outbox, page_links, staff
from bot.store.alerts import Alert
from bot.store.staff import Staff

TAKEN_OVER = "taken over"
"""Acknowledged by a nurse or an admin who had not been paged about it (yet): whoever is at hand may take any alert."""


def acknowledge_by_text(
    tx: Connection, parts: Parts, script: Script, member: Staff, ack: Acknowledgement, now: datetime
) -> tuple[str, str]:
    """Returns the notice to answer with and the code it is about."""
    code = ack.code or _only_code(tx, member)
    if not code:
        return "staff_help", ""
    found = alerts.by_code(tx, code)
    if found is None:
        return "staff_ack_unknown_code", code
    if found.state is AlertState.ACKNOWLEDGED and found.acknowledged_by == member.id:
        return "staff_ack_done", code
    if not _acknowledge(tx, parts, script.policy, found.id, member, now):
        return "staff_ack_done", code
    # To a viewer "taken by someone else" would be a lie that ends the search for a nurse.
    return "staff_help" if member.is_viewer else "staff_ack_taken", code


def _only_code(tx: Connection, member: Staff) -> str:
    """What a bare "ack" means: the one patient about whom this person was paged; empty among several."""
    mine = sorted(alerts.open_for_staff(tx, member.id), key=bundle.rank)
    is_one = len({bundle.whose(each) for each in mine}) == 1
    return mine[0].code if is_one else ""


def acknowledge(parts: Parts, code: str, staff_id: str, now: datetime) -> Alert:
    """By code and person. Raises Refused when there is no such open alert, or somebody has acknowledged it."""
    return _take(parts, lambda tx: (_by_code(tx, code), _named(tx, staff_id)), now)


def acknowledge_linked(parts: Parts, token: str, now: datetime) -> Alert:
    """By the link in a page. Not by its code: that may belong to another patient's alert by now."""
    return _take(parts, lambda tx: _linked(tx, token), now)


def _take(parts: Parts, whose: Callable[[Connection], tuple[Alert, Staff]], now: datetime) -> Alert:
    """A refusal is raised after the commit, because the attempt stays on record."""
    policy = parts.scripts.live().policy

    def work(tx: Connection) -> tuple[Alert, str]:
        found, member = whose(tx)
        refused = _acknowledge(tx, parts, policy, found.id, member, now)
        return alerts.get(tx, found.id), refused

    alert, refused = parts.database.write(work)
    if refused:
        raise Refused(refused)
    return alert


def _acknowledge(tx: Connection, parts: Parts, policy: Policy, alert_id: str, member: Staff, now: datetime) -> str:
    """Why it is refused; empty when the alert is now this person's, and with it what waits of the same patient and is
    no more urgent. Either way it stands in the alert's history."""
    alert, others = bundle.lock(tx, alerts.get(tx, alert_id))
    if member.is_viewer:
        alert_events.note(tx, parts.ids(), alert.id, "refused", at=now, staff_id=member.id, detail="viewer")
        return "a viewer may look at alerts but not acknowledge them"
    if alert.state is not AlertState.OPEN:
        alert_events.note(tx, parts.ids(), alert.id, "refused", at=now, staff_id=member.id, detail=alert.state.value)
        return f"alert {alert.code} is {alert.state.value} already"
    comes_back_at = now + policy.comes_back(alert.tier)
    for each in (alert, *bundle.taken_along(tx, alert, others, member.id)):
        detail = "" if page_links.exists(tx, each.id, member.id) else TAKEN_OVER
        alerts.acknowledge(tx, each.id, staff_id=member.id, now=now, comes_back_at=comes_back_at)
        alert_events.note(tx, parts.ids(), each.id, "acknowledged", at=now, staff_id=member.id, detail=detail)
        outbox.cancel(tx, alert_id=each.id, reason="acknowledged")
    return ""


def resolve(parts: Parts, code: str, staff_id: str, disposition: str, now: datetime) -> Alert:
    """Record what was reached and found. Raises Refused when the disposition is empty or the alert is not open."""

    policy = parts.scripts.live().policy

    def work(tx: Connection) -> Alert:
        return _resolve(tx, parts, policy, _by_code(tx, code), _named(tx, staff_id), disposition, now)

    return parts.database.write(work)


def resolve_linked(parts: Parts, token: str, disposition: str, now: datetime) -> Alert:
    """The same by the link in a page."""

    policy = parts.scripts.live().policy

    def work(tx: Connection) -> Alert:
        found, member = _linked(tx, token)
        return _resolve(tx, parts, policy, found, member, disposition, now)

    return parts.database.write(work)


def _resolve(
    tx: Connection, parts: Parts, policy: Policy, found: Alert, member: Staff, disposition: str, now: datetime
) -> Alert:
    disposition = disposition.strip()
    if not disposition:
        raise Refused("a resolved alert needs a disposition: was the patient reached, and what was found?")
    if member.is_viewer:
        raise Refused("a viewer may look at alerts but not resolve them")
    standing = alerts.lock(tx, found.id)
    if standing.state is AlertState.RESOLVED:
        raise Refused(f"alert {found.code} is resolved already")
    if standing.state is AlertState.OPEN:
        _acknowledge(tx, parts, policy, found.id, member, now)
    alerts.resolve(tx, parts.vault, found.id, disposition=disposition, now=now)
    alert_events.note(tx, parts.ids(), found.id, "resolved", at=now, staff_id=member.id)
    return alerts.get(tx, found.id)


def _linked(tx: Connection, token: str) -> tuple[Alert, Staff]:
    followed = page_links.follow(tx, token)
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
