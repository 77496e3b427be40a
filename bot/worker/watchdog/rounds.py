"""The canary's rounds: a signed text at the public address, its alert, its page, its acknowledgement; each in time."""

from __future__ import annotations

import html
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import urllib3

from bot.core import canary
from bot.core.watch import Finding
from bot.store import canary as rows
from bot.store import marks
from bot.store.canary import Flight
from bot.store.database import Connection, Work
from bot.worker.watchdog.ground import Ground

T = TypeVar("T")

TURN = "canary:turn"
"""Whose round it is, and since when."""

PASSED = "canary:passed"
"""When a round last came home; its value: how many seconds it took."""

LOOK_SECONDS = 0.2
CALLBACK = re.compile(r'statusCallback="([^"]+)"')


class Missing(Exception):
    """The sentence says what did not come in time."""


class Rounds:
    """`wait` is what passes the time between two looks: a test lets its clinic work meanwhile."""

    def __init__(self, ground: Ground, wait: Callable[[float], object] | None = None) -> None:
        self._ground = ground
        self._wait = wait or threading.Event().wait
        self._began_at = ground.clock.real()
        self._is_failing = False
        self.passed_at: datetime | None = None

    def ask(self) -> Sequence[Finding]:
        """A round when it is our turn; else, does anybody's come home?"""
        if not self._ground.database.write(self._take_turn):
            return self._others()
        began = time.monotonic()
        try:
            self._fly()
        except Missing as missing:
            self._is_failing = True
            return [self._finding(str(missing))]
        finally:
            self._want("")
        self._is_failing = False
        self._passed(time.monotonic() - began)
        return []

    def _take_turn(self, tx: Connection) -> bool:
        """Of several watchdogs one sends it. A round that failed is flown again at once."""
        real, turn = self._ground.clock.real(), marks.hold(tx, TURN)
        is_mine = turn is not None and turn.value == self._ground.me and self._is_failing
        if turn is not None and real - turn.at < self._ground.times.canary and not is_mine:
            return False
        marks.leave(tx, TURN, self._ground.me, real)
        return True

    def _others(self) -> list[Finding]:
        passed = self._ground.database.read(lambda tx: marks.find(tx, PASSED))
        if passed is not None:
            self.passed_at = passed.at
        since = max(self._began_at, self.passed_at or self._began_at)
        late = 2 * self._ground.times.canary + 4 * self._ground.times.canary_step
        if self._ground.clock.real() - since > late:
            return [self._finding("no round has come home lately")]
        return []

    def _finding(self, what: str) -> Finding:
        todo = "text the clinic's number from your own phone and see who is paged; run `mendline doctor`"
        return Finding("canary", f"The canary's test alert: {what}", todo, self._ground.times.unanswered)

    # A round, step by step

    def _fly(self) -> None:
        round_ = secrets.token_hex(8)
        self._want(round_)
        self._until("the clock did not set its stage", lambda: self._read(lambda tx: rows.is_staged(tx, round_)))
        if self._ground.page_to:
            self._ground.database.write(lambda tx: rows.aim(tx, self._ground.vault, self._ground.page_to))
        if not self._text(canary.NUMBER, canary.TEXT):
            raise Missing("its text was not answered with what to do")
        self._until("its text raised no alert", lambda: self._flight().code)
        self._until("its page was not sent", lambda: self._flight().is_paged)
        if not self._text(canary.NURSE_NUMBER, f"ack {self._flight().code}"):
            raise Missing("its acknowledgement was not answered")
        self._until("its acknowledgement did not count", lambda: self._flight().state == "acknowledged")

    def _want(self, round_: str) -> None:
        real = self._ground.clock.real()
        self._ground.database.write(lambda tx: rows.want(tx, round_, real))

    def _text(self, phone: str, words: str) -> bool:
        """Text the clinic, and confirm each reply as the carrier does once a phone has it. True when there was one."""
        sid = canary.SID + secrets.token_hex(13)
        answer = self._post("/sms/inbound", {"MessageSid": sid, "From": phone, "Body": words, "NumMedia": "0"})
        callbacks = CALLBACK.findall(answer)
        for callback in callbacks:
            path = html.unescape(callback).removeprefix(self._ground.base_url)
            self._post(path, {"MessageSid": f"SM{secrets.token_hex(16)}", "MessageStatus": "delivered"})
        return bool(callbacks)

    def _post(self, path: str, form: dict[str, str]) -> str:
        url = self._ground.base_url + path
        try:
            answer = urllib3.request(
                "POST",
                url,
                body=urlencode(form),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "X-Twilio-Signature": self._ground.sign(url, form),
                },
                timeout=self._ground.times.canary_step.total_seconds(),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise Missing(f"its text was not taken ({type(error).__name__})") from error
        if answer.status not in (200, 204):
            raise Missing(f"its text was answered with {answer.status}")
        return answer.data.decode("utf-8", "replace")

    def _flight(self) -> Flight:
        return self._read(rows.flight)

    def _read(self, work: Work[T]) -> T:
        return self._ground.database.read(work)

    def _until(self, what: str, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + self._ground.times.canary_step.total_seconds()
        while not is_so():
            if time.monotonic() > deadline:
                raise Missing(what)
            self._wait(LOOK_SECONDS)

    def _passed(self, seconds: float) -> None:
        real = self._ground.clock.real()
        self._ground.database.write(lambda tx: marks.leave(tx, PASSED, f"{seconds:.1f}", real))
        self.passed_at = real
