"""Servers of which a data folder has one at a time, whoever starts it: the doorbell, the pretend carrier.

The lock file is locked by whoever starts the server and inherited by the server, so it is held exactly as long as the
server lives. Whoever cannot take it uses the server that is there.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.errors import UserError
from bot.tether import tethered

READY_SECONDS = 15.0

_started: list[subprocess.Popen[bytes]] = []
"""Those that this process started: kept, so that the dead are reaped."""


@dataclass(frozen=True, slots=True)
class Lone:
    """`command` is asked for only when a server must be started; `answers` says whether it takes calls."""

    name: str
    folder: Path
    command: Callable[[], Sequence[str]]
    answers: Callable[[], bool]

    def ensure(self) -> None:
        """Returns when a server answers. Cheap to ask again; starts one when there is none.

        Only the main thread starts one, because a server ends with the thread that started it. For other threads this
        does nothing: they call in vain until the main thread has asked again.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        _started[:] = [server for server in _started if server.poll() is None]
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / f"{self.name}.lock").open("a") as lock:
            self._see_to_it(lock)

    def _see_to_it(self, lock: IO[str]) -> None:
        """Tries for the lock again and again: the server that holds it may be starting, and may be dying."""
        server, deadline = None, time.monotonic() + READY_SECONDS
        while True:
            if server is None and _take(lock):
                server = self._start(lock.fileno())
            if self.answers():
                return
            if server and server.poll() is not None:
                raise UserError(f"The {self.name} ended at once: {self._last_words()} (all of it: {self._log})")
            if time.monotonic() > deadline:
                raise UserError(f"The {self.name} does not answer: what it said last is in {self._log}.")
            time.sleep(0.02)

    def _start(self, lock: int) -> subprocess.Popen[bytes]:
        with os.fdopen(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
            server = subprocess.Popen(
                tethered(self.command()),
                pass_fds=(lock,),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the one who started it, who then ends it in order
            )
        _started.append(server)
        return server

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def stop() -> None:
    """Ends the servers that this process started, within three seconds."""
    for server in _started:
        server.terminate()
    deadline = time.monotonic() + 3
    for server in _started:
        try:
            server.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    _started.clear()
