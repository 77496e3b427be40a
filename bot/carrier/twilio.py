"""Twilio through its official client: a pooled session, a timeout, and every success checked.

What each failure means for the question "was it sent?" was measured with this client (facts are kept in delivery's
table): no connection and 4xx mean no; a lost or odd answer means that nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import urllib3
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.carrier.error import NotSent
from bot.carrier.message import Arrivals, Arrived, Listed, Outgoing
from bot.core.delivery import ERRORS, is_sid, outage, rule
from bot.core.enrollment import Lane

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
POOL = 64
PAGE = 200
"""Messages a page of the list. The most that Twilio gives is 1,000: a megabyte, to learn of one text."""

OLDER_IN_A_ROW = 50
"""After these no newer message is looked for: the list is in order but for what happened in the same moment."""

INBOUND = "inbound"
NOT_CONNECTED = outage("The carrier could not be reached; it will be tried again.", minutes=0.25)


class Account(Protocol):
    """What we need to know of the account; see `bot.settings.Twilio`."""

    @property
    def account_sid(self) -> str: ...
    @property
    def credentials(self) -> tuple[str, str]: ...
    @property
    def from_number(self) -> str: ...
    @property
    def messaging_service(self) -> str: ...
    @property
    def page_from_number(self) -> str: ...
    @property
    def api_base_url(self) -> str: ...


class NoConnection(Exception):
    """The request never left: nothing was sent."""


class NoAnswer(Exception):
    """The request left and no proper answer came: nobody knows."""


class PooledClient(HttpClient):  # type: ignore[misc]  # the library ships no types
    """The client's transport over one urllib3 pool: two to three times the throughput, and it cannot hang."""

    def __init__(self) -> None:
        super().__init__(None, False, None)  # noqa: FBT003 - the library's own order: logger, is_async, timeout
        self._pool = urllib3.PoolManager(
            maxsize=POOL,
            block=False,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
        )

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - ours is set on the pool
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - the library's signature
    ) -> Response:
        basic = urllib3.make_headers(basic_auth=":".join(auth)) if auth else {}
        body = urlencode({key: value for key, value in (data or {}).items() if value is not None}, doseq=True)
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        try:
            answer = self._pool.request(
                method, url + query, body=body or None, headers={**(headers or {}), **basic}, redirect=False
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise NoConnection(type(error).__name__) from error
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error
        return Response(answer.status, answer.data.decode("utf-8", "replace"), dict(answer.headers))


class TwilioCarrier:
    """Sends and lists through one account. Thread safe: the client keeps no state between calls."""

    def __init__(self, account: Account, line: HttpClient | None = None) -> None:
        """`line` carries the requests: over HTTP, if nothing else is given."""
        self._account = account
        user, password = account.credentials
        self._client = Client(user, password, account.account_sid, http_client=line or PooledClient())
        self._client.api.base_url = account.api_base_url

    def send(self, message: Outgoing) -> str:
        """The sid of the message that was accepted. Raises NotSent."""
        wanted: dict[str, Any] = {
            "to": message.to,
            "body": message.body,
            "status_callback": message.callback,
            **self._sender(message.lane),
        }
        if message.valid_for is not None:
            wanted["validity_period"] = message.valid_for
        sid = self._ask(lambda: self._client.messages.create(**wanted)).sid
        if not isinstance(sid, str) or not is_sid(sid):
            # An empty or foreign 201: the client raises nothing, and nobody knows.
            raise NotSent(ERRORS[20500], "an answer without a sid")
        return sid

    def sent_to(self, phone: str, since: datetime) -> Sequence[Listed]:
        """What was carried to this number since then; the list may lag by minutes. Raises NotSent.

        Not asked by the date of sending: what waits in the carrier's queue has none yet.
        """
        listed: list[Listed] = self._ask(lambda: _ours(self._list(to=phone), since))
        return listed

    def sent(self, since: datetime) -> Sequence[Listed]:
        """What our senders carried to anybody since then, likewise. Raises NotSent."""
        listed: list[Listed] = []
        for asked in self._numbers("from_"):
            listed += self._ask(lambda asked=asked: _ours(self._list(**asked), since))
        return listed

    def arrived(self, since: datetime) -> Arrivals:
        """The texts to our numbers since then, oldest first. Raises nothing: what could be read is there to be heard.

        The filter knows days only, and the carrier's day may have begun later than ours.
        """
        day = (since.astimezone(UTC) - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        found: list[Arrived] = []
        try:
            for asked in self._numbers("to"):
                self._ask(
                    lambda asked=asked: found.extend(self._to_us(self._list(**asked, date_sent_after=day), since))
                )
        except NotSent as failure:
            return Arrivals(_in_order(found), failure.detail)
        return Arrivals(_in_order(found))

    def _list(self, **asked: Any) -> Iterator[Any]:
        """Page by page as they are looked at; the newest first."""
        yield from self._client.messages.stream(**asked, page_size=PAGE)

    def _to_us(self, listed: Iterable[Any], since: datetime) -> Iterator[Arrived]:
        """One by one, so that a page that cannot be read takes none of those before it along."""
        service = self._account.messaging_service
        for each in _since(listed, since):
            is_for_us = not service or each.messaging_service_sid in (None, service)
            if each.direction == INBOUND and each.from_ and is_for_us:
                yield Arrived(each.sid, each.from_, each.body or "", each.date_created, int(each.num_media or 0))

    def _numbers(self, side: str) -> Sequence[Mapping[str, str]]:
        """One question for each number of ours. A messaging service has numbers that we do not know: ask for all."""
        ours = dict.fromkeys((self._account.from_number, self._account.page_from_number))
        return [{side: number} for number in ours if number] if self._account.from_number else [{}]

    def forget(self, sid: str, *, whole: bool) -> None:
        """Blank a message's words, or (whole) delete its record. Raises NotSent, also while it is too early."""
        message = self._client.messages(sid)
        self._ask(message.delete if whole else lambda: message.update(body=""))

    def _sender(self, lane: Lane) -> dict[str, str]:
        """Pages have a sender of their own where there is one, so that they never queue behind tips."""
        if lane is Lane.PAGE and self._account.page_from_number:
            return {"from_": self._account.page_from_number}
        if self._account.from_number:
            return {"from_": self._account.from_number}
        return {"messaging_service_sid": self._account.messaging_service}

    def _ask(self, call: Any) -> Any:
        try:
            return call()
        except NoConnection as error:
            raise NotSent(NOT_CONNECTED, f"no connection to the carrier ({error})") from error
        except NoAnswer as error:
            raise NotSent(ERRORS[20500], f"no answer from the carrier ({error})") from error
        except TwilioRestException as error:
            raise _refused(error.code, error.status) from error
        except TwilioException as error:
            raise _refused(getattr(error, "code", None), _status(error)) from error
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            # HTML, half a JSON, or a list where an object belongs: it was read, so it may have been sent.
            raise NotSent(ERRORS[20500], f"an answer that cannot be read ({type(error).__name__})") from error


def _ours(listed: Iterable[Any], since: datetime) -> list[Listed]:
    return [
        Listed(each.sid, each.to or "", each.body or "", each.status or "", each.date_created, each.error_code or 0)
        for each in _since(listed, since)
        if each.direction != INBOUND
    ]


def _since(listed: Iterable[Any], since: datetime) -> Iterator[Any]:
    """The newest come first, more or less: so many older ones in a row end it. The carrier keeps whole seconds."""
    older, since = 0, since.replace(microsecond=0)
    for each in listed:
        if each.date_created is None or each.date_created >= since:
            older = 0
            if each.date_created is not None and each.sid:
                yield each
            continue
        older += 1
        if older >= OLDER_IN_A_ROW:
            return


def _in_order(found: Sequence[Arrived]) -> tuple[Arrived, ...]:
    """Oldest first. Of two in the same second the list has the later one first."""
    return tuple(sorted(reversed(found), key=lambda each: each.sent_at))  # noqa: C414 - sorting keeps the order of equals


def _status(error: TwilioException) -> int | None:
    """A list that fails has its answer only among the words of the error."""
    answer = error.args[1] if len(error.args) > 1 else None
    status: int | None = getattr(error, "status", None) or getattr(answer, "status_code", None)
    return status


def _refused(code: int | None, status: int | None) -> NotSent:
    what = rule(code, status)
    number = code or status or 0
    return NotSent(what, f"{number} {what.what}" if number else what.what, number)
