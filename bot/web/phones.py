"""The phones page: everybody's handset in one window, so that one person can play patient and nurse alike."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request

from bot.web.origin import is_ours

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MOST_LINES = 200
"""How far back a handset scrolls."""
LONGEST_TEXT = 1600


@dataclass(frozen=True, slots=True)
class Person:
    """Whose phone it is. `role` is "patient" or "nurse"; `caption` says where they stand: "Day 3 after surgery".

    `zone` is the IANA name of the owner's time zone, in which the phone shows its times.
    """

    name: str
    number: str
    role: str
    caption: str = ""
    zone: str = "UTC"
    language: str = "en"


class CarrierAway(Exception):
    """The pretend carrier does not answer, or not in its right mind."""


@dataclass(frozen=True, slots=True)
class Handsets:
    """What the page asks of the pretend carrier. It is asked here and not by the browser, which keeps to one origin."""

    url: Callable[[], str]

    def changed(self, after: int) -> tuple[set[str], int]:
        """The numbers whose handsets changed since, and where to go on from."""
        told = self._ask("GET", f"/events?after={after}")
        return {event["number"] for event in told["events"]}, int(told["last"])

    def thread(self, number: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = self._ask("GET", f"/handset/{quote(number)}?last={MOST_LINES}")["messages"]
        return lines

    def send(self, number: str, body: str, media: int) -> str:
        """Written down by the carrier when this returns; the clinic's answer shows up by itself."""
        given = {"body": body, "media": media}
        return str(self._ask("POST", f"/handset/{quote(number)}/send?wait=0", given)["sid"])

    def _ask(self, method: str, path: str, given: object = None) -> dict[str, Any]:
        parts = urlsplit(self.url())
        if not parts.hostname:
            raise CarrierAway  # it never listened yet
        body = json.dumps(given) if given is not None else None
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
        with closing(connection):
            try:
                connection.request(method, path, body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                told = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                raise CarrierAway from None
        if response.status >= 400 or not isinstance(told, dict):
            raise CarrierAway
        return told


def phones(
    carrier_url: str | Callable[[], str],
    people: Callable[[], list[Person]],
    *,
    base_url: str = "",
    clock_line: Callable[[], str] | None = None,
) -> Blueprint:
    """Mount only beside the pretend carrier: whoever sees this page can text as anyone on it.

    `base_url` is the clinic's public address: links that begin with it can be followed from a text, no others.
    """
    handsets = Handsets(carrier_url if callable(carrier_url) else lambda: carrier_url)
    page = Page(handsets, people, base_url, clock_line or (lambda: ""))
    routes = Blueprint(
        "phones", __name__, template_folder="templates", static_folder="static", static_url_path="/phones/static"
    )
    routes.add_url_rule("/phones", "page", page.show)
    routes.add_url_rule("/phones/data", "data", page.data)
    routes.add_url_rule("/phones/<number>/send", "send", page.send, methods=["POST"])
    routes.register_error_handler(CarrierAway, _carrier_away)
    routes.after_request(_guarded)
    return routes


@dataclass(frozen=True, slots=True)
class Page:
    handsets: Handsets
    people: Callable[[], list[Person]]
    base_url: str
    clock_line: Callable[[], str]

    def show(self) -> str:
        return render_template("phones.html")

    def data(self) -> Response:
        present = self.people()
        threads, last = _threads(self.handsets, present, request.args.get("after", 0, type=int))
        return jsonify(
            {
                "last": last,
                "people": [asdict(person) for person in present],
                "threads": threads,
                "base_url": self.base_url,
                "clock": self.clock_line(),
            }
        )

    def send(self, number: str) -> tuple[Response, int]:
        if not is_ours(self.base_url, unsaid=False):
            abort(403)  # somebody else's page must not text as a patient
        if number not in {person.number for person in self.people()}:
            abort(404)
        body, media = _text(request.get_json(silent=True))
        return jsonify({"sid": self.handsets.send(number, body, media)}), 202


def _threads(handsets: Handsets, present: Sequence[Person], after: int) -> tuple[dict[str, Any], int]:
    """The threads that changed since `after`; all of them at first, and when the carrier's book began anew."""
    changed, last = handsets.changed(after)
    wanted = [person.number for person in present if after == 0 or last < after or person.number in changed]
    return {number: handsets.thread(number) for number in wanted}, last


def _text(given: object) -> tuple[str, int]:
    body = given.get("body", "") if isinstance(given, dict) else None
    media = given.get("media", 0) if isinstance(given, dict) else 0
    if not isinstance(body, str) or len(body) > LONGEST_TEXT or media not in (0, 1) or not (body or media):
        abort(400)
    return body, media


def _carrier_away(_error: CarrierAway) -> tuple[Response, int]:
    return jsonify({"error": "The pretend phone company does not answer."}), 503


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
