"""A page: one message to one staff contact. It names no patient, no symptom and no number; it has a code and a link."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from bot.core.enrollment import Channel, MessageKind
from bot.core.redflag.table import Tier
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import alert_events, outbox, page_links
from bot.store.alerts import Alert
from bot.store.outbox import Draft
from bot.store.staff import Staff

TIER_WORDS = {Tier.EMERGENCY: "EMERGENCY", Tier.SAME_DAY: "Same day", Tier.ROUTINE: "Routine"}


def reachable(parts: Parts, members: Collection[Staff]) -> list[Staff]:
    """Those on call; where nobody is, every nurse and admin, because a page to too many beats none.

    A viewer may not acknowledge, so a page to one would be a step of the ladder that leads nowhere.
    """
    there = [member for member in members if not member.is_viewer and _channels(parts, member)]
    return [member for member in there if member.rung is not None] or there


def is_reachable(parts: Parts, member: Staff) -> bool:
    """Is there any channel on which a page can go to them?"""
    return bool(_channels(parts, member))


def _channels(parts: Parts, member: Staff) -> list[Channel]:
    """By SMS and by e-mail, so that one carrier account is never the only way."""
    by_mail = member.sealed_email and Channel.EMAIL in parts.carriers
    return ([] if member.has_stopped else [Channel.SMS]) + ([Channel.EMAIL] if by_mail else [])


def write(tx: Connection, parts: Parts, script: Script, alert: Alert, member: Staff, now: datetime) -> None:
    """Page this person about this alert, on every channel on which they can be reached."""
    token = parts.token()
    page_links.keep(tx, token, alert_id=alert.id, staff_id=member.id, now=now)
    outbox.supersede_pages(tx, alert.id, member.id)
    for channel in _channels(parts, member):
        outbox.write(tx, parts.vault, _draft(parts, script, alert, member, channel, token, now))
    alert_events.note(tx, parts.ids(), alert.id, "paged", at=now, staff_id=member.id)


def _draft(
    parts: Parts, script: Script, alert: Alert, member: Staff, channel: Channel, token: str, now: datetime
) -> Draft:
    notice = "page_sms" if channel is Channel.SMS else "page_email_body"
    return Draft(
        id=parts.ids(),
        kind=MessageKind.PAGE,
        channel=channel,
        contact_id=member.contact_id,
        occurrence=f"page:{alert.id}:{token[:12]}:{channel.value}",
        body=page_words(script, notice, page_values(alert, parts.link(token))),
        due_at=now,
        created_at=now,
        alert_id=alert.id,
        staff_id=member.id,
        urgent=True,
    )


def page_values(alert: Alert, link: str) -> dict[str, str]:
    """All that a page may say of an alert."""
    return {"tier": TIER_WORDS[alert.tier], "code": alert.code, "link": link}


def page_words(script: Script, notice: str, values: dict[str, str]) -> str:
    """A page goes out in plain words even when the notices cannot be read."""
    try:
        return script.notice(notice, "en", values)
    except LookupError:
        return f"Mendline: {values['tier']} alert {values['code']}. {values['link']} Reply ACK {values['code']}"
