"""The list of messages as Twilio gives it: newest first, page by page, filtered by day, and late when it lags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.carrier.pretend.account import Account
from bot.carrier.pretend.faults import Fault, Faults
from bot.carrier.pretend.ledger import Ledger, Wanted
from bot.carrier.pretend.orders import Refusal
from bot.carrier.pretend.records import Message
from bot.carrier.pretend.resource import API, to_json

PAGE_SIZE, LARGEST_PAGE = 50, 1000
BEHIND, BEFORE = "PA", "PB"
"""A page's token: what comes behind this message, or before it. So a text that arrives meanwhile shifts no page."""

Arguments = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lists:
    account: Account
    ledger: Ledger
    faults: Faults

    def page(self, asked: Arguments) -> dict[str, Any]:
        """Raises Refusal for a date that is none, and for a page that a fault keeps back."""
        size = min(max(_number(asked, "PageSize", PAGE_SIZE), 1), LARGEST_PAGE)
        number = _number(asked, "Page", 0)
        if number and self.faults.take_listing("list_page"):
            raise Refusal(20503, status=503, message="Service unavailable")
        found = self._visible(asked)
        start = _start(found, asked.get("PageToken", ""), size, number)
        shown = found[start : start + size]
        is_more = start + size < len(found)
        return {
            "end": start + max(len(shown) - 1, 0),
            "first_page_uri": self._uri(asked, size, 0),
            "next_page_uri": self._uri(asked, size, number + 1, BEHIND + shown[-1].sid) if is_more else None,
            "page": number,
            "page_size": size,
            "previous_page_uri": self._uri(asked, size, number - 1, BEFORE + shown[0].sid) if start and shown else None,
            "start": start,
            "uri": self._uri(asked, size, number, asked.get("PageToken", "")),
            "messages": [to_json(message, self.account.sid) for message in shown],
        }

    def _visible(self, asked: Arguments) -> list[Message]:
        since, until = _dates(asked)
        wanted = Wanted(asked.get("To") or None, asked.get("From") or None, since, until)
        lags, now = self.faults.take_listing("list_lag"), self.ledger.now()
        return [each for each in self.ledger.listed(wanted) if not any(_hides(lag, each, now) for lag in lags)]

    def _uri(self, asked: Arguments, size: int, number: int, token: str = "") -> str:
        kept = {name: value for name, value in asked.items() if name not in ("PageSize", "Page", "PageToken")}
        query = urlencode({**kept, "PageSize": size, "Page": number, **({"PageToken": token} if token else {})})
        return f"{API}/Accounts/{self.account.sid}/Messages.json?{query}"


def _hides(lag: Fault, message: Message, now: datetime) -> bool:
    facts = {"to": message.recipient, "from": message.sender, "body": message.body}
    return lag.fits(facts) and message.created > now - timedelta(seconds=lag.seconds)


def _start(found: list[Message], token: str, size: int, number: int) -> int:
    """Where the page begins: at its token, else by its number."""
    place = next((at for at, message in enumerate(found) if message.sid == token[2:]), None) if token else None
    if place is None:
        return number * size
    return place + 1 if token.startswith(BEHIND) else max(place - size, 0)


def _dates(asked: Arguments) -> tuple[datetime | None, datetime | None]:
    """`DateSent` alone is a whole day (or that second); `DateSent>` and `DateSent<` include their ends.

    Twilio keeps whole seconds, so the end takes in the second that it names; a date alone, all of its day.
    """
    exact = asked.get("DateSent")
    since = exact or asked.get("DateSent>")
    until = exact or asked.get("DateSent<")
    return (
        _moment(since) if since else None,
        _moment(until) + _span(until, is_exact=bool(exact)) if until else None,
    )


def _span(text: str, *, is_exact: bool) -> timedelta:
    """To the end of what was named. The official client writes a date as its midnight: exactly that means the day."""
    moment = _moment(text)
    is_midnight = moment == moment.replace(hour=0, minute=0, second=0)
    is_day = len(text) == len("2026-11-24") or (is_exact and is_midnight)
    return timedelta(days=1 if is_day else 0, seconds=0 if is_day else 1, microseconds=-1)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(20001, message=f"{text!r} is not a date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(asked: Arguments, name: str, default: int) -> int:
    text = asked.get(name, "")
    return int(text) if text.isdecimal() else default
