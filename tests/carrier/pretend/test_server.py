"""The server keeps connections, takes no nonsense, and is gone when stopped; the process says where it listens."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from werkzeug.test import create_environ

from bot.carrier.pretend.__main__ import real_time, serve
from bot.carrier.pretend.account import Account
from bot.carrier.pretend.company import PretendCarrier
from bot.carrier.pretend.transport import Answer, Lost, NoAnswer, Request, over_http, over_wsgi
from tests.carrier.pretend.clinic import Clinic


def request_to(url: str, *, read_seconds: float = 5) -> Request:
    return Request(url, (("Body", "8"),), {"Content-Type": "application/x-www-form-urlencoded"}, 1, read_seconds)


def test_a_connection_is_kept_for_the_next_request(carrier: PretendCarrier) -> None:
    connection = http.client.HTTPConnection(carrier.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/handsets")
    connection.getresponse().read()
    first = connection.sock
    connection.request("GET", "/handsets")
    second = connection.getresponse()

    assert second.status == 200
    assert connection.sock is first


def test_a_stopped_carrier_answers_nobody(clinic: Clinic) -> None:
    carrier = PretendCarrier(transport=clinic.transport).start()
    session = requests.Session()
    session.get(carrier.url + "/handsets", timeout=5)
    carrier.stop()

    with pytest.raises(requests.ConnectionError):
        session.get(carrier.url + "/handsets", timeout=5)


def test_a_body_without_a_length_is_refused(carrier: PretendCarrier) -> None:
    answer = requests.post(carrier.url + "/faults", data=iter([b"x"]), timeout=5)

    assert answer.status_code == 411


def test_a_post_over_http_tells_the_three_ways_of_silence(carrier: PretendCarrier) -> None:
    home = over_http(request_to(carrier.url + "/settings?x=1"))
    with pytest.raises(NoAnswer) as refused:
        over_http(request_to("http://127.0.0.1:1/"))
    with pytest.raises(NoAnswer) as nonsense:
        over_http(request_to("http://127.0.0.1:port/"))
    with pytest.raises(NoAnswer):
        over_http(request_to("https://127.0.0.1:1/"))
    carrier.fault("hang", count=None)
    path = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}/Messages.json"

    assert (home.status, home.content_type) == (400, "application/json")
    assert (refused.value.why, nonsense.value.why) == (Lost.CONNECT, Lost.CONNECT)
    assert over_http(request_to(path)).status == 401


@pytest.mark.parametrize(("kind", "why"), [("reset", Lost.RESET), ("hang", Lost.READ)])
def test_a_connection_that_breaks_and_one_that_hangs_are_told_apart(
    carrier: PretendCarrier, kind: str, why: Lost
) -> None:
    carrier.fault(kind)
    credentials = base64.b64encode(f"{carrier.account_sid}:{carrier.token}".encode()).decode()
    asked = Request(
        f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}/Messages.json",
        (("To", "+15075550101"), ("From", "+15075550100"), ("Body", "x")),
        {"Authorization": f"Basic {credentials}", "Content-Type": "application/x-www-form-urlencoded"},
        read_seconds=0.2,
    )

    with pytest.raises(NoAnswer) as silence:
        over_http(asked)
    assert silence.value.why is why


def test_the_carrier_listens_until_it_is_told_to_stop(tmp_path: Path) -> None:
    heard: list[int] = []

    def look() -> None:
        told = json.loads((tmp_path / "carrier.json").read_text())
        heard.append(requests.get(f"{told['url']}/handsets", timeout=5).status_code)

    for _ in range(2):
        serve(Account("T"), data=tmp_path, port=0, pace=0, now=real_time, wait=look)

    assert heard == [200, 200]


def test_a_port_that_is_taken_is_only_insisted_on_when_asked_for(tmp_path: Path) -> None:
    serve(Account("T"), data=tmp_path, port=0, pace=0, now=real_time, wait=lambda: None)
    told = json.loads((tmp_path / "carrier.json").read_text())
    port = int(told["url"].rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        serve(Account("T"), data=tmp_path, port=0, pace=0, now=real_time, wait=lambda: None)
        elsewhere = json.loads((tmp_path / "carrier.json").read_text())["url"]
        with pytest.raises(OSError, match="in use"):
            serve(Account("T"), data=tmp_path, port=port, pace=0, now=real_time, wait=lambda: None)

    assert elsewhere != told["url"]


def test_a_clinic_without_sockets_sees_what_a_proxy_would_pass_on() -> None:
    heard = {}

    def app(environ, start_response):  # type: ignore[no-untyped-def]
        heard.update(environ)
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [environ["wsgi.input"].read()]

    answer = over_wsgi(app, prefix="/spine")(request_to("https://clinic.example/spine/sms/in%2Fx?d=1"))
    usual = create_environ("/sms/in/x", "https://clinic.example", method="POST")

    assert answer == Answer(200, "text/xml", b"Body=8")
    assert (heard["PATH_INFO"], heard["REQUEST_URI"], heard["QUERY_STRING"]) == (
        "/sms/in/x",
        "/sms/in%2Fx?d=1",
        "d=1",
    )
    assert set(usual) - set(heard) <= {"werkzeug.request", "REMOTE_PORT"}


def start_process(data: Path) -> tuple[subprocess.Popen[bytes], dict[str, object]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.carrier.pretend", "--data", str(data), "--token", "T", "--pace", "0"]
    )
    notice = data / "carrier.json"
    for _ in range(200):
        if notice.exists() and (told := json.loads(notice.read_text()))["pid"] == process.pid:
            return process, told
        time.sleep(0.05)
    process.kill()
    raise AssertionError("the carrier did not say where it listens")


def test_the_process_says_where_it_listens_and_goes_on_after_a_kill(tmp_path: Path) -> None:
    first, told = start_process(tmp_path)
    requests.post(f"{told['url']}/handset/+15075550101/send", json={"body": "8"}, timeout=5)
    first.kill()
    first.wait(5)
    second, again = start_process(tmp_path)
    try:
        thread = requests.get(f"{again['url']}/handset/+15075550101", timeout=5).json()["messages"]
    finally:
        os.kill(second.pid, signal.SIGTERM)
        ended = second.wait(10)

    assert again["url"] == told["url"]
    assert [line["body"] for line in thread] == ["8"]
    assert ended == 0
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
