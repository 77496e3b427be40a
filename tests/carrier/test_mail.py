"""Pages by e-mail: over a mail server of the test's own that speaks just enough SMTP."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.carrier.error import NotSent
from bot.carrier.mail import MailCarrier
from bot.carrier.message import Outgoing
from bot.core.delivery import Verdict
from bot.core.enrollment import Lane


class MailServer(socketserver.ThreadingTCPServer):
    """`refusal` is said to RCPT instead of 250."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.refusal = ""
        self.mails: list[str] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=mendline@clinic.example"


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "DATA":
                self._take_mail()
            elif word == "QUIT":
                return self._say("221 bye")
            else:
                self._say(self.server.refusal if word == "RCPT" and self.server.refusal else "250 ok")
        return None

    def _take_mail(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        self.server.mails.append("\n".join(lines))
        self._say("250 kept")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


PAGE = Outgoing(
    to="n.one@clinic.example",
    body="EMERGENCY alert 4F7 waits: https://clinic.example/a/x",
    callback="",
    lane=Lane.PAGE,
    subject="Mendline: EMERGENCY alert 4F7",
)


def test_a_page_arrives(server: MailServer) -> None:
    MailCarrier(server.url).send(PAGE)

    (mail,) = server.mails
    for line in ("To: n.one@clinic.example", "From: mendline@clinic.example", f"Subject: {PAGE.subject}", PAGE.body):
        assert line in mail


def verdict(carrier: MailCarrier, page: Outgoing = PAGE) -> Verdict:
    with pytest.raises(NotSent) as failed:
        carrier.send(page)
    assert "n.one" not in failed.value.detail
    return failed.value.rule.verdict


def test_an_address_that_is_refused_is_not_tried_again(server: MailServer) -> None:
    server.refusal = "550 no such person"

    assert verdict(MailCarrier(server.url)) is Verdict.STOP_NUMBER


def test_a_server_that_is_away_is_tried_again() -> None:
    assert verdict(MailCarrier("smtp://127.0.0.1:1")) is Verdict.RETRY_LATER


def test_an_address_with_a_line_break_is_refused_and_nothing_breaks(server: MailServer) -> None:
    page = Outgoing(to="n.one@clinic.example\nBcc: all@evil.example", body="x", callback="", lane=Lane.PAGE)

    assert verdict(MailCarrier(server.url), page) is Verdict.STOP_NUMBER
    assert server.mails == []


def test_mail_has_no_list_to_ask() -> None:
    assert MailCarrier("smtp://127.0.0.1:1").sent_to("", datetime(2026, 1, 1, tzinfo=UTC)) == []
