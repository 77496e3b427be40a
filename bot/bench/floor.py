"""The floor: the least that a server can do and still keep what it was told, on the product's own web server.

It checks the signature with the official validator, keeps the text in a first commit, and in a second locks the
contact, reads and updates the session, writes the reply and settles the text. No red flags, no rules, no encryption.
"""

from __future__ import annotations

import itertools
import logging
import os
import sys
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from flask import Flask, Response, request
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from twilio.request_validator import RequestValidator

from bot.bench.texts import PATH, TOKEN, Target, phone
from bot.cli.web import THREADS, WAITING_CONNECTIONS
from bot.tether import tie

REPLY = "Did your pain suddenly get much worse in the last day? Reply YES or NO."


class Store(Protocol):
    """`keep` commits the text, `turn` the decision; each returns once it is durable."""

    def keep(self, text_id: str, sid: str, phone: str, body: str) -> None: ...

    def turn(self, text_id: str, reply_id: str, phone: str, body: str, reply: str) -> None: ...


TABLES = """
CREATE TABLE contact (
    id VARCHAR(32) PRIMARY KEY, phone VARCHAR(20) NOT NULL UNIQUE
);
CREATE TABLE session (
    id VARCHAR(32) PRIMARY KEY, contact_id VARCHAR(32) NOT NULL UNIQUE REFERENCES contact (id),
    turns INTEGER NOT NULL, answers TEXT NOT NULL
);
CREATE TABLE inbox (
    id VARCHAR(32) PRIMARY KEY, sid VARCHAR(34) NOT NULL UNIQUE, phone VARCHAR(20) NOT NULL,
    body TEXT NOT NULL, state VARCHAR(20) NOT NULL
);
CREATE TABLE outbox (
    id VARCHAR(32) PRIMARY KEY, contact_id VARCHAR(32) NOT NULL REFERENCES contact (id),
    inbox_id VARCHAR(32) NOT NULL UNIQUE, body TEXT NOT NULL, state VARCHAR(20) NOT NULL
)
"""


def people(count: int) -> tuple[tuple[str, str], ...]:
    """Id and number of each contact; a session has its contact's id."""
    return tuple((f"c{number}", phone(number)) for number in range(count))


def app_on(store: Store, target: Target) -> Flask:
    app = Flask(__name__)
    validator, url = RequestValidator(TOKEN), target.base_url + PATH
    numbers = _numbers()

    @app.get("/healthz")
    def alive() -> str:
        return "ok\n"

    @app.post(PATH)
    def inbound() -> Response:
        if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
            return Response(status=403)
        sid, sender, body = request.form["MessageSid"], request.form["From"], request.form["Body"]
        text_id, reply_id = next(numbers), next(numbers)
        store.keep(text_id, sid, sender, body)
        store.turn(text_id, reply_id, sender, body, REPLY)
        return Response(
            f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{REPLY}</Message></Response>',
            mimetype="text/xml",
        )

    return app


def _numbers() -> Iterator[str]:
    """Row ids, as cheap as they come."""
    prefix = uuid.uuid4().hex[:12]
    return (f"{prefix}{number:012d}" for number in itertools.count())


def _load(server_id: int, url: str, port: int, count: int, _target: str) -> Flask:
    tie(server_id)
    if url.startswith("sqlite"):
        from bot.bench.floor_sqlite import Grouped  # noqa: PLC0415

        return app_on(Grouped(url, people(count)), Target(port))
    from bot.bench.floor_postgres import Lean  # noqa: PLC0415

    return app_on(Lean(url, people(count)), Target(port))


def main(url: str, port: str, count: str) -> None:
    server = Granian(
        "floor",
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=WAITING_CONNECTIONS,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,
    )
    logging.getLogger("_granian").addFilter(lambda record: "seems quite high" not in record.getMessage())
    server.serve(target_loader=partial(_load, os.getpid(), url, int(port), int(count)))


if __name__ == "__main__":
    main(*sys.argv[1:])
