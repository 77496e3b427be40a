"""The carrier's own desk, which Twilio has not: handsets to text from, events to watch, faults to ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from bot.carrier.pretend.account import Account
from bot.carrier.pretend.faults import Faults, UnknownFault
from bot.carrier.pretend.later import Soon
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.orders import E164, LONGEST_BODY
from bot.carrier.pretend.texting import Exchange, Texting

LONGEST_WAIT = 25.0
MOST_MEDIA = 10


class WrongUse(ValueError):
    """The request makes no sense; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    account: Account
    ledger: Ledger
    faults: Faults
    later: Soon
    texting: Texting

    def blueprint(self) -> Blueprint:
        routes = Blueprint("desk", __name__)
        for rule, method, view in (
            ("/handsets", "GET", self.handsets),
            ("/handset/<number>", "GET", self.handset),
            ("/handset/<number>/send", "POST", self.send),
            ("/events", "GET", self.events),
            ("/posts", "GET", self.posts),
            ("/faults", "GET", self.list_faults),
            ("/faults", "POST", self.add_fault),
            ("/faults", "DELETE", self.clear_faults),
            ("/settings", "GET", self.settings),
            ("/settings", "POST", self.change_settings),
        ):
            routes.add_url_rule(rule, view.__name__, view, methods=[method])
        routes.before_request(refuse_web_pages)
        routes.register_error_handler(WrongUse, _wrong_use)
        routes.register_error_handler(UnknownFault, _wrong_use)
        return routes

    def handsets(self) -> Any:
        return jsonify({"handsets": self.ledger.handsets()})

    def handset(self, number: str) -> Any:
        last = int(request.args.get("last", "-1"))
        lines = self.ledger.inbox(_number(number), last=last)
        return jsonify({"number": number, "messages": [line.to_json() for line in lines]})

    def send(self, number: str) -> Any:
        """With `?wait=0` the answer comes once the text is written down; the webhook follows by itself."""
        given = _json()
        body, media, to = given.get("body", ""), given.get("media", 0), given.get("to")
        if not isinstance(body, str) or len(body) > LONGEST_BODY:
            raise WrongUse(f"body takes up to {LONGEST_BODY} characters.")
        if not isinstance(media, int) or not 0 <= media <= MOST_MEDIA:
            raise WrongUse(f"media takes a number of pictures from 0 to {MOST_MEDIA}.")
        if not body and not media:
            raise WrongUse("An empty text without a picture cannot be sent.")
        if to is not None and to not in self.account.senders:
            raise WrongUse(f"to takes one of: {', '.join(self.account.senders)}.")
        message = self.texting.write(_number(number), body, media=media, to=to)
        if request.args.get("wait") == "0":
            self.later.put(partial(self.texting.carry, message.sid))
            return jsonify(_exchange(Exchange(message.sid, "due"))), 202
        return jsonify(_exchange(self.texting.carry(message.sid)))

    def events(self) -> Any:
        """Long poll. `last` starts the next one; it is below `after` when the ledger began anew."""
        after = int(request.args.get("after", "0"))
        wait = min(float(request.args.get("wait", "0")), LONGEST_WAIT)
        last = self.ledger.last_event()
        events = self.ledger.events(after, wait_seconds=wait) if after <= last else []
        last = events[-1].seq if events else min(after, last)
        return jsonify({"events": [asdict(event) for event in events], "last": last})

    def posts(self) -> Any:
        found = self.ledger.posts(kind=request.args.get("kind"), sid=request.args.get("sid"))
        return jsonify({"posts": [asdict(post) for post in found]})

    def list_faults(self) -> Any:
        return jsonify({"faults": [fault.to_json() for fault in self.faults.all()]})

    def add_fault(self) -> Any:
        given = _json()
        unknown = set(given) - {"kind", "count", "match", "seconds", "ms", "on", "code"}
        if unknown:
            raise WrongUse(f"A fault takes no {min(unknown)!r}.")
        fault = self.faults.add(
            str(given.get("kind", "")),
            count=given.get("count", -1),
            match=given.get("match") or {},
            seconds=float(given.get("seconds", 0)) + float(given.get("ms", 0)) / 1000,
            on=given.get("on", ""),
            code=given.get("code"),
        )
        return jsonify(fault.to_json()), 201

    def clear_faults(self) -> Any:
        self.faults.clear()
        return Response(status=204)

    def settings(self) -> Any:
        account = self.account
        return jsonify(
            {
                "account_sid": account.sid,
                "senders": list(account.senders),
                "messaging_service_sid": account.service,
                "webhook": account.webhook,
                "fallback": account.fallback,
                "stop_filter": account.stop_filter,
            }
        )

    def change_settings(self) -> Any:
        given = _json()
        for name, kind in (("webhook", str), ("fallback", str), ("stop_filter", bool)):
            if name in given:
                if not isinstance(given[name], kind):
                    raise WrongUse(f"{name} takes a {kind.__name__}.")
                setattr(self.account, name, given[name])
        return self.settings()


def refuse_web_pages() -> Response | None:
    """A page in somebody's browser must not text as a patient: no foreign origin, no host but this machine."""
    host = urlsplit(f"//{request.host}").hostname
    if request.headers.get("Origin") or host not in ("127.0.0.1", "localhost", "::1"):
        answer = jsonify({"error": "Only programs on this machine may use this."})
        answer.status_code = 403
        return answer
    return None


def _number(text: str) -> str:
    if not E164.fullmatch(text):
        raise WrongUse("A handset's number looks like +15075550101.")
    return text


def _json() -> Mapping[str, Any]:
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise WrongUse("The body takes a JSON object.")
    return given


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "sid": exchange.sid,
        "webhook": exchange.state,
        "replies": [line.to_json() for line in exchange.received],
    }


def _wrong_use(error: Exception) -> Response:
    answer = jsonify({"error": str(error)})
    answer.status_code = 400
    return answer
