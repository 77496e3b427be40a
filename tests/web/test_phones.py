"""The phones page: one person plays the patient and the nurse, and nobody else can."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from bot.carrier.pretend.company import PretendCarrier
from bot.web.phones import Person, phones

ANA = Person("Ana Ruiz", "+15075550101", "patient", "Day 3 after surgery", "Asia/Tokyo")
NURSE = Person("N. One", "+15075550190", "nurse", "On call", "America/Chicago")
BASE = "http://localhost"
SAME = {"Sec-Fetch-Site": "same-origin"}


class Stage:
    """A clinic of a few lines, its phone company and its phones page."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.people = [ANA, NURSE]
        self.carrier = PretendCarrier()
        self.app = Flask(__name__)
        self.app.add_url_rule("/sms/inbound", "inbound", self.inbound, methods=["POST"])

    def inbound(self) -> Any:
        """Thanks for anything; a red flag also pages the nurse."""
        page = ""
        if "wipe" in request.form["Body"]:
            page = f"<Message to='{NURSE.number}'>Page A12. Reply ACK A12 or open {self.base_url}/a/tok_1</Message>"
        return f"<Response><Message>Thank you.</Message>{page}</Response>", 200, {"Content-Type": "text/xml"}

    def open(self, webhook: str = "") -> None:
        self.carrier.start(webhook)
        page = phones(self.carrier.url, lambda: self.people, base_url=self.base_url, clock_line=lambda: "Mon 09:41")
        self.app.register_blueprint(page)


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(BASE)
    stage.open()
    yield stage
    stage.carrier.stop()


@pytest.fixture
def browser_like(stage: Stage) -> FlaskClient:
    return stage.app.test_client()


def test_the_page_runs_under_a_strict_policy(browser_like: FlaskClient) -> None:
    page = browser_like.get("/phones")
    policy = page.headers["Content-Security-Policy"]

    assert page.status_code == 200
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
    assert "unsafe" not in policy
    assert " style=" not in page.text
    assert "<style" not in page.text
    assert " onclick=" not in page.text
    assert browser_like.get("/phones/static/phones.js").status_code == 200


def test_the_first_answer_holds_everybody_and_the_next_only_what_changed(
    browser_like: FlaskClient, stage: Stage
) -> None:
    stage.carrier.phone(NURSE.number).texts("hello")
    first = browser_like.get("/phones/data?after=0").json
    stage.carrier.phone(ANA.number).texts("8")
    second = browser_like.get(f"/phones/data?after={first['last']}").json
    third = browser_like.get(f"/phones/data?after={second['last']}").json

    assert [person["name"] for person in first["people"]] == ["Ana Ruiz", "N. One"]
    assert set(first["threads"]) == {ANA.number, NURSE.number}
    assert {number: [line["body"] for line in lines] for number, lines in second["threads"].items()} == {
        ANA.number: ["8"]
    }
    assert third["threads"] == {}
    assert (first["base_url"], first["clock"]) == (BASE, "Mon 09:41")


def test_a_carrier_that_began_anew_is_read_from_the_start(browser_like: FlaskClient, stage: Stage) -> None:
    stage.carrier.phone(ANA.number).texts("8")

    assert set(browser_like.get("/phones/data?after=999").json["threads"]) == {ANA.number, NURSE.number}


def test_a_text_is_sent_from_the_page(browser_like: FlaskClient, stage: Stage) -> None:
    sent = browser_like.post(f"/phones/{ANA.number}/send", json={"body": "8"}, headers=SAME)
    pictured = browser_like.post(f"/phones/{ANA.number}/send", json={"body": "", "media": 1}, headers=SAME)
    assert stage.carrier.settled()

    assert (sent.status_code, pictured.status_code) == (202, 202)
    assert [(line.body, line.media) for line in stage.carrier.phone(ANA.number).inbox] == [("8", 0), ("", 1)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": BASE}, 202),
        ({"Sec-Fetch-Site": "cross-site", "Origin": BASE}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_this_page_may_send(browser_like: FlaskClient, headers: dict[str, str], status: int) -> None:
    answer = browser_like.post(f"/phones/{ANA.number}/send", json={"body": "8"}, headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("number", "given", "status"),
    [
        ("+15075559999", {"body": "8"}, 404),
        (ANA.number, {"body": ""}, 400),
        (ANA.number, {"body": "x" * 1601}, 400),
        (ANA.number, {"body": 8}, 400),
        (ANA.number, {"body": "8", "media": 2}, 400),
        (ANA.number, ["8"], 400),
    ],
)
def test_what_cannot_be_sent_is_refused(browser_like: FlaskClient, number: str, given: Any, status: int) -> None:
    assert browser_like.post(f"/phones/{number}/send", json=given, headers=SAME).status_code == status


def test_a_carrier_that_is_away_is_said_so(browser_like: FlaskClient, stage: Stage) -> None:
    stage.carrier.stop()

    assert browser_like.get("/phones/data?after=0").status_code == 503
    assert browser_like.post(f"/phones/{ANA.number}/send", json={"body": "8"}, headers=SAME).status_code == 503


# In a real browser


@pytest.fixture
def live() -> Iterator[Stage]:
    chosen = make_server("127.0.0.1", 0, Flask("none"), threaded=True)
    stage = Stage(f"http://127.0.0.1:{chosen.server_port}")
    chosen.app = stage.app
    stage.open(f"{stage.base_url}/sms/inbound")
    thread = threading.Thread(target=chosen.serve_forever, daemon=True)
    thread.start()
    yield stage
    stage.carrier.stop()
    chosen.shutdown()
    chosen.server_close()


@pytest.fixture
def page(live: Stage) -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium and not os.environ.get("MENDLINE_REQUIRE_BROWSER"):
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(5000)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live.base_url}/phones")
        yield page
        browser.close()
    assert complaints == []


def phone(page: Any, person: Person) -> Any:
    return page.get_by_role("region", name=f"{person.name}’s phone")


@pytest.mark.browser
def test_a_red_flag_rings_the_nurses_phone_until_she_answers_with_its_code(page: Any, live: Stage) -> None:
    ana, nurse = phone(page, ANA), phone(page, NURSE)
    ana.get_by_role("button", name="cant feel when I wipe").click()
    ana.get_by_text("Thank you.").wait_for()
    nurse.get_by_text("Page ringing").wait_for()
    rung = page.locator("#rung").text_content()
    link = nurse.get_by_role("link", name=f"{live.base_url}/a/tok_1").get_attribute("href")
    nurse.get_by_role("button", name="Reply ACK A12").click()
    nurse.get_by_text("Page ringing").wait_for(state="detached")

    assert rung == "Page on N. One’s phone, code A12."
    assert link == f"{live.base_url}/a/tok_1"
    assert [line.body for line in live.carrier.phone(NURSE.number).inbox if line.way == "sent"] == ["ACK A12"]


@pytest.mark.browser
def test_a_phone_tells_the_time_where_its_owner_lives(page: Any, live: Stage) -> None:
    for person, place, zone in ((ANA, "Tokyo", "Asia/Tokyo"), (NURSE, "Chicago", "America/Chicago")):
        live.carrier.phone(person.number).texts("hello")
        shown = phone(page, person).locator(".line.sent .meta")
        shown.wait_for()
        (sent,) = [line for line in live.carrier.phone(person.number).inbox if line.way == "sent"]
        local = sent.at.astimezone(ZoneInfo(zone))

        assert place in phone(page, person).locator(".day").text_content()
        assert shown.text_content().startswith(f"{local:%I:%M %p}".lstrip("0"))


@pytest.mark.browser
def test_a_text_is_never_markup_and_a_strangers_link_is_no_link(page: Any, live: Stage) -> None:
    hostile = f"<img src=x onerror=alert(1)> {live.base_url}.evil.example/a/x https://evil.example/a/y 0AF"
    text = page.get_by_label("Text message from N. One")
    text.fill(hostile)
    text.press("Enter")
    phone(page, NURSE).get_by_text(hostile).wait_for()

    assert page.locator(".thread img").count() == 0
    assert page.locator(".thread a").count() == 0


@pytest.mark.browser
def test_on_a_small_screen_there_is_one_phone_and_a_switcher(page: Any, live: Stage, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    phone(page, ANA).wait_for()
    before = phone(page, NURSE).is_visible()
    page.get_by_role("tab", name="Ana Ruiz").press("ArrowRight")
    after = (phone(page, ANA).is_visible(), phone(page, NURSE).is_visible())

    assert (before, after) == (False, (False, True))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
