"""A message as Twilio's REST API shows it, and an error likewise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from bot.carrier.pretend.records import Message
from bot.carrier.pretend.segments import segments

API = "/2010-04-01"
UNASSIGNED = ("accepted", "scheduled")
"""In these a messaging service has not chosen a sender yet: no `from`, no segments."""

ERROR_TEXTS: Mapping[int, str] = {
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit",
    30003: "Unreachable destination handset",
    30006: "Landline or unreachable carrier",
    30036: "Validity Period Expired",
}


def message_uri(account: str, sid: str, tail: str = "") -> str:
    return f"{API}/Accounts/{account}/Messages/{sid}{tail}.json"


def to_json(message: Message, account: str) -> dict[str, Any]:
    unassigned = message.status in UNASSIGNED
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": _rfc2822(message.created),
        "date_sent": _rfc2822(message.sent),
        "date_updated": _rfc2822(message.updated),
        "direction": message.direction,
        "error_code": message.error,
        "error_message": error_text(message.error),
        "from": None if unassigned else message.sender,
        "messaging_service_sid": message.service,
        "num_media": str(message.media),
        "num_segments": "0" if unassigned else str(segments(message.body)),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": message_uri(account, message.sid, "/Media")},
        "to": message.recipient,
        "uri": message_uri(account, message.sid),
    }


def error_text(code: int | None) -> str | None:
    return ERROR_TEXTS.get(code, f"Error {code}") if code else None


def error_json(*, status: int, code: int, message: str) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def _rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None
