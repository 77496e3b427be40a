"""The processes that are measured: the product's own commands, the floor, the stub carrier. All end with us."""

from __future__ import annotations

import base64
import http.client
import os
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import settings as reading
from bot.bench.machine import free_port
from bot.bench.texts import ACCOUNT, SENDER, TOKEN, Target
from bot.bootstrap import ROOT
from bot.errors import UserError
from bot.settings import Settings
from bot.supervise import Child, Stop, Supervisor, ours

READY_SECONDS = 30.0
OUR_OWN = ("MENDLINE_", "TWILIO_", "DATABASE_URL", "REDIS_URL", "SMTP_URL", "PUBLIC_BASE_URL", "PORT", "WORKERS")


@dataclass(frozen=True, slots=True)
class Site:
    """A clinic of the benchmark's own: nothing of the caller's environment reaches it."""

    environment: Mapping[str, str]
    settings: Settings
    target: Target


def site(data: Path, database_url: str, *, carrier_port: int = 9) -> Site:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OUR_OWN)}
    ours_alone = {
        "PORT": str(port),
        "DATABASE_URL": database_url,
        "MENDLINE_DATA": str(data),
        "MENDLINE_FLOWS": os.environ.get("MENDLINE_FLOWS") or str(ROOT / "flows"),
        "MENDLINE_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": SENDER,
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{carrier_port}",
    }
    return Site({**kept, **ours_alone}, reading.read(ours_alone), Target(port))


class Servers:
    """Starts processes and waits until they take calls. Use from the main thread: they end with it."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._supervisor = Supervisor(Stop(), tell=self._said.append, log=self._said.append)

    def product(self, clinic: Site, *command: str) -> None:
        self._supervisor.start(ours(command[-1], *command, environment=clinic.environment))

    def module(self, name: str, *arguments: str) -> None:
        self._supervisor.start(Child(name, (sys.executable, "-m", name, *arguments), dict(os.environ)))

    def wait_for(self, target: Target) -> None:
        """Raises UserError with the last words of a process that ended instead."""
        deadline = time.monotonic() + READY_SECONDS
        while not _is_well(target):
            if failed := self._supervisor.failed():
                child, code, words = failed
                raise UserError(f"{child.name} ended at once (exit {code}):\n{words}")
            if time.monotonic() > deadline:
                raise UserError("A server did not get ready:\n" + "\n".join(self._said[-6:]))
            time.sleep(0.05)

    def end(self) -> None:
        self._supervisor.end()


@contextmanager
def servers() -> Iterator[Servers]:
    started = Servers()
    try:
        yield started
    finally:
        started.end()


def _is_well(target: Target) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
