"""`mendline up` for real: one command, a whole clinic; and nothing left of it when it ends, however it ends."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bootstrap import ROOT
from tests.processes import alive, wait_for

pytestmark = [
    pytest.mark.xdist_group("up"),  # one clinic at a time: each is a handful of processes
    pytest.mark.skipif(sys.platform != "linux", reason="looks for orphans in /proc"),
]
START_SECONDS = 60
MOST_MEGABYTES = 400
"""A clinic fits a machine of half a gigabyte; with pages that processes share counted once."""


class Clinic:
    """One `up` in a data folder of its own. Everything that it says is kept."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.environment = environment
        self.port = free_port()
        self.said = ""
        self.process: subprocess.Popen[str] | None = None

    def up(self, *arguments: str) -> Clinic:
        self.said = ""
        self.process = self.start(*arguments)
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        assert wait_for(lambda: "Mendline is running" in self.said or self.has_ended, START_SECONDS), self.said
        assert not self.has_ended, self.said
        return self

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not re.match("MENDLINE_|TWILIO_|REDIS_", name)}
        return subprocess.Popen(
            [sys.executable, "-m", "bot", "up", "--port", str(self.port), *arguments],
            cwd=ROOT,
            env={**kept, "MENDLINE_DATA": str(self.data), "PYTHONUNBUFFERED": "1", **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(10)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def gets(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def process_ids(self, words: str) -> set[int]:
        return {number for number, command in alive(self.data).items() if words in command}

    def clinic_time(self) -> float:
        return float(json.loads((self.data / "clinic-time.json").read_text())["clinic"])

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            self.said += line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def proportional_megabytes(number: int) -> float:
    told = Path(f"/proc/{number}/smaps_rollup").read_text()
    found = re.search(r"^Pss: +([0-9]+) kB$", told, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic(tmp_path / "data")
    yield clinic
    for number in alive(clinic.data):
        os.kill(number, signal.SIGKILL)


def test_one_clinic_a_folder_and_ctrl_c_ends_it_all(clinic: Clinic) -> None:
    clinic.up()

    second = clinic.start()
    said, _ = second.communicate(timeout=20)
    began = time.monotonic()
    code = clinic.end(signal.SIGINT)
    took = time.monotonic() - began

    assert (second.returncode, "already running" in said, len(said.splitlines())) == (1, True, 1)
    assert (code, took < 6) == (0, True)
    assert alive(clinic.data) == {}
    assert f"http://127.0.0.1:{clinic.port}/phones" in clinic.said
    assert "Stopped. The same command goes on where it was." in clinic.said
    assert "Traceback" not in clinic.said + (clinic.data / "up.log").read_text()


def test_the_printed_link_lets_the_first_admin_in(clinic: Clinic) -> None:
    clinic.up()

    link = re.search(rf"First admin +http://127.0.0.1:{clinic.port}(\S+)", clinic.said)

    assert link
    assert "Choose a password" in clinic.gets(link[1])
    assert clinic.end() == 0


def test_all_of_it_together_stays_small(clinic: Clinic) -> None:
    clinic.up()
    assert wait_for(lambda: clinic.process_ids("doorbell.sock") and clinic.is_ready(), 30)

    together = sum(proportional_megabytes(number) for number in alive(clinic.data))

    assert 0 < together < MOST_MEGABYTES
    assert clinic.end() == 0


def test_kill_9_leaves_nobody_and_the_clinics_time_goes_on(clinic: Clinic) -> None:
    clinic.up("--speed", "3600")
    assert wait_for(lambda: clinic.clinic_time() > time.time() + 3600, 10)

    clinic.end(signal.SIGKILL)

    assert wait_for(lambda: not alive(clinic.data), 3), alive(clinic.data)
    stopped_at = clinic.clinic_time()

    clinic.up()

    assert clinic.end(signal.SIGTERM) == 0
    assert stopped_at <= clinic.clinic_time() < stopped_at + 600
    assert "at the pace of real time" in clinic.said


def test_parts_that_die_come_back(clinic: Clinic) -> None:
    clinic.up()
    before = {words: clinic.process_ids(words) for words in ("bot web", "bot clock", "doorbell.sock", "carrier_server")}

    for numbers in before.values():
        os.kill(min(numbers), signal.SIGKILL)

    for words, numbers in before.items():
        assert wait_for(lambda w=words, n=numbers: clinic.process_ids(w) - n, 15), words  # type: ignore[misc]
    assert wait_for(clinic.is_ready, 15)
    assert "web ended (SIGKILL); starting it again in 1 s." in clinic.said
    assert clinic.end() == 0


def test_a_port_that_is_taken_is_a_sentence(clinic: Clinic) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", clinic.port))
        other.listen()

        process = clinic.start()
        said, _ = process.communicate(timeout=20)

    assert process.returncode == 2
    assert f"Port {clinic.port} on 127.0.0.1 cannot be used (address already in use)" in said
    assert "Traceback" not in said
    assert alive(clinic.data) == {}
