"""The Flask application: rooms joined, headers on every answer, and who may come in where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, request

from bot.clock import Clock
from bot.service.console.trail import Trail
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import turn
from bot.web import alert_page, handsets, health, sms
from bot.web.addresses import AGAIN_SECONDS, Addresses, Network
from bot.web.console import add_console
from bot.web.console.gate import Gate
from bot.web.editor import add_editor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # an alert's link is a secret, and it is in the address
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
LARGEST_BODY = 256 * 1024

GUESSED_AT = ("/sign-in", "/welcome/", "/a/", "/sms/")
"""Where somebody may try passwords, links and signatures."""

REFUSED = frozenset({401, 403, 404})
SLOWER = "Too many tries from your address that were wrong: wait a minute, then try again."


@dataclass(frozen=True, slots=True)
class Site:
    """What the doors need. `tokens` may sign webhooks; `has_bell`: does the doorbell answer? `flows` is the folder that
    admins edit."""

    parts: Parts
    clock: Clock
    tokens: tuple[str, ...]
    has_bell: Callable[[], bool]
    pretend_url: Callable[[], str] | None
    data: Path
    flows: Path
    proxies: Sequence[Network] = ()

    @property
    def trail(self) -> Trail:
        """The audit log, with its newest digest noted beside the database."""
        return Trail(self.parts, self.data / "audit.heads")

    def moment(self) -> Moment:
        return Moment(self.clock.now(), self.clock.real())

    def now(self) -> datetime:
        return self.clock.now()


def create(site: Site) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False  # a redirect would make the carrier follow with GET and drop the text
    app.register_blueprint(sms.doors(site))
    app.register_blueprint(health.doors(site))
    app.register_blueprint(alert_page.doors(site))
    gate = Gate(site)
    add_console(app, gate)
    add_editor(app, gate)
    if site.pretend_url is not None:
        handsets.add_phones(app, site)
    _slow_guessers(app, site, Addresses(site.proxies))
    app.after_request(_with_headers)
    prefix = urlsplit(site.parts.base_url).path
    app.wsgi_app = _in_turn(_under(prefix, app.wsgi_app))  # type: ignore[assignment, method-assign]
    return app


def _slow_guessers(app: Flask, site: Site, addresses: Addresses) -> None:
    """Passwords, which cost time to check, are not even looked at while an address is over its limit. A link or a
    signature is, because a right one always counts; only the answer to a wrong one changes."""

    def address() -> str:
        return addresses.of(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""))

    def now() -> float:
        return site.clock.real().timestamp()

    @app.before_request
    def refuse() -> Response | None:
        is_password = request.method == "POST" and request.path == "/sign-in"
        return _slower() if is_password and addresses.is_over(address(), now()) else None

    @app.after_request
    def count(answer: Response) -> Response:
        if answer.status_code not in REFUSED or not request.path.startswith(GUESSED_AT):
            return answer
        who = address()
        addresses.refused(who, now())
        return _slower() if addresses.is_over(who, now()) else answer


def _slower() -> Response:
    wait = {"Retry-After": str(max(1, round(AGAIN_SECONDS)))}
    return Response(SLOWER, status=429, headers=wait, mimetype="text/plain")


def _in_turn(serve: WSGIApplication) -> WSGIApplication:
    """The carrier's texts and receipts take turns (`bot.store.turn`); a page for staff takes its time beside them."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith("/sms/"):
            return turn.taken(lambda: serve(environ, start_response))
        return serve(environ, start_response)

    return application


def _under(prefix: str, app: WSGIApplication) -> WSGIApplication:
    """The proxy strips the public address's prefix from what comes in; the links that we write must have it."""

    def prefixed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return app({**environ, "SCRIPT_NAME": prefix}, start_response)

    return prefixed if prefix else app


def _with_headers(answer: Response) -> Response:
    own = {name.lower() for name, _ in answer.headers}
    answer.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in own)
    if answer.mimetype in ("text/html", "application/json"):
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
