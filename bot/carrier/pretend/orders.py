"""A request to send, read from its form and judged as Twilio judges it: an order, or a refusal with Twilio's code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from bot.carrier.pretend.account import Account

E164 = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY = 1600
LONGEST_VALIDITY = 36_000
SOONEST, LATEST = timedelta(minutes=5), timedelta(days=35)

MAGIC_TO: Mapping[str, int] = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM: Mapping[str, int] = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
"""The numbers that Twilio's test credentials answer with an error."""

SENTENCES: Mapping[int, str] = {
    21211: "The 'To' number {to} is not a valid phone number.",
    21212: "The 'From' number {sender} is not a valid phone number, shortcode, or alphanumeric sender ID.",
    21266: "'To' and 'From' number cannot be the same: {to}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The From phone number {sender} is not a valid, SMS-capable inbound phone number for your account.",
    21609: "The 'StatusCallback' URL is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages.",
    21612: "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number.",
    21614: "'To' number: {to}, is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21624: "Invalid validity period value: it takes 1 to 36000 seconds.",
    21705: "The Messaging Service Sid is invalid.",
    35114: "SendAt is not a valid time.",
    35115: "SendAt must be between 5 minutes and 35 days from now.",
    35118: "MessagingServiceSid is required to schedule a message.",
}


class Refusal(Exception):
    """What the REST API answers instead of a resource."""

    def __init__(self, code: int, *, status: int = 400, message: str = "") -> None:
        super().__init__(message or SENTENCES.get(code, f"Error {code}"))
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Order:
    to: str
    sender: str
    body: str
    media: int = 0
    service: str | None = None
    callback: str | None = None
    send_at: datetime | None = None
    validity: int = LONGEST_VALIDITY


class Form(Protocol):
    """The posted fields; some may be given several times."""

    def get(self, key: str, /, default: str) -> str: ...

    def getlist(self, key: str, /) -> list[str]: ...


def read(form: Form, account: Account, *, now: datetime, is_blocked: Callable[[str, str], bool]) -> Order:
    """Raises Refusal with the code of the first thing wrong, asked in Twilio's order: whom, from whom, what, how."""
    to, sender, service = form.get("To", ""), form.get("From", ""), form.get("MessagingServiceSid", "")
    media = [url for url in form.getlist("MediaUrl") if url]
    _refuse(_wrong_recipient(to), to, sender)
    _refuse(_wrong_sender(to, sender, service, account), to, sender)
    sender = sender or account.senders[0]
    _refuse(_wrong_content(form.get("Body", ""), media), to, sender)
    _refuse(_wrong_terms(form.get("ValidityPeriod", ""), form.get("StatusCallback", "")), to, sender)
    send_at = _send_at(form, service, now)
    if is_blocked(to, sender):
        _refuse(21610, to, sender)
    return Order(
        to=to,
        sender=sender,
        body=form.get("Body", ""),
        media=len(media),
        service=service or None,
        callback=form.get("StatusCallback", "") or None,
        send_at=send_at,
        validity=int(form.get("ValidityPeriod", "") or LONGEST_VALIDITY),
    )


def _refuse(code: int | None, to: str, sender: str) -> None:
    if code:
        raise Refusal(code, message=SENTENCES[code].format(to=to, sender=sender))


def _wrong_recipient(to: str) -> int | None:
    if not to:
        return 21604
    if not E164.fullmatch(to):
        return 21211
    return MAGIC_TO.get(to)


def _wrong_sender(to: str, sender: str, service: str, account: Account) -> int | None:
    if service and service != account.service:
        return 21705
    if not sender:
        return None if service else 21603
    if sender in MAGIC_FROM:
        return MAGIC_FROM[sender]
    if not E164.fullmatch(sender):
        return 21212
    if sender == to:
        return 21266
    return None if sender in account.senders else 21606


def _wrong_content(body: str, media: list[str]) -> int | None:
    if not body and not media:
        return 21602
    return 21617 if len(body) > LONGEST_BODY else None


def _wrong_terms(validity: str, callback: str) -> int | None:
    if validity and not (validity.isdecimal() and 1 <= int(validity) <= LONGEST_VALIDITY):
        return 21624
    return 21609 if callback and not is_callback(callback) else None


def is_callback(url: str) -> bool:
    """Absolute, over HTTP, and no underscore in the host: Twilio takes no other."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "_" not in host and len(url) <= 4000


def _send_at(form: Form, service: str, now: datetime) -> datetime | None:
    if form.get("ScheduleType", "") != "fixed":
        return None
    if not service:
        _refuse(35118, "", "")
    try:
        send_at = datetime.fromisoformat(form.get("SendAt", ""))
        early, late = send_at < now + SOONEST, send_at > now + LATEST
    except (ValueError, TypeError):
        raise Refusal(35114) from None
    if early or late:
        _refuse(35115, "", "")
    return send_at
