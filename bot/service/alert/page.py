"""A page: one message to one staff contact. It names no patient, no symptom and no number; it has a code and a link."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from bot.core import canary
from bot.core.enrollment import Channel, MessageKind
from bot.core.redflag.table import Tier
from bot.service.oncall import reach
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import alert_events, outbox, page_links, staff
from bot.store.alerts import Alert
from bot.store.outbox import Draft
from bot.store.staff import Staff

TIER_WORDS = {Tier.EMERGENCY: "EMERGENCY", Tier.SAME_DAY: "Same day", Tier.ROUTINE: "Routine"}


class Words(StrEnum):
    """What a page says first: an alert waits; or it waits, and whoever reads this has just come on call."""

    ALERT = "page"
    HAND_OVER = "page_hand_over"


def write_all(
    tx: Connection,
    parts: Parts,
    script: Script,
    alert: Alert,
    staff_ids: Collection[str],
    now: datetime,
    words: Words = Words.ALERT,
) -> None:
    for member in staff.paged_about(tx, alert.contact_id) if staff_ids else ():
        if member.id in staff_ids:
            write(tx, parts, script, alert, member, now, words)


def write(
    tx: Connection,
    parts: Parts,
    script: Script,
    alert: Alert,
    member: Staff,
    now: datetime,
    words: Words = Words.ALERT,
) -> None:
    """Page this person about this alert, on every channel on which they can be reached."""
    token = parts.token()
    page_links.keep(tx, token, alert_id=alert.id, staff_id=member.id, now=now)
    outbox.supersede_pages(tx, alert.id, member.id)
    for channel in reach.channels(parts, member):
        outbox.write(tx, parts.vault, _draft(parts, script, alert, member, channel, token, now, words))
    alert_events.note(tx, parts.ids(), alert.id, "paged", at=now, staff_id=member.id)


def _draft(
    parts: Parts,
    script: Script,
    alert: Alert,
    member: Staff,
    channel: Channel,
    token: str,
    now: datetime,
    words: Words,
) -> Draft:
    return Draft(
        id=parts.ids(),
        kind=MessageKind.PAGE,
        channel=channel,
        contact_id=member.contact_id,
        occurrence=f"page:{alert.id}:{token[:12]}:{channel.value}",
        body=_body(parts, script, alert, channel, token, words),
        due_at=now,
        created_at=now,
        alert_id=alert.id,
        staff_id=member.id,
        urgent=True,
    )


def _body(parts: Parts, script: Script, alert: Alert, channel: Channel, token: str, words: Words) -> str:
    if canary.is_canary(alert.contact_id):
        return canary.PAGE.format(code=alert.code)
    notice = f"{words}_sms" if channel is Channel.SMS else f"{words}_email_body"
    return page_words(script, notice, page_values(alert, parts.link(token)))


def page_values(alert: Alert, link: str) -> dict[str, str]:
    """All that a page may say of an alert."""
    return {"tier": TIER_WORDS[alert.tier], "code": alert.code, "link": link}


def page_words(script: Script, notice: str, values: dict[str, str]) -> str:
    """A page goes out in plain words even when the notices cannot be read."""
    try:
        return script.notice(notice, "en", values)
    except LookupError:
        return f"Mendline: {values['tier']} alert {values['code']}. {values['link']} Reply ACK {values['code']}"
