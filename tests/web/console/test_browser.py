"""The console in a real Chromium: a nurse signs in, acknowledges, answers and resolves; and axe finds nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.sign_in import code_at, counter_of
from bot.service.oncall import changing
from tests.clinic import Clinic
from tests.journeys.test_rota import shift
from tests.web.console.desk import PASSWORD, Desk, desk_of
from tests.web.console.ward import Ward

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
LAPTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("begun", ["sqlite"], indirect=True)]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path and not os.environ.get("MENDLINE_REQUIRE_BROWSER"):
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def ward(clinic: Clinic) -> Iterator[Ward]:
    ward = Ward(clinic)
    ward.maria.texts("my leg went numb and i cant feel when i wipe")
    ward.tom.texts("fever 101.8 since last night and the cut is leaking")
    ward.grace.texts("when should i worry about chest pain?")
    ward.hush()
    yield ward
    ward.hush()


def opened(chromium: Any, clinic: Clinic, size: dict[str, int], scheme: str) -> tuple[Any, list[str]]:
    """A window of its own, and what it complained about."""
    page = chromium.new_context(viewport=size, color_scheme=scheme).new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    return page, complaints


def signed_in(page: Any, desk: Desk) -> None:
    """With the cookie of somebody who has signed in."""
    cookie = desk.browser.get_cookie("mendline")
    assert cookie is not None
    page.context.add_cookies([{"name": "mendline", "value": cookie.value, "url": desk.clinic.parts.base_url}])


def violations(page: Any) -> list[str]:
    """By the file's own text: the page's policy lets no foreign script in, and should not."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_nurse_signs_in_acknowledges_answers_and_resolves(
    chromium: Any, clinic: Clinic, ward: Ward, size: dict[str, int]
) -> None:
    desk = desk_of(clinic, ward.ana)
    clinic.clock.wait_real(seconds=30)
    page, complaints = opened(chromium, clinic, size, "light")
    page.goto(f"{clinic.parts.base_url}/")
    page.get_by_label("E-mail or phone number").fill(ward.ana.number)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code from your").fill(code_at(desk.secret, counter_of(clinic.clock.real())))
    page.get_by_role("button", name="Sign in").click()

    page.locator("#list").get_by_text("Maria Delgado").click()
    page.get_by_role("heading", name="Maria Delgado").wait_for()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("You have this alert now").wait_for()
    text = page.get_by_label("Write to Maria Delgado as the care team")
    text.fill("I am calling you now, please pick up.")
    page.get_by_text("37 / 160 · 1 segment").wait_for()
    text.press("Control+Enter")
    page.get_by_text("the script is silent until").wait_for()
    ward.maria.hears("calling you now")
    page.get_by_label("The patient was reached").check()
    page.get_by_label("What was found?").select_option("er")
    page.get_by_label("Note").fill("Her son drives her to the ER.")
    page.get_by_role("button", name="Resolve", exact=True).click()
    page.get_by_text("Her son drives her to the ER.").first.wait_for()

    assert [alert.state for alert in clinic.alerts if alert.tier == "emergency"] == ["resolved"]
    assert complaints == []
    page.context.close()


def test_with_the_keyboard_alone(chromium: Any, clinic: Clinic, ward: Ward) -> None:
    page, complaints = opened(chromium, clinic, LAPTOP, "dark")
    signed_in(page, desk_of(clinic, ward.ana))
    page.goto(f"{clinic.parts.base_url}/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Maria Delgado").wait_for()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("becker")
    page.locator("#list").get_by_text("Maria Delgado").wait_for(state="detached")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    page.get_by_text("You have this alert now").wait_for()

    assert complaints == []
    page.context.close()


def test_a_new_alert_shows_up_by_itself_and_is_said_to_who_cannot_see(
    chromium: Any, clinic: Clinic, ward: Ward
) -> None:
    page, complaints = opened(chromium, clinic, LAPTOP, "light")
    signed_in(page, desk_of(clinic, ward.ana))
    page.goto(f"{clinic.parts.base_url}/")
    page.locator("#list").get_by_text("Tom Becker").wait_for()
    ward.ruth.texts("chest pain and i cant breathe")
    ward.hush()
    page.locator("#list").get_by_text("Ruth Feldman").wait_for()

    assert "Ruth Feldman" in page.locator("#news").text_content()
    assert page.title().startswith("(3) ")
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_nurse_takes_a_gap_in_the_rota_with_the_keyboard(
    chromium: Any, clinic: Clinic, ward: Ward, size: dict[str, int], scheme: str
) -> None:
    for nurse in (ward.ana, ward.james):
        changing.set_rung(clinic.parts, nurse.id, None, clinic.clock.now())
    shift(clinic, ward.ana, hours="07:00-19:00")
    shift(clinic, ward.chen, hours="07:00-07:00", rung=2)
    page, complaints = opened(chromium, clinic, size, scheme)
    signed_in(page, desk_of(clinic, ward.james))
    page.goto(f"{clinic.parts.base_url}/on-call")
    gap = page.get_by_text("Nobody on this rung").first
    assert gap.is_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("button", name="Take rung 1, Tue 24 Nov 19:00").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The rota is changed").wait_for()

    assert page.get_by_text("took over").first.is_visible()
    assert violations(page) == []
    assert complaints == []
    page.context.close()


PAGES = (
    "/",
    "/alerts/{alert}",
    "/?tab=review",
    "/patients",
    "/patients/{patient}",
    "/patients/new",
    "/patients/import",
    "/schedule",
    "/on-call",
    "/outcomes",
    "/team",
    "/team/{nurse}/remove",
    "/account",
    "/audit?verify=1",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    chromium: Any, clinic: Clinic, ward: Ward, size: dict[str, int], scheme: str
) -> None:
    page, complaints = opened(chromium, clinic, size, scheme)
    strange = violations_of(page, clinic, ["/sign-in", "/welcome/nothing"], size)
    signed_in(page, desk_of(clinic, ward.chen))
    alert = next(alert.id for alert in clinic.alerts if alert.tier == "emergency")
    paths = [path.format(alert=alert, patient=ward.maria.id, nurse=ward.james.id) for path in PAGES]
    strange |= violations_of(page, clinic, paths, size)

    assert strange == {}
    assert [line for line in complaints if "404" not in line] == []
    page.context.close()


def violations_of(page: Any, clinic: Clinic, paths: list[str], size: dict[str, int]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        page.goto(f"{clinic.parts.base_url}{path}")
        problems = violations(page)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            problems.append(f"{width} pixels wide")
        if problems:
            found[path] = problems
    return found
