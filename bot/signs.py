"""Signs of life: a small file for each loop of each process, touched whenever the loop comes round.

They need no database, no lock and, once made, no room on the disk: so a part that hangs or is dead is told apart from
a database that takes nothing. A process that ends in order takes its files with it; one that was killed leaves them,
and whoever begins after it as the same part clears them away.
"""

from __future__ import annotations

import atexit
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = "alive"
BEAT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sign:
    """One loop of one process. `began` and `beat` are nanoseconds of the file system's own clock."""

    part: str
    loop: str
    host: str
    pid: int
    began: int
    beat: int


class Signs:
    """Those of this process, as `part`. A sign that cannot be left is no reason to stop working."""

    def __init__(self, data: Path, part: str) -> None:
        self._folder = data / FOLDER
        self._part = part
        self._host = socket.gethostname().partition(".")[0].replace("@", "-") or "here"
        self._begun: set[str] = set()
        self._has_left = False
        self._clear_the_dead()

    def beat(self, loop: str) -> None:
        """This loop has come round."""
        path = self._path(loop)
        try:
            if loop in self._begun:
                os.utime(path)
            else:
                self._begin(path)
                self._begun.add(loop)
        except OSError:
            self._begun.discard(loop)  # somebody removed it, or there is no room: it is made anew at the next beat

    def beat_on(self, loop: str) -> None:
        """From a thread of its own, until the process ends: for one whose own loop is somebody else's code. Says that
        it runs, not that it answers: whoever watches it asks it as well."""
        threading.Thread(target=self._beat_on, args=(loop,), name="signs", daemon=True).start()
        atexit.register(self.leave)

    def _beat_on(self, loop: str) -> None:
        while not self._has_left:
            self.beat(loop)
            time.sleep(BEAT_SECONDS)

    def leave(self) -> None:
        """Ended in order: nobody need look for us, nor for children of ours that were ended without a word."""
        self._has_left = True
        for loop in tuple(self._begun):
            self._path(loop).unlink(missing_ok=True)
        self._begun.clear()
        self._clear_the_dead()

    def _begin(self, path: Path) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(str(path.stat().st_mtime_ns), "ascii")

    def _path(self, loop: str) -> Path:
        return self._folder / f"{self._part}@{loop}@{self._host}@{os.getpid()}"

    def _clear_the_dead(self) -> None:
        for sign in read(self._folder.parent):
            if sign.part == self._part and sign.host == self._host and not _is_there(sign.pid):
                forget(self._folder.parent, sign)


def read(data: Path) -> list[Sign]:
    """All signs in this data folder; files that are none are passed over."""
    try:
        found = sorted((data / FOLDER).iterdir())
    except OSError:
        return []
    return [sign for path in found for sign in _sign(path)]


def forget(data: Path, sign: Sign) -> None:
    (data / FOLDER / f"{sign.part}@{sign.loop}@{sign.host}@{sign.pid}").unlink(missing_ok=True)


def _sign(path: Path) -> Iterator[Sign]:
    names = path.name.split("@")
    try:
        part, loop, host, pid = names
        beat = path.stat().st_mtime_ns
        began = path.read_text("ascii")
        yield Sign(part, loop, host, int(pid), int(began) if began else beat, beat)
    except (OSError, ValueError):
        return


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
