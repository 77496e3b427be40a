"""The doctor looks at everything, says what to mend, and changes nothing."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from sqlalchemy import Connection

from bot.core.enrollment import MessageKind
from bot.service.parts import Parts
from bot.store import contacts, marks, outbox
from bot.store.outbox import Draft
from bot.store.safekeeping.aging import DAY
from tests.cli.conftest import NOW, Said, Terminal

ACCOUNT = "AC" + "1" * 32


def levels(said: Said) -> dict[str, str]:
    """The worst level of each check."""
    order = ("ok", "warn", "bad")
    worst: dict[str, str] = {}
    for each in said.json:
        worst[each["check"]] = max(worst.get(each["check"], "ok"), each["level"], key=order.index)
    return worst


def alive(parts: Parts, ago: timedelta) -> None:
    def work(tx: Connection) -> None:
        for name in ("clock", "worker-page", "worker-talk"):
            marks.leave(tx, f"alive:{name}", "1", datetime.now(UTC) - ago)

    parts.database.write(work)


def waiting(parts: Parts, kind: MessageKind, ago: timedelta) -> None:
    def work(tx: Connection) -> None:
        contact = contacts.ensure(tx, parts.vault, "+15075550101", language="en", now=NOW, new_id=parts.ids)
        draft = Draft(parts.ids(), kind, contact.id, "x", "Hello", due_at=NOW - ago, created_at=NOW)
        outbox.write(tx, parts.vault, draft)

    parts.database.write(work)


def test_a_clinic_on_a_desk_has_nothing_bad(mendline: Terminal) -> None:
    said = mendline("doctor", "--json")

    assert said.code == 0
    assert [list(each) for each in said.json] == [["check", "level", "what", "todo"]] * len(said.json)
    assert levels(said) == {
        "settings": "ok",
        "clock": "ok",
        "database": "ok",
        "keys": "ok",
        "flows": "ok",
        "red flags": "warn",
        "on call": "warn",
        "retention": "ok",
        "alerts": "ok",
        "processes": "warn",
        "watchdog": "warn",
        "waiting": "ok",
        "redis": "warn",
        "carrier": "warn",
        "mail": "warn",
    }


def test_people_read_a_line_a_finding(mendline: Terminal) -> None:
    said = mendline("doctor")

    assert said.code == 0
    assert all(line.startswith(("ok   ", "warn ")) for line in said.lines)
    assert any("-> mendline staff add --on-call 1" in line for line in said.lines)


def test_a_clinic_that_runs(mendline: Terminal, parts: Parts) -> None:
    alive(parts, timedelta(seconds=3))
    mendline("staff", "add", "--phone", "5075550190", "--name", "N. One", "--role", "nurse", "--on-call", "1")

    found = levels(mendline("doctor", "--json"))

    assert (found["processes"], found["on call"]) == ("ok", "ok")


def test_how_long_words_are_kept_and_a_daily_look_that_does_not_come(mendline: Terminal, parts: Parts) -> None:
    said = mendline("doctor", "--json")
    assert "the words of pages to staff: 365 days" in [each["what"] for each in said.json]

    day = (NOW - timedelta(days=5)).date().isoformat()
    parts.database.write(lambda tx: marks.leave(tx, DAY, day, NOW))

    assert levels(mendline("doctor", "--json"))["retention"] == "warn"


def test_a_process_that_died_is_bad(mendline: Terminal, parts: Parts) -> None:
    alive(parts, timedelta(minutes=2))

    said = mendline("doctor", "--json")

    assert (said.code, levels(said)["processes"]) == (1, "bad")
    assert any("no sign of life from clock since" in each["what"] for each in said.json)


@pytest.mark.parametrize(
    ("kind", "ago", "level"),
    [
        (MessageKind.PAGE, timedelta(seconds=50), "ok"),
        (MessageKind.PAGE, timedelta(seconds=70), "bad"),
        (MessageKind.REPLY, timedelta(minutes=6), "bad"),
        (MessageKind.TIP, timedelta(minutes=16), "warn"),
        (MessageKind.TIP, -timedelta(hours=1), "ok"),
    ],
)
def test_a_message_that_waits_too_long(
    mendline: Terminal, parts: Parts, kind: MessageKind, ago: timedelta, level: str
) -> None:
    waiting(parts, kind, ago)

    assert levels(mendline("doctor", "--json"))["waiting"] == level


@pytest.mark.parametrize(
    ("changes", "check", "level"),
    [
        ({"MENDLINE_DTA": "x"}, "settings", "bad"),
        ({"PORT": "many"}, "settings", "bad"),
        ({"MENDLINE_KEYS": base64.b64encode(b"x" * 32).decode()}, "keys", "bad"),
        ({"DATABASE_URL": "postgresql://clinic@127.0.0.1:9/x"}, "database", "bad"),
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, "redis", "warn"),
        ({"SMTP_URL": "smtp://127.0.0.1:9"}, "mail", "bad"),
        ({"MENDLINE_CLOCK": "/nowhere/clock.json"}, "clock", "bad"),
        (
            {
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": "t",
                "TWILIO_FROM_NUMBER": "+15075550100",
                "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
            },
            "carrier",
            "bad",
        ),
    ],
)
def test_what_is_wrong_is_named(mendline: Terminal, changes: dict[str, str], check: str, level: str) -> None:
    said = mendline.but(**changes)("doctor", "--json")

    assert levels(said)[check] == level
    assert said.code == (1 if level == "bad" else 0)
    assert said.error == ""


class Carrier(BaseHTTPRequestHandler):
    """Answers every look at its list with one status, if the credentials are those of the account."""

    status = 200

    def do_GET(self) -> None:
        knows = self.headers["Authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT}:t".encode()).decode()
        self.send_response(self.status if knows else 401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Says nothing: a test's output is its own."""


@pytest.mark.parametrize(
    ("token", "status", "level", "what"),
    [
        ("t", 200, "ok", "answers and knows us"),
        ("wrong", 200, "bad", "does not know us (401)"),
        ("t", 503, "bad", "answers with 503"),
    ],
)
def test_the_carrier_is_asked_with_our_credentials(
    mendline: Terminal, token: str, status: int, level: str, what: str
) -> None:
    with HTTPServer(("127.0.0.1", 0), type("Answering", (Carrier,), {"status": status})) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        ours = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": token, "TWILIO_FROM_NUMBER": "+15075550100"}
        url = f"http://127.0.0.1:{server.server_port}"
        said = mendline.but(**ours, TWILIO_API_BASE_URL=url)("doctor", "--json")
        server.shutdown()

    found = next(each for each in said.json if each["check"] == "carrier")
    assert found["level"] == level
    assert what in found["what"]
    assert token not in found["what"].split()


def test_no_database_is_said_once(bare: Terminal) -> None:
    before = sorted(bare.data.iterdir())

    said = bare("doctor", "--json")

    assert said.code == 1
    assert [each["check"] for each in said.json if each["level"] == "bad"] == ["database"]
    assert sorted(bare.data.iterdir()) == before


def test_a_database_of_another_version_is_not_asked_further(bare: Terminal) -> None:
    (bare.data / "mendline.db").touch()

    said = bare("doctor", "--json")

    assert [each["check"] for each in said.json if each["level"] == "bad"] == ["database"]
