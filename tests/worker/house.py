"""A whole clinic of real processes with a watchdog beside it, each of which can be killed, stopped and begun anew.

The watchdog runs in the test's own process with all of its patience shortened; everything else is as in production.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import urllib3

from bot import app as joining
from bot import settings as reading
from bot import signs
from bot.bootstrap import ROOT
from bot.carrier.pretend.company import PretendCarrier
from bot.core.enrollment import Channel
from bot.core.watch import Times
from bot.service import team
from bot.service.parts import Parts
from bot.worker.watchdog.ground import Ground, free_bytes
from bot.worker.watchdog.run import Watchdog, ground_of
from tests.clinic import Mailbox
from tests.processes import wait_for
from tests.worker.doorbell import Doorbell

FASTER = 6
TIMES = replace(Times().faster(FASTER), tick=timedelta(seconds=0.1), ping=timedelta(seconds=1))
SECONDS = 90
"""How long a test waits for what should come within a few seconds: the machine may be busy."""

COMMANDS = {
    "web": ("web",),
    "clock": ("clock",),
    "worker-page": ("worker", "--crew", "pages"),
    "worker-talk": ("worker", "--crew", "texts"),
}


class Outside(ThreadingHTTPServer):
    """Whoever waits for our pings."""

    def __init__(self) -> None:
        self.pings = 0
        super().__init__(("127.0.0.1", 0), _Pinged)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping"


class _Pinged(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Outside)
        self.server.pings += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Says nothing: a test's output is its own."""


class House:
    def __init__(self, database_url: str, folder: Path, keys: Path) -> None:
        self.data = folder
        self.outside = Outside()
        (folder / "redis").mkdir()
        self.doorbell = Doorbell(folder / "redis").start()  # not where a process would start one of its own
        self.carrier = PretendCarrier().start()
        reading.key_file(folder).write_bytes(keys.read_bytes())
        self.environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": self.doorbell.url,
            "MENDLINE_DATA": str(folder),
            "MENDLINE_HEARTBEAT_URL": self.outside.url,
            "PORT": str(_free_port()),
            "TWILIO_ACCOUNT_SID": self.carrier.account_sid,
            "TWILIO_AUTH_TOKEN": self.carrier.token,
            "TWILIO_FROM_NUMBER": self.carrier.senders[0],
            "TWILIO_PAGE_FROM_NUMBER": self.carrier.senders[1],
            "TWILIO_API_BASE_URL": self.carrier.url,
        }
        self.settings = reading.read(self.environment)
        self.carrier.account.webhook = f"{self.settings.public_base_url}/sms/inbound#rc=2&rp=all"
        self.parts: Parts = joining.join(self.settings)
        self.mail = Mailbox()
        now = datetime.now(UTC)
        self.nurse_number = "+15075560001"
        team.add(
            self.parts, self.nurse_number, name="N. One", email="one@clinic.example", role="nurse", rung=1, now=now
        )
        team.add(self.parts, "+15075560002", name="V. Two", email="", role="viewer", rung=None, now=now)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.room_left: Callable[[Path], int] = free_bytes
        self._stop = threading.Event()
        self.watchdog = self._watchdog()

    # Processes

    def begins(self, *parts: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not re.match("MENDLINE_|TWILIO_|REDIS_", name)}
        for part in parts:
            self.processes[part] = subprocess.Popen(
                [sys.executable, "-m", "bot", *COMMANDS[part]],
                cwd=ROOT,
                env={**kept, **self.environment},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def sends(self, number: signal.Signals, *parts: str) -> None:
        """To the whole of each process, its children too."""
        for part in parts:
            os.killpg(self.processes[part].pid, number)

    def is_killed(self, *parts: str) -> None:
        self.sends(signal.SIGKILL, *parts)
        for part in parts:
            self.processes[part].wait()

    def is_up(self) -> bool:
        """Every part has begun its work: the machine may be busy, and the watchdog's shortened patience is not."""
        return wait_for(
            lambda: self._answers() and {sign.part for sign in signs.read(self.data)} >= set(COMMANDS), SECONDS
        )

    def _answers(self) -> bool:
        try:
            url = f"{self.settings.public_base_url}/healthz"
            return urllib3.request("GET", url, timeout=2, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    # The watchdog

    def ground(self) -> Ground:
        found = ground_of(self.settings, times=TIMES)
        return replace(
            found,
            carriers={**found.carriers, Channel.EMAIL: self.mail},
            free=self.room,
        )

    def room(self, folder: Path) -> int:
        return self.room_left(folder)

    def _watchdog(self) -> Watchdog:
        return Watchdog(self.ground(), self._stop)

    def watches(self, *, with_canary: bool = True) -> None:
        if not with_canary:
            self.watchdog = Watchdog(self.ground(), self._stop, with_canary=False)
        threading.Thread(target=self.watchdog.run, daemon=True).start()

    # What people hear

    @property
    def pages(self) -> list[str]:
        """What the watchdog texted to the nurse; her other pages apart."""
        heard = (shown.body for shown in self.carrier.phone(self.nurse_number).received)
        return [words for words in heard if words.startswith("Mendline watchdog")]

    def hears(self, *fragments: str, since: int = 0, mail: bool = False) -> bool:
        """Somewhere in the watchdog's pages since then stand all of these words."""

        def heard() -> bool:
            words = [mail.body for mail in self.mail.mails] if mail else self.pages
            return all(any(fragment in each for each in words[since:]) for fragment in fragments)

        return wait_for(heard, SECONDS)

    def is_well(self) -> bool:
        return wait_for(self.watchdog.is_all_well, SECONDS)

    def is_over(self) -> bool:
        """Nothing that was told stands any more, and the nurse has been told so."""
        return wait_for(
            lambda: self.is_well() and not any(t.stands for t in self.watchdog.memory.troubles.values()), SECONDS
        )

    def stays_silent_outside(self) -> bool:
        """No ping, but one that was on its way, while several would have been due."""
        pings = self.outside.pings
        time.sleep(3 * TIMES.ping.total_seconds())
        return self.outside.pings - pings <= 1

    def closes(self) -> None:
        self._stop.set()
        for part, process in self.processes.items():
            if process.poll() is None:
                self.sends(signal.SIGCONT, part)
                self.is_killed(part)
        self.parts.database.close()
        self.carrier.stop()
        self.doorbell.stop()
        self.outside.shutdown()
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
