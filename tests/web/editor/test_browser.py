"""The editor in a real Chromium: a new admin changes a conversation, is refused, mends it, tries it and publishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.clinic import Clinic
from tests.web.console.desk import desk_of
from tests.web.console.test_browser import chromium, opened, signed_in, violations
from tests.web.editor.test_editor import DAY_9, RED, Office

__all__ = ["chromium"]

LAPTOP, TABLET = {"width": 1280, "height": 800}, {"width": 768, "height": 1024}
PROVED = 90_000
"""Milliseconds: the first proof of a process is of the whole programme, and machines may be busy."""

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("begun", ["sqlite"], indirect=True)]


@pytest.fixture
def office(clinic: Clinic) -> Iterator[Office]:
    yield Office(clinic)
    for handset in clinic.handsets:
        handset.forgets()


def at_work(chromium: Any, office: Office, path: str, size: dict[str, int], scheme: str) -> tuple[Any, list[str]]:
    page, complaints = opened(chromium, office.clinic, size, scheme)
    page.set_default_timeout(PROVED)
    signed_in(page, office.one)
    page.goto(f"{office.clinic.parts.base_url}{path}")
    return page, complaints


def put_caret(page: Any, line: str) -> None:
    """With the keys alone: the search of the editor finds the line, and the caret stands at its beginning."""
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+a")
    page.keyboard.type(line)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    page.keyboard.press("Home")


def tab_to(page: Any, reached: Callable[[], bool]) -> None:
    for _ in range(80):
        if reached():
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key never gets there")


def focused(page: Any, words: str) -> Callable[[], bool]:
    """Is the thing with this name in focus, also in a shadow root?"""
    script = """(words) => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      const names = [at?.getAttribute("aria-label"), at?.labels?.[0]?.textContent, at?.textContent];
      const name = names.filter(Boolean).join(" ");
      return name.includes(words) && at !== document.body && at.id !== "main";
    }"""
    return lambda: bool(page.evaluate(script, words))


def add_the_question(page: Any) -> None:
    """Into day 9, with a red flag that does not exist. The caret is in the text."""
    put_caret(page, "- use: close")
    page.keyboard.insert_text(RED.format(flag="blood_clot"))


def mend_it(page: Any) -> None:
    """The caret stands in the refused line."""
    page.keyboard.press("End")
    for _ in range(len("blood_clot")):
        page.keyboard.press("Backspace")
    page.keyboard.insert_text("pe")


def test_a_new_admin_adds_a_red_flag_question_and_publishes_it(chromium: Any, office: Office) -> None:
    page, complaints = at_work(chromium, office, "/flows", LAPTOP, "light")
    page.get_by_role("link", name=DAY_9).click()
    page.get_by_text("Passes the proof").wait_for()
    page.locator("#text .cm-content").click()
    add_the_question(page)

    refusal = page.locator("#problems").get_by_text("blood_clot")
    refusal.wait_for()
    refusal.click()
    mend_it(page)
    page.get_by_text("Passes the proof").wait_for()
    page.get_by_role("button", name="Emergency pe. A red flag").wait_for()

    for reply in ("no", "no", "yes"):
        page.get_by_label("Reply as the patient").fill(reply)
        page.get_by_role("button", name="Send").click()
        page.locator("#talk .patient").filter(has_text=reply).last.wait_for()
    page.locator("#talk").get_by_text("Staff are told: Emergency, pe").wait_for()
    page.locator('#drawing [data-name="!pe"].lit').wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text(f"Saved into {DAY_9}").wait_for()

    page.get_by_role("link", name="Publish…").click()
    page.get_by_text('the step "cough_blood" is new.').wait_for()
    page.get_by_role("button", name="I have read this and sign it").click()
    page.get_by_text("Signed by Dr. Wei Chen").wait_for()
    page.get_by_role("button", name="Publish version 2").click()
    page.get_by_text("Version 2 is live.").wait_for()

    assert "cough_blood" in office.clinic.parts.scripts.version(2).whole.sources[DAY_9]
    assert complaints == []
    page.context.close()


def test_the_same_with_the_keyboard_alone(chromium: Any, office: Office) -> None:
    page, complaints = at_work(chromium, office, f"/flows/edit/{DAY_9}", LAPTOP, "dark")
    page.get_by_text("Passes the proof").wait_for()
    tab_to(page, focused(page, "The file's text"))
    add_the_question(page)
    page.locator("#problems").get_by_text("blood_clot").wait_for()
    page.keyboard.press("F8")
    mend_it(page)
    page.keyboard.press("Control+s")
    page.get_by_text(f"Saved into {DAY_9}").wait_for()
    page.get_by_text("Passes the proof").wait_for()

    page.keyboard.press("Escape")
    page.keyboard.press("Tab")  # out of the text, where Tab after Escape leaves
    tab_to(page, focused(page, "The drawing"))
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_text("line 8 of").wait_for()  # the opening question's

    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    tab_to(page, focused(page, "Reply as the patient"))
    for reply in ("no", "no", "yes"):
        page.keyboard.type(reply)
        page.keyboard.press("Enter")
        page.locator("#talk .patient").filter(has_text=reply).last.wait_for()
    page.locator("#talk").get_by_text("Staff are told: Emergency, pe").wait_for()
    page.goto(f"{office.clinic.parts.base_url}/flows/publish")
    for button, said in (("I have read this and sign it", "Signed by"), ("Publish version 2", "Version 2 is live.")):
        tab_to(page, focused(page, button))
        page.keyboard.press("Enter")
        page.get_by_text(said).first.wait_for()

    assert office.clinic.parts.scripts.live().version == 2
    assert complaints == []
    page.context.close()


def test_what_may_be_written_is_offered_and_explained(chromium: Any, office: Office) -> None:
    page, complaints = at_work(chromium, office, f"/flows/edit/{DAY_9}", LAPTOP, "light")
    page.get_by_text("Passes the proof").wait_for()
    key = page.locator("#text .cm-line").filter(has_text="sources").get_by_text("sources")
    key.hover(position={"x": 12, "y": 6})
    key.hover(position={"x": 20, "y": 8})
    page.locator(".cm-help").get_by_text("Tags of SOURCES.md that back the clinical content.").wait_for()
    page.locator("#text .cm-content").click()
    put_caret(page, "- use: close")
    page.keyboard.insert_text("  - ask: cough\n    ki")
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete").get_by_text("kind").first.wait_for()
    page.wait_for_timeout(200)  # CodeMirror takes no Enter for a choice so soon after it is offered
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Space")
    page.locator(".cm-tooltip-autocomplete").get_by_text("yes_no").wait_for()
    page.keyboard.press("Escape")

    assert complaints == []
    page.context.close()


def test_two_admins_at_once_lose_nothing(chromium: Any, office: Office) -> None:
    page, _ = at_work(chromium, office, f"/flows/edit/{DAY_9}", LAPTOP, "light")
    page.get_by_text("Passes the proof").wait_for()
    (office.clinic.flows / DAY_9).write_text(office.text.replace("S37", "S38"), "utf-8")
    page.locator("#text .cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("# mine\n")
    page.get_by_role("heading", name="This file was changed by somebody else").wait_for()
    page.locator("#difference").get_by_text("S38").wait_for()
    page.get_by_role("button", name="Keep mine, in place of theirs").click()
    page.get_by_text(f"Saved into {DAY_9}").wait_for()

    assert office.text.endswith("# mine\n")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, TABLET], ids=["laptop", "tablet"])
def test_axe_finds_nothing_and_nothing_is_wider_than_its_window(
    chromium: Any, office: Office, size: dict[str, int], scheme: str
) -> None:
    page, complaints = at_work(chromium, office, f"/flows/edit/{DAY_9}", size, scheme)
    page.get_by_text("Passes the proof").wait_for()
    strange: dict[str, list[str]] = {}
    for pane in ("Text", "Graph", "Phone") if size is TABLET else ("",):
        if pane:
            page.get_by_role("tab", name=pane).click()
        if pane == "Phone" or not pane:
            page.get_by_role("button", name="I cannot feel").click()
            page.locator("#talk").get_by_text("Staff are told: Emergency").wait_for()
        strange[pane] = violations(page)
    for path in ("/flows", "/flows/publish", "/flows/versions"):
        page.goto(f"{office.clinic.parts.base_url}{path}")
        strange[path] = violations(page)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            strange[path].append(f"{width} pixels wide")

    assert {where: found for where, found in strange.items() if found} == {}
    assert complaints == []
    page.context.close()


def test_a_nurse_may_look_and_sign_and_nothing_else(chromium: Any, office: Office) -> None:
    page, _ = opened(chromium, office.clinic, LAPTOP, "light")
    signed_in(page, desk_of(office.clinic, office.ana))
    page.goto(f"{office.clinic.parts.base_url}/flows")

    assert page.get_by_role("link", name=DAY_9).count() == 0
    assert page.get_by_role("link", name="Review and sign").count() == 1
    page.context.close()
