"""The carrier calls the clinic: signed, tried again as the URL's fragment asks, and written down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urldefrag

from bot.carrier.pretend.account import Account
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.signature import sign
from bot.carrier.pretend.transport import Answer, Lost, NoAnswer, Request, Transport

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Overrides:
    """Twilio's connection overrides, read from a webhook URL's fragment: `#rc=3&rp=all&rt=5000`."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 15.0
    retries: int = 1
    policy: tuple[str, ...] = (Lost.CONNECT.value,)

    @classmethod
    def of(cls, url: str) -> Overrides:
        given = {name: values[-1] for name, values in parse_qs(urldefrag(url).fragment).items()}
        policy = tuple(part.strip() for part in given.get("rp", "").split(",") if part.strip())
        return cls(
            connect_seconds=_clamped(given.get("ct"), 100, 10_000, 5_000) / 1000,
            read_seconds=_clamped(given.get("rt"), 100, 15_000, 15_000) / 1000,
            total_seconds=_clamped(given.get("tt"), 100, 15_000, 15_000) / 1000,
            retries=_clamped(given.get("rc"), 0, 5, 1),
            policy=policy or (Lost.CONNECT.value,),
        )

    def retry_after(self, outcome: Answer | Lost) -> bool:
        """A connection that breaks off after the request has no letters of its own: only `all` covers it."""
        name = outcome.value if isinstance(outcome, Lost) else f"{outcome.status // 100}xx"
        failed = isinstance(outcome, Lost) or outcome.status >= 400
        return failed and ("all" in self.policy or name in self.policy)


def _clamped(text: str | None, least: int, most: int, default: int) -> int:
    return min(max(int(text), least), most) if text and text.isdecimal() else default


@dataclass(frozen=True, slots=True)
class Caller:
    """`kind` in the ledger is webhook, fallback, redirect or callback."""

    account: Account
    ledger: Ledger
    transport: Transport

    def call(self, url: str, fields: Fields, *, kind: str, sid: str, said: str = "") -> Answer | Lost:
        """The last attempt's outcome. Every attempt carries the same token, as Twilio's retries do."""
        overrides = Overrides.of(url)
        request = self._request(url, fields, overrides)
        ends = time.monotonic() + overrides.total_seconds
        outcome: Answer | Lost = Lost.CONNECT
        for attempt in range(1 + overrides.retries):
            outcome = self._try(request)
            self._note(outcome, kind=kind, sid=sid, url=request.url, attempt=attempt + 1, said=said)
            if not overrides.retry_after(outcome) or time.monotonic() >= ends:
                break
        return outcome

    def _request(self, url: str, fields: Fields, overrides: Overrides) -> Request:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": sign(self.account.token, url, fields),
            "I-Twilio-Idempotency-Token": self.account.new_id(),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        return Request(
            url=urldefrag(url).url,
            fields=tuple(fields),
            headers=headers,
            connect_seconds=overrides.connect_seconds,
            read_seconds=min(overrides.read_seconds, overrides.total_seconds),
        )

    def _try(self, request: Request) -> Answer | Lost:
        try:
            return self.transport(request)
        except NoAnswer as lost:
            return lost.why

    def _note(self, outcome: Answer | Lost, *, kind: str, sid: str, url: str, attempt: int, said: str) -> None:
        text = outcome.value if isinstance(outcome, Lost) else str(outcome.status)
        self.ledger.note_post(kind=kind, sid=sid, url=url, attempt=attempt, said=said, outcome=text)
