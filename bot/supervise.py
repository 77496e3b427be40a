"""Keeps our own processes running: starts them, says so when one ends, starts it again, and ends them all in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

from bot.tether import tethered

TICK_SECONDS = 0.2
PATIENCE_SECONDS = 4.0
"""From asking a child to end to killing it; all together it stays under five seconds."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
STEADY_SECONDS = 60.0
"""A child that lived as long as this is started again at once when it ends."""

REMEMBERED_LINES = 6

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Child:
    """One process of ours. `environment` is all that it gets."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


def ours(name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Child:
    """A child that runs one of our own commands."""
    unbuffered = {"PYTHONUNBUFFERED": "1"}  # so that its log lines come when they are said
    return Child(name, (sys.executable, "-m", "bot", *arguments), {**(environment or os.environ), **unbuffered})


class Stop:
    """Becomes true when somebody asks us to end: Ctrl-C, `kill`, or the terminal that closes."""

    def __init__(self) -> None:
        self.asked = 0

    def __bool__(self) -> bool:
        return self.asked > 0

    def listen(self) -> Stop:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asked for the terminal not to matter
            signal.signal(signal.SIGHUP, self._ask)
        return self

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    wait: float = FIRST_WAIT
    last_words: list[str] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """All children of one command. To be used from the main thread: children end with the thread that started them.

    `tell` gets what a person should see, `log` every line that a child says, with its name before it.
    """

    def __init__(self, stop: Stop, *, tell: Tell, log: Tell) -> None:
        self._stop = stop
        self._tell = tell
        self._log = log
        self._all: list[_Running] = []

    def start(self, child: Child) -> None:
        running = _Running(child)
        self._all.append(running)
        self._start(running)

    def failed(self) -> tuple[Child, int, str] | None:
        """A child that has ended and not come back: which, its exit code, and its last words."""
        for running in self._all:
            if running.process is None or running.process.poll() is None:
                continue
            return running.child, running.process.returncode, "\n".join(running.last_words)
        return None

    def watch(self, each_second: Callable[[], None] = lambda: None) -> None:
        """Returns when somebody asks us to end. `each_second` runs in between."""
        next_second = time.monotonic()
        while not self._stop:
            self._revive()
            if time.monotonic() >= next_second:
                next_second = time.monotonic() + 1
                each_second()
            time.sleep(TICK_SECONDS)

    def end(self) -> None:
        """Asks all to end, waits, and kills what is left. Being asked to end once more cuts the wait short."""
        alive = [running for running in self._all if running.is_alive]
        for running in alive:
            if running.process:
                running.process.terminate()
        asked, deadline = self._stop.asked, time.monotonic() + PATIENCE_SECONDS
        while any(running.is_alive for running in alive):
            if time.monotonic() > deadline or self._stop.asked > max(asked, 1):
                break
            time.sleep(0.02)
        for running in alive:
            _kill(running)
        self._all.clear()

    def _start(self, running: _Running) -> None:
        running.process = subprocess.Popen(
            tethered(running.child.command),
            env=running.child.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches us alone; we then end them in order
        )
        running.started_at = time.monotonic()
        running.again_at = 0.0
        threading.Thread(target=self._pass_on, args=(running, running.process), daemon=True).start()

    def _pass_on(self, running: _Running, process: subprocess.Popen[str]) -> None:
        assert process.stdout  # noqa: S101 - we asked for a pipe
        for line in process.stdout:
            running.last_words = [*running.last_words, line.rstrip()][-REMEMBERED_LINES:]
            self._log(f"{running.child.name:<8} | {line.rstrip()}")

    def _revive(self) -> None:
        for running in self._all:
            if running.is_alive:
                continue
            if not running.again_at:
                self._plan(running)
            elif time.monotonic() >= running.again_at:
                self._start(running)

    def _plan(self, running: _Running) -> None:
        """When to start it again: soon after a long life, later and later after short ones."""
        assert running.process  # noqa: S101 - it has ended, so it has been
        lived = time.monotonic() - running.started_at
        running.wait = FIRST_WAIT if lived >= STEADY_SECONDS else min(running.wait * 2, LONGEST_WAIT)
        running.again_at = time.monotonic() + running.wait
        self._tell(
            f"{running.child.name} ended ({_how(running.process.returncode)}); starting it again in {running.wait:g} s."
        )


def _how(code: int) -> str:
    if code >= 0:
        return f"exit {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _kill(running: _Running) -> None:
    """The whole group, since a child that had to be killed may have left children of its own."""
    if running.process and running.is_alive:
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
