"""The one place where the phone company's parts are joined."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound

from bot.carrier.pretend.account import Account
from bot.carrier.pretend.caller import Caller
from bot.carrier.pretend.desk import Desk
from bot.carrier.pretend.faults import Faults
from bot.carrier.pretend.later import Later, Soon
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.lists import Lists
from bot.carrier.pretend.rest import Rest, no_such_page
from bot.carrier.pretend.sending import Sending
from bot.carrier.pretend.texting import Texting
from bot.carrier.pretend.transport import Transport, over_http


@dataclass(frozen=True, slots=True)
class Parts:
    """A phone company, before anyone listens on a port."""

    account: Account
    ledger: Ledger
    faults: Faults
    later: Soon
    wait: Callable[[float], object]
    sending: Sending
    texting: Texting

    def resume(self) -> None:
        """Go on where the last process stopped: journeys under way, and texts the clinic has not answered."""
        for message in self.ledger.unfinished():
            self.sending.set_out(message)
        for sid in self.ledger.due():
            self.later.put(partial(self.texting.carry, sid))

    def stop(self) -> None:
        self.later.stop()
        self.ledger.close()


def assemble(
    account: Account,
    ledger: Ledger,
    *,
    transport: Transport = over_http,
    pace: float = 0.0,
    later: Soon | None = None,
    wait: Callable[[float], object] = time.sleep,
) -> Parts:
    """`later` does what is put off, by default threads in real time; `wait` lets a slow answer's seconds pass."""
    faults, later = Faults(), later or Later()
    caller = Caller(account, ledger, transport)
    sending = Sending(account, ledger, faults, later, caller, pace)
    texting = Texting(account, ledger, faults, later, caller, sending)
    return Parts(account, ledger, faults, later, wait, sending, texting)


def create_carrier(parts: Parts) -> Flask:
    """The WSGI app: Twilio's dialect under /2010-04-01, and the desk beside it."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, its base has not
    rest = Rest(
        parts.account,
        parts.ledger,
        parts.faults,
        parts.sending,
        Lists(parts.account, parts.ledger, parts.faults),
        parts.wait,
    )
    desk = Desk(parts.account, parts.ledger, parts.faults, parts.later, parts.texting)
    app.register_blueprint(rest.blueprint())
    app.register_blueprint(desk.blueprint())
    app.add_url_rule("/", "home", lambda: jsonify({"carrier": "pretend", "account_sid": parts.account.sid}))
    app.register_error_handler(NotFound, no_such_page)
    app.register_error_handler(HTTPException, _as_json)
    app.register_error_handler(sqlite3.ProgrammingError, _stopping)
    return app


def _stopping(_error: sqlite3.ProgrammingError) -> tuple[Response, int]:
    """The ledger was closed under a request that outlived its carrier."""
    return jsonify({"error": "The carrier is stopping."}), 503


def _as_json(error: HTTPException) -> Response:
    answer = jsonify({"error": error.description, "path": request.path})
    answer.status_code = error.code or 500
    return answer
