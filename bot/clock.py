"""The one seam through which time is read: the clinic's clock, and the real one for leases and receipts."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from uuid import uuid4

REREAD_SECONDS = 0.5
"""A replaced clock file is seen within a second by every process (the contract); we look twice as often."""


@dataclass(frozen=True, slots=True)
class Uptime:
    """How long the machine has run since its start `boot`. Nobody can set this, and sleeping counts."""

    boot: str
    elapsed: timedelta


class Clock(Protocol):
    """`now` is the clinic's time, `real` the machine's; both aware and in UTC."""

    def now(self) -> datetime: ...

    def real(self) -> datetime: ...

    def uptime(self) -> Uptime: ...


class SystemClock:
    """The clinic lives in real time."""

    def now(self) -> datetime:
        return self.real()

    def real(self) -> datetime:
        return datetime.now(UTC)

    def uptime(self) -> Uptime:
        return Uptime(_boot(), timedelta(seconds=time.clock_gettime(_SINCE_BOOT)))


_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@lru_cache(maxsize=1)
def _boot() -> str:
    """Which start of which machine this is; where the system does not say, each process is one of its own."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid4())


@dataclass(frozen=True, slots=True)
class Shift:
    """What a clock file says: now = real + offset + (rate - 1)(real - the file's mtime)."""

    offset_seconds: float
    rate: float
    since: float

    def apply(self, real: datetime) -> datetime:
        seconds = self.offset_seconds + (self.rate - 1) * (real.timestamp() - self.since)
        return real + timedelta(seconds=seconds)


class FileClock(SystemClock):
    """A clock moved by a JSON file, for trying and testing. An unreadable file leaves the last good one in force."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = float("-inf")
        self._shift = Shift(0.0, 1.0, 0.0)

    def now(self) -> datetime:
        if time.monotonic() - self._read_at >= REREAD_SECONDS:
            self._read_at = time.monotonic()
            self._shift = read_shift(self._path) or self._shift
        return self._shift.apply(self.real())


def read_shift(path: Path) -> Shift | None:
    """The shift in this file, or None when it is missing, half-written or not numbers."""
    try:
        with path.open(encoding="utf-8") as file:
            since = os.fstat(file.fileno()).st_mtime  # of the very file that is read: another may have replaced it
            content = json.load(file)
        return Shift(float(content.get("offset_seconds", 0)), float(content.get("rate", 1)), since)
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def clock_from(path: Path | None) -> Clock:
    return FileClock(path) if path else SystemClock()
