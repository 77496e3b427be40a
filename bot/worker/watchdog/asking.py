"""Asking parts how they are, each in a thread of its own: one that does not answer keeps nobody else waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.watch import Finding, Times

log = logging.getLogger(__name__)

Ask = Callable[[], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Question:
    """`ask` says what is wrong, and may hang: then `part` does not answer."""

    part: str
    ask: Ask
    every: timedelta
    patience: timedelta


class Asking:
    """One question, asked again and again until `stop`."""

    def __init__(self, question: Question, times: Times, stop: threading.Event) -> None:
        self.question = question
        self._times = times
        self._stop = stop
        self._findings: Sequence[Finding] = ()
        self._asked_at: float | None = None
        self.has_answered = False

    def start(self) -> None:
        threading.Thread(target=self._loop, name=f"ask-{self.question.part}", daemon=True).start()

    def findings(self) -> Sequence[Finding]:
        """Of the last answer; while the next one does not come, that."""
        asked_at = self._asked_at
        if asked_at is None or time.monotonic() - asked_at < self.question.patience.total_seconds():
            return self._findings
        part = self.question.part
        return [Finding(part, f"The {part} does not answer at all", "see that it runs", self._times.unanswered)]

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._asked_at = time.monotonic()
            self._findings = self._answer()
            self._asked_at, self.has_answered = None, True
            self._stop.wait(self.question.every.total_seconds())

    def _answer(self) -> Sequence[Finding]:
        try:
            return self.question.ask()
        except Exception as error:  # noqa: BLE001 - the watchdog lives on whatever a part does
            log.error("watchdog: asking the %s failed (%s)", self.question.part, type(error).__name__)  # noqa: TRY400 - a traceback could quote a person
            what = f"The {self.question.part} could not be asked ({type(error).__name__})"
            return [Finding(self.question.part, what, "run `mendline doctor`", self._times.unanswered)]
