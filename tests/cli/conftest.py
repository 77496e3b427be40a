"""A terminal in front of a small clinic: commands are typed, and what they print and their exit code come back."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import app, settings
from bot.cli import run
from bot.service import release
from bot.service.parts import Parts

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
KEY = base64.b64encode(b"k" * 32).decode()
FLOWS = Path(__file__).parents[2] / "flows"


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    error: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@dataclass(frozen=True, slots=True)
class Terminal:
    """`environment` is all that Mendline hears of the outside; nothing of the machine's own settings."""

    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, typed: str | bytes = "") -> Said:
        ours = ("MENDLINE_", "TWILIO_")
        others = ("PORT", "PUBLIC_BASE_URL", "DATABASE_URL", "REDIS_URL", "SMTP_URL")
        cleared = {name: None for name in os.environ if name.startswith(ours) or name in others}
        with CliRunner().isolation(input=typed, env={**cleared, **self.environment}) as (out, error, _):
            code = _exit_code(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            return Said(code, out.getvalue().decode(), error.getvalue().decode())

    def but(self, **changes: str) -> Terminal:
        return Terminal({**self.environment, **changes})

    @property
    def data(self) -> Path:
        return Path(self.environment["MENDLINE_DATA"])


def _exit_code(arguments: tuple[str, ...]) -> int:
    try:
        return run(arguments)
    except SystemExit as ending:
        return int(ending.code or 0)


def environment(data: Path) -> dict[str, str]:
    """A clinic whose clock stands still at NOW."""
    clock = data / "clock.json"
    clock.write_text('{"offset_seconds": 0, "rate": 0}', encoding="utf-8")
    os.utime(clock, (NOW.timestamp(), NOW.timestamp()))
    return {
        "MENDLINE_DATA": str(data),
        "MENDLINE_FLOWS": str(FLOWS),
        "MENDLINE_KEYS": KEY,
        "MENDLINE_CLOCK": str(clock),
    }


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `mendline release` leaves it, made once and copied for each test."""
    data = tmp_path_factory.mktemp("released")
    parts = app.join(settings.read(environment(data)))
    release.release(parts, FLOWS, NOW)
    parts.database.close()
    return data / "mendline.db"


@pytest.fixture
def bare(tmp_path: Path) -> Terminal:
    """Before the first release: there is no database."""
    return Terminal(environment(tmp_path))


@pytest.fixture
def mendline(bare: Terminal, released: Path) -> Terminal:
    shutil.copy(released, bare.data / "mendline.db")
    return bare


@pytest.fixture
def parts(mendline: Terminal) -> Iterator[Parts]:
    """The same clinic from the inside, to put things there that no command makes."""
    parts = app.join(settings.read(mendline.environment))
    yield parts
    parts.database.close()
