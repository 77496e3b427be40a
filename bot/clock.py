"""The one seam through which time is read: the clinic's clock, and the real one for leases and receipts."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

REREAD_SECONDS = 0.5
"""A replaced clock file is seen within a second by every process (the contract); we look twice as often."""


class Clock(Protocol):
    """`now` is the clinic's time, `real` the machine's; both aware and in UTC."""

    def now(self) -> datetime: ...

    def real(self) -> datetime: ...


class SystemClock:
    """The clinic lives in real time."""

    def now(self) -> datetime:
        return self.real()

    def real(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Shift:
    """What a clock file says: now = real + offset + (rate - 1)(real - the file's mtime)."""

    offset_seconds: float
    rate: float
    since: float

    def apply(self, real: datetime) -> datetime:
        seconds = self.offset_seconds + (self.rate - 1) * (real.timestamp() - self.since)
        return real + timedelta(seconds=seconds)


class FileClock:
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

    def real(self) -> datetime:
        return datetime.now(UTC)


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
