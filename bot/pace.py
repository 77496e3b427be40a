"""The clinic's time on one machine: how fast it goes, and where it goes on after a restart or a kill -9."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import FileClock, read_shift


@dataclass(frozen=True, slots=True)
class Pace:
    """The clock file that every process reads, and beside it what time it last was in the clinic."""

    data: Path

    @property
    def clock_file(self) -> Path:
        return self.data / "clock.json"

    @property
    def memory(self) -> Path:
        return self.data / "clinic-time.json"

    def begin(self, speed: float | None, *, real: float) -> Path | None:
        """The clock file for this run; None while the clinic has never left real time.

        With a speed, the clinic goes on from the moment at which it stopped: an evening's trial is taken up in the
        morning as if no night had passed. Without, its lead over real time is kept, and the night passes.
        """
        if speed is None and not self.clock_file.exists():
            return None
        clinic, was_real = self._last(real)
        offset = clinic - (real if speed is not None else was_real)
        _replace(self.clock_file, {"offset_seconds": offset, "rate": speed or 1}, at=real)
        self.remember(real=real)
        return self.clock_file

    def remember(self, *, real: float) -> None:
        """Once a second: what kill -9 leaves is then a second old at most."""
        shift = read_shift(self.clock_file)
        if shift:
            clinic = shift.apply(datetime.fromtimestamp(real, UTC)).timestamp()
            _replace(self.memory, {"clinic": clinic, "real": real}, at=real)

    def now(self) -> datetime:
        """What time it is in the clinic."""
        return FileClock(self.clock_file).now()

    def _last(self, real: float) -> tuple[float, float]:
        """The last known moment, in the clinic and outside."""
        try:
            content = json.loads(self.memory.read_text(encoding="utf-8"))
            return float(content["clinic"]), float(content["real"])
        except (OSError, ValueError, KeyError, TypeError):
            shift = read_shift(self.clock_file)
            return (real + shift.offset_seconds if shift else real), real


def _replace(path: Path, content: dict[str, float], *, at: float) -> None:
    """By rename, so that nobody reads a half. The time of the file is part of the clock: it is set, not left to be."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(content), encoding="utf-8")
    os.utime(draft, (at, at))
    draft.replace(path)
