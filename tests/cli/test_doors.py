"""The long-running commands: what they refuse with a sentence before anything is started."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import doors, run
from bot.pace import Pace

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The commands write settings into the environment for their children, and listen to signals; none may stay."""
    before, handlers = dict(os.environ), {number: signal.getsignal(number) for number in ENDING}
    for name in before:
        if name.startswith(("MENDLINE_", "TWILIO_", "REDIS_", "DATABASE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MENDLINE_DATA", str(tmp_path))
    yield
    os.environ.clear()
    os.environ.update(before)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def live(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM_NUMBER": "+15075550100",
        "PUBLIC_BASE_URL": "https://texts.clinic.example",
        "MENDLINE_KEYS": "A" * 43 + "=",
    }.items():
        monkeypatch.setenv(name, value)


def test_a_key_is_made_once_and_said_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, second = doors.prepare(), doors.prepare()

    assert first.keys == second.keys != ()
    assert capsys.readouterr().err.count("made a key in") == 1
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", ["web", "up"])
def test_a_taken_port_is_a_sentence(capsys: pytest.CaptureFixture[str], taken: int, command: str) -> None:
    assert run([command, "--port", str(taken)]) == 2
    assert f"take another with --port {taken + 1}." in capsys.readouterr().err


def test_sqlite_takes_one_web_process(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["web", "--workers", "2"]) == 2
    assert "SQLite takes one web process" in capsys.readouterr().err


def test_the_clinics_time_is_not_sped_up_for_real_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live(monkeypatch)

    assert run(["up", "--speed", "60"]) == 2
    assert "leave it away while texts reach real people" in capsys.readouterr().err


def test_two_clocks_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("MENDLINE_CLOCK", str(tmp_path / "another.json"))

    assert run(["up", "--speed", "60"]) == 2
    assert "MENDLINE_CLOCK already moves the clinic's clock" in capsys.readouterr().err
    assert not Pace(tmp_path).clock_file.exists()


def test_a_setting_that_does_not_exist_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MENDLINE_KEY", "x")

    assert run(["clock"]) == 2
    assert "Did you mean MENDLINE_KEYS?" in capsys.readouterr().err
