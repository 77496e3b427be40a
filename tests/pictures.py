"""Makes the README's pictures from the running program: `.venv/bin/python -m tests.pictures`. Needs Chromium."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bot.core.sign_in import code_at, counter_of

PICTURES = Path(__file__).resolve().parents[1] / "bot" / "docs" / "pictures"
LAPTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
READY_SECONDS = 60


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with _running() as (base, data), sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport=LAPTOP, color_scheme="light", device_scale_factor=1)
        page.goto(f"{base}/phones")
        _text(page, "about a 4")
        _text(page, "cant feel when I wipe")
        page.get_by_text("Reply ACK").first.wait_for()
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "phones.png")
        page.goto(page.get_by_text("Open alert").first.get_attribute("href") or base)
        page.set_viewport_size(PHONE)
        page.screenshot(path=PICTURES / "alert.png")
        page.set_viewport_size(PHONE)
        page.goto(f"{base}/phones")
        page.get_by_text("Reply ACK").first.wait_for(state="attached")
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "phones-phone.png")
        _plan_the_rota(data)
        page = _console(chromium, base, _first_link(data))
        _editor(page, base)
        chromium.close()


def _first_link(data: str) -> str:
    return str(_mendline(data, "staff", "link", "--first-admin", "--json")[0]["link"])


def _plan_the_rota(data: str) -> None:
    """Two nurses share the days and the nights by turns; on Sunday nights those stand there who have that rung."""
    ids = [row["id"] for row in _mendline(data, "staff", "list", "--json")]
    today = datetime.now(UTC).date().isoformat()
    for rung, hours, people in ((1, "07:00-19:00", ids), (1, "19:00-07:00", ids[::-1]), (2, "07:00-19:00", ids[::-1])):
        days = "mon-sat" if (rung, hours) == (1, "19:00-07:00") else "every day"
        shift = ("--rung", str(rung), "--days", days, "--hours", hours, "--first-day", today)
        _mendline(data, "oncall", "add-shift", *shift, *people)


def _mendline(data: str, *words: str) -> list[dict[str, str]]:
    command = [sys.executable, "-m", "bot", *words]
    done = subprocess.run(
        command, env={**os.environ, "MENDLINE_DATA": data}, capture_output=True, check=True, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()] if "--json" in words else []


def _console(chromium: Browser, base: str, link: str) -> Page:
    """The first admin sets up an account, and opens the emergency: by day and by night."""
    page = chromium.new_page(viewport=LAPTOP, color_scheme="light", device_scale_factor=1)
    path = link[link.index("/welcome/") :]
    page.goto(base + path)
    key = page.locator("code.key").inner_text().replace(" ", "")
    page.get_by_label("Your name").fill("Dr. Wei Chen")
    page.get_by_label("Your mobile number").fill("+15075550190")
    page.get_by_label("Choose a password").fill("four words that differ")
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    page.get_by_label("The six digits").fill(code_at(secret, counter_of(datetime.now(UTC))))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="I have kept them").click()
    page.locator("#list .item").first.click()
    page.wait_for_timeout(800)
    page.screenshot(path=PICTURES / "console.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=PICTURES / "console-dark.png")
    page.set_viewport_size(PHONE)
    page.screenshot(path=PICTURES / "console-phone.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(LAPTOP)
    page.goto(f"{base}/on-call")
    page.wait_for_timeout(800)
    page.screenshot(path=PICTURES / "oncall.png")
    return page


def _editor(page: Page, base: str) -> None:
    """The admin talks to day 9 until a red flag, renames a question, and looks at what that changes."""
    page.set_default_timeout(120_000)
    page.set_viewport_size(LAPTOP)
    page.emulate_media(color_scheme="light")
    page.goto(f"{base}/flows/edit/checkins/day-09.yaml")
    page.get_by_text("Passes the proof").wait_for()
    for reply in ("no", "no but my calf is swollen"):
        page.get_by_label("Reply as the patient").fill(reply)
        page.get_by_role("button", name="Send").click()
        page.locator("#talk .patient").filter(has_text=reply).last.wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / "editor.png")
    page.goto(f"{base}/flows/edit/parts/wound.yaml")
    page.get_by_text("Passes the proof").wait_for()
    page.locator("#text .cm-content").click()
    page.keyboard.press("Control+f")
    page.keyboard.type("Look at your cut")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.insert_text("Please look at your cut")
    page.keyboard.press("Control+s")
    page.get_by_text("Saved into").wait_for()
    page.goto(f"{base}/flows/publish")
    page.screenshot(path=PICTURES / "editor-review.png")


def _text(page: Page, words: str) -> None:
    composer = page.get_by_placeholder("Text message").first
    composer.fill(words)
    composer.press("Enter")
    page.wait_for_timeout(2000)


@contextmanager
def _running() -> Iterator[tuple[str, str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "bot", "up", "--port", str(port)]
        flows = Path(data) / "flows"
        shutil.copytree(Path(__file__).resolve().parents[1] / "flows", flows)
        env = {**os.environ, "MENDLINE_DATA": data, "MENDLINE_FLOWS": str(flows)}
        clinic = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz")
            time.sleep(3)
            yield f"http://127.0.0.1:{port}", data
        finally:
            clinic.send_signal(signal.SIGINT)
            clinic.wait(20)


def _wait(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - our own address
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise SystemExit("the program was not ready in time")


if __name__ == "__main__":
    main()
