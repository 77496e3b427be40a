"""Twilio's REST dialect: send, list, fetch, redact, cancel and delete messages."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound

from bot.carrier.pretend import orders
from bot.carrier.pretend.account import Account
from bot.carrier.pretend.faults import Fault, Faults, Stage
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.lists import Lists
from bot.carrier.pretend.orders import Refusal
from bot.carrier.pretend.records import Message
from bot.carrier.pretend.resource import API, error_json, message_uri, to_json
from bot.carrier.pretend.sending import Sending

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


def _cut_in_half(answer: Response) -> Response:
    return Response(answer.get_data()[: len(answer.get_data()) // 2], answer.status, content_type=answer.content_type)


def _without_sid(answer: Response) -> Response:
    told = {name: value for name, value in json.loads(answer.get_data()).items() if name not in ("sid", "messages")}
    return Response(json.dumps(told), answer.status, content_type=answer.content_type)


def _as_plain_text(answer: Response) -> Response:
    return Response(answer.get_data(), answer.status, content_type="text/plain")


BENT: Mapping[str, Callable[[Response], Response]] = {
    "bad_json": _cut_in_half,
    "missing_sid": _without_sid,
    "wrong_type": _as_plain_text,
}
"""Answers that are nearly good."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The views. Each is guarded by `door`: who asks, and which fault awaits."""

    account: Account
    ledger: Ledger
    faults: Faults
    sending: Sending
    lists: Lists
    wait: Callable[[float], object]

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
        return answer

    def listing(self) -> Any:
        return jsonify(self.lists.page(request.args))

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
                self.wait(slow.seconds)
            refusal = self.faults.take_one(Stage.REFUSE, _facts(), operation=operation)
            if refusal:
                return self._refusal(refusal)
            answer = view(**parts)
            spoiled = self.faults.take_one(Stage.ANSWER, _facts(), operation=operation)
            return self._spoiled(spoiled, answer) if spoiled else answer

        return guarded

    def _let_in(self, account: str) -> None:
        given = request.authorization
        user, password = (given.username, given.password) if given else ("", "")
        if account != self.account.sid or not self.account.lets_in(user or "", password or ""):
            raise Refusal(20003, status=401, message="Authenticate")

    def _refusal(self, fault: Fault) -> Response:
        if fault.kind == "reset":
            return self._cut_off("reset")
        status, code, message = REFUSALS.get(fault.kind) or (400, fault.code or 0, "")
        known = orders.SENTENCES.get(code, f"Error {code}")
        text = message or known.format(to=request.form.get("To", ""), sender=request.form.get("From", ""))
        raise Refusal(code, status=status, message=text)

    def _spoiled(self, fault: Fault, answer: Response) -> Response:
        """What the clinic gets instead of a good answer."""
        if fault.kind in ANSWERS:
            status, kind, body = ANSWERS[fault.kind]
            return Response(body, status=status, content_type=kind)
        if fault.kind in BENT:
            return BENT[fault.kind](answer)
        return self._cut_off("hang" if fault.kind == "hang" else "reset")

    def _cut_off(self, how: str) -> Response:
        request.environ[WIRE] = how
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
