"""Twilio's REST dialect: send, list, fetch, redact, cancel and delete messages."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound

from bot.carrier.pretend import orders
from bot.carrier.pretend.account import Account
from bot.carrier.pretend.faults import Fault, Faults, Stage
from bot.carrier.pretend.ledger import Ledger, Wanted
from bot.carrier.pretend.orders import Refusal
from bot.carrier.pretend.records import Message
from bot.carrier.pretend.resource import API, error_json, message_uri, to_json
from bot.carrier.pretend.sending import Sending

PAGE_SIZE, LARGEST_PAGE = 50, 1000
WIRE = "mendline.pretend.wire"
"""A view leaves "reset" or "hang" here in the WSGI environment for our server to carry out."""

REFUSALS = {
    "refuse_429": (429, 20429, "Too Many Requests"),
    "error_500": (500, 20500, "An internal server error has occurred"),
    "error_503": (503, 20503, "Service unavailable"),
    "auth": (401, 20003, "Authenticate"),
    "bad_number": (400, 21211, ""),
    "opted_out": (400, 21610, ""),
    "bad_region": (400, 21408, "Permission to send an SMS has not been enabled for the region of the 'To' number"),
    "bad_sender": (400, 21606, "The 'From' phone number provided is not a valid sender for this destination"),
}
ANSWERS = {
    "accept_then_500": (500, "application/json", b'{"code": 20500, "message": "Internal error", "status": 500}'),
    "empty_201": (201, "application/json", b""),
    "html_200": (200, "text/html", b"<html><body>Please sign in to this network.</body></html>"),
}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Rest:
    """The views. Each is guarded by `door`: who asks, and which fault awaits."""

    account: Account
    ledger: Ledger
    faults: Faults
    sending: Sending

    def blueprint(self) -> Blueprint:
        routes = Blueprint("rest", __name__)
        base = f"{API}/Accounts/<account>/Messages"
        one = f"{base}/<sid>.json"
        media = f"{base}/<sid>/Media/<media>"
        for rule, method, operation, view in (
            (f"{base}.json", "POST", "send", self.create),
            (f"{base}.json", "GET", "list", self.listing),
            (one, "GET", "fetch", self.fetch),
            (one, "POST", "update", self.update),
            (one, "DELETE", "delete", self.delete),
            (media, "GET", "fetch", self.picture),
            (media, "DELETE", "delete", self.forget_picture),
        ):
            routes.add_url_rule(rule, f"{operation}_{view.__name__}", self._door(view, operation), methods=[method])
        routes.register_error_handler(Refusal, _refused)
        return routes

    # Views

    def create(self) -> Any:
        order = orders.read(request.form, self.account, now=self.ledger.now(), is_blocked=self.ledger.is_blocked)
        message = self.sending.accept(order)
        answer = jsonify(to_json(message, self.account.sid))
        answer.status_code = 201
        fault = self.faults.take_one(Stage.ANSWER, _facts())
        return self._spoiled(fault) if fault else answer

    def listing(self) -> Any:
        size = min(max(_number("PageSize", PAGE_SIZE), 1), LARGEST_PAGE)
        page = _number("Page", 0)
        found = self.ledger.listed(self._wanted(), limit=size + 1, offset=page * size)
        return jsonify(self._page(found, size, page))

    def fetch(self, sid: str) -> Any:
        return jsonify(to_json(self._message(sid), self.account.sid))

    def update(self, sid: str) -> Any:
        """An empty Body redacts; Status=canceled calls off what is scheduled. Twilio takes nothing else."""
        message = self._message(sid)
        if request.form.get("Status") == "canceled":
            return jsonify(to_json(self._cancel(message), self.account.sid))
        if request.form.get("Body", "x") != "":
            raise Refusal(20001, message="Only an empty Body or Status=canceled can be posted.")
        if not message.is_final and message.status != "sent":
            raise Refusal(20009, status=409, message="The message is still on its way and cannot be redacted yet.")
        redacted = self.ledger.change(sid, body="")
        return jsonify(to_json(redacted or message, self.account.sid))

    def delete(self, sid: str) -> Any:
        message = self._message(sid)
        if not message.is_final and message.status != "sent":
            raise Refusal(20009, status=409, message="The message is still on its way and cannot be deleted yet.")
        self.ledger.remove(sid)
        return Response(status=204)

    def picture(self, sid: str, media: str) -> Any:
        self._media(sid, media)
        return Response(PICTURE, mimetype="image/png")

    def forget_picture(self, sid: str, media: str) -> Any:
        self._media(sid, media)
        return Response(status=204)

    # Inside

    def _door(self, view: View, operation: str) -> View:
        @wraps(view)
        def guarded(account: str, **parts: str) -> Any:
            self._let_in(account)
            for slow in self.faults.take(Stage.LATENCY, _facts(), operation=operation):
                time.sleep(slow.seconds)
            fault = self.faults.take_one(Stage.REFUSE, _facts(), operation=operation)
            return self._refusal(fault) if fault else view(**parts)

        return guarded

    def _let_in(self, account: str) -> None:
        given = request.authorization
        user, password = (given.username, given.password) if given else ("", "")
        if account != self.account.sid or not self.account.lets_in(user or "", password or ""):
            raise Refusal(20003, status=401, message="Authenticate")

    def _refusal(self, fault: Fault) -> Response:
        if fault.kind == "reset":
            return self._spoiled(fault)
        status, code, message = REFUSALS[fault.kind]
        text = message or orders.SENTENCES[code].format(to=request.form.get("To", ""))
        raise Refusal(code, status=status, message=text)

    def _spoiled(self, fault: Fault) -> Response:
        """What the clinic gets instead of a good answer."""
        if fault.kind in ANSWERS:
            status, kind, body = ANSWERS[fault.kind]
            return Response(body, status=status, content_type=kind)
        request.environ[WIRE] = "hang" if fault.kind == "hang" else "reset"
        return Response(status=500)  # only seen when another server than ours carries the app

    def _message(self, sid: str) -> Message:
        message = self.ledger.find(sid)
        if message is None:
            raise _not_found(message_uri(self.account.sid, sid))
        return message

    def _media(self, sid: str, media: str) -> None:
        index = int(media[-4:], 16) if media.startswith(f"ME{sid[2:30]}") and len(media) == 34 else -1
        if not 0 <= index < self._message(sid).media:
            raise _not_found(request.path)

    def _cancel(self, message: Message) -> Message:
        canceled = None
        if message.status == "scheduled":
            canceled = self.ledger.change(message.sid, unless_final=True, status="canceled")
        if canceled is None:
            raise Refusal(30409, status=409, message="The message cannot be canceled any more.")
        return canceled

    def _wanted(self) -> Wanted:
        lag = max((fault.seconds for fault in self.faults.take(Stage.LIST, {})), default=None)
        since, until = _dates()
        return Wanted(
            recipient=request.args.get("To") or None,
            sender=request.args.get("From") or None,
            sent_from=since,
            sent_until=until,
            created_until=self.ledger.now() - timedelta(seconds=lag) if lag is not None else None,
        )

    def _page(self, found: list[Message], size: int, page: int) -> dict[str, Any]:
        messages = found[:size]
        return {
            "end": page * size + max(len(messages) - 1, 0),
            "first_page_uri": self._page_uri(size, 0),
            "next_page_uri": self._page_uri(size, page + 1) if len(found) > size else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": self._page_uri(size, page - 1) if page else None,
            "start": page * size,
            "uri": self._page_uri(size, page),
            "messages": [to_json(message, self.account.sid) for message in messages],
        }

    def _page_uri(self, size: int, page: int) -> str:
        asked = {name: value for name, value in request.args.items() if name not in ("PageSize", "Page", "PageToken")}
        query = urlencode({**asked, "PageSize": size, "Page": page})
        return f"{API}/Accounts/{self.account.sid}/Messages.json?{query}"


def _dates() -> tuple[datetime | None, datetime | None]:
    """`DateSent` alone is a whole day (or that second); `DateSent>` and `DateSent<` include their ends.

    Twilio keeps whole seconds, so the end takes in the second that it names.
    """
    exact = request.args.get("DateSent")
    since = exact or request.args.get("DateSent>")
    until = exact or request.args.get("DateSent<")
    return (
        _moment(since) if since else None,
        _moment(until) + _span(_moment(until), exact) if until else None,
    )


def _span(moment: datetime, exact: str | None) -> timedelta:
    """To the end of what was named. The official client writes a date as its midnight, so that means the day."""
    is_day = exact and moment == moment.replace(hour=0, minute=0, second=0)
    return timedelta(days=1 if is_day else 0, seconds=0 if is_day else 1, microseconds=-1)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(20001, message=f"{text!r} is not a date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() else default


def _facts() -> dict[str, str]:
    form = request.form
    return {"to": form.get("To", ""), "from": form.get("From", ""), "body": form.get("Body", "")}


def _not_found(uri: str) -> Refusal:
    return Refusal(20404, status=404, message=f"The requested resource {uri} was not found")


def _refused(refusal: Refusal) -> Response:
    answer = jsonify(error_json(status=refusal.status, code=refusal.code, message=str(refusal)))
    answer.status_code = refusal.status
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    if refusal.status == 429:
        answer.headers["Retry-After"] = "1"
    return answer


def no_such_page(_error: NotFound) -> Response:
    """Twilio answers JSON to every path."""
    return _refused(_not_found(request.path))
