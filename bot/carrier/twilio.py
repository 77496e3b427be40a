"""Twilio through its official client: a pooled session, a timeout, and every success checked.

What each failure means for the question "was it sent?" was measured with this client (facts are kept in delivery's
table): no connection and 4xx mean no; a lost or odd answer means that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

import urllib3
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.carrier.error import NotSent
from bot.carrier.message import Listed, Outgoing
from bot.core.delivery import ERRORS, is_sid, outage, rule
from bot.core.enrollment import Lane

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
POOL = 64
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

    def __init__(self, account: Account) -> None:
        self._account = account
        user, password = account.credentials
        self._client = Client(user, password, account.account_sid, http_client=PooledClient())
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
        """What was carried to this number since then; the list may lag by minutes. Raises NotSent."""
        # The filter knows days only, and the carrier's day may have begun later than ours.
        day = since - timedelta(days=1)
        found = self._ask(lambda: self._client.messages.list(to=phone, date_sent_after=day, limit=200))
        return [Listed(each.sid, each.body or "", each.status or "", each.date_created) for each in found]

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
            raise _refused(getattr(error, "code", None), getattr(error, "status", None)) from error
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            # HTML, half a JSON, or a list where an object belongs: it was read, so it may have been sent.
            raise NotSent(ERRORS[20500], f"an answer that cannot be read ({type(error).__name__})") from error


def _refused(code: int | None, status: int | None) -> NotSent:
    what = rule(code, status)
    number = code or status or 0
    return NotSent(what, f"{number} {what.what}" if number else what.what, number)
