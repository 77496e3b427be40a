"""Children come back when they end, end in order when asked, and never outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.supervise import Child, Stop, Supervisor
from tests.processes import alive, wait_for

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)


class Heard:
    """A supervisor whose words are kept, and who can be asked to end from the test's own thread."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.told: list[str] = []
        self.log: list[str] = []
        self.supervisor = Supervisor(self.stop, tell=self.told.append, log=self.log.append)

    def start(self, name: str, code: str, **environment: str) -> None:
        self.supervisor.start(Child(name, (sys.executable, "-c", code), {**os.environ, **environment}))

    def watch_for(self, seconds: float) -> None:
        timer = threading.Timer(seconds, lambda: setattr(self.stop, "asked", 1))
        timer.start()
        self.supervisor.watch()
        timer.join()


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    yield heard
    heard.supervisor.end()


def test_each_line_bears_its_childs_name(heard: Heard) -> None:
    heard.start("web", "print('one'); print('two')")

    assert wait_for(lambda: len(heard.log) == 2, 5)
    assert heard.log == ["web      | one", "web      | two"]


def test_a_child_that_ends_is_started_again_and_we_are_told(heard: Heard) -> None:
    heard.start("clock", "print('here'); raise SystemExit(3)")

    heard.watch_for(2.5)

    assert heard.log.count("clock    | here") == 2
    assert heard.told[:2] == [
        "clock ended (exit 3); starting it again in 1 s.",
        "clock ended (exit 3); starting it again in 2 s.",
    ]


def test_what_failed_at_the_start_is_known_with_its_last_words(heard: Heard) -> None:
    heard.start("web", "print('no port'); raise SystemExit(2)")

    assert wait_for(heard.supervisor.failed, 5)
    child, code, words = heard.supervisor.failed() or (None, 0, "")
    assert child is not None
    assert (child.name, code) == ("web", 2)
    assert wait_for(lambda: (heard.supervisor.failed() or (None, 0, ""))[2] == "no port", 2), words


def test_all_end_in_order(heard: Heard) -> None:
    ending = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye')))"
    heard.start("web", f"{ending}; print('up', flush=True); time.sleep(60)")
    assert wait_for(lambda: heard.log, 5)

    heard.supervisor.end()

    assert wait_for(lambda: heard.log == ["web      | up", "web      | bye"], 2)


def test_a_deaf_child_is_killed_after_a_while_and_at_once_when_asked_twice(heard: Heard) -> None:
    heard.start("web", STUBBORN)
    assert wait_for(lambda: heard.log, 5)
    heard.stop.asked = 1
    threading.Timer(0.3, lambda: setattr(heard.stop, "asked", 2)).start()
    began = time.monotonic()

    heard.supervisor.end()

    assert time.monotonic() - began < 2


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_and_their_forks_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    child = (
        "import os, time; from bot.tether import tie_forks; tie_forks(); "
        "print('forking', flush=True); os.fork(); time.sleep(60)"
    )
    parent = (
        "import os, sys, time; from bot.supervise import *; "
        "s = Supervisor(Stop(), tell=print, log=lambda line: print(line, flush=True)); "
        f"s.start(Child('web', (sys.executable, '-c', {child!r}), os.environ)); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", parent], env={**os.environ, "MENDLINE_DATA": str(tmp_path)}, stdout=subprocess.PIPE
    )
    assert process.stdout
    process.stdout.readline()
    assert wait_for(lambda: len(alive(tmp_path)) == 3, 5)

    process.kill()
    process.wait()

    assert wait_for(lambda: not alive(tmp_path), 3), alive(tmp_path)


def test_the_signals_that_end_us(heard: Heard) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        heard.stop.listen()
        os.kill(os.getpid(), signal.SIGTERM)

        assert heard.stop.asked == 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
