"""Texts as the carrier posts them: signed, each with a sid of its own, ready to be written to a socket."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.carrier.pretend.signature import sign

ACCOUNT = "AC" + "b" * 32
TOKEN = "benchmark-token"  # noqa: S105 - signs texts to ourselves
SENDER = "+15075550100"
PATH = "/sms/inbound"
BENIGN = ("3", "2", "it's a 3 today", "about 4 out of 10", "4", "1", "maybe a 2 this morning, thank you", "3.")
"""Answers to "what is your pain?" as people type them; none holds a red flag."""

RED_FLAG = "i cant feel when i wipe"


@dataclass(frozen=True, slots=True)
class Target:
    """A server that takes texts."""

    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Signed:
    """One request, all of its bytes."""

    sid: str
    request: bytes


def phone(number: int) -> str:
    return f"+1507{number + 2_000_000}"


def signed(target: Target, sender: str, body: str) -> Signed:
    """A POST with the fields that Twilio sends, over a connection that is kept."""
    sid = "SM" + uuid.uuid4().hex
    fields = _fields(sid, sender, body)
    content = urlencode(fields).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: {len(content)}\r\n"
        f"X-Twilio-Signature: {sign(TOKEN, target.base_url + PATH, fields.items())}\r\n"
        "User-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n\r\n"
    )
    return Signed(sid, head.encode() + content)


def _fields(sid: str, sender: str, body: str) -> dict[str, str]:
    return {
        "ToCountry": "US",
        "ToState": "MN",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "ROCHESTER",
        "FromZip": "55901",
        "SmsSid": sid,
        "FromState": "MN",
        "SmsStatus": "received",
        "FromCity": "ROCHESTER",
        "Body": body,
        "FromCountry": "US",
        "To": SENDER,
        "ToZip": "55902",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
