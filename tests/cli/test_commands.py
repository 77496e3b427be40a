"""The command line as a whole: quick, lazy, and sentences instead of tracebacks."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from bot import cli
from bot.cli import COMMANDS, mendline, run
from bot.errors import Refused, UserError


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_teaches(name: str) -> None:
    command = mendline.get_command(click.Context(mendline), name)

    assert command is not None
    assert command.help


def test_help_imports_neither_commands_nor_the_store() -> None:
    code = (
        "import sys; from bot.cli import run; run(['--help']); "
        "print([name for name in sys.modules if name in ('sqlalchemy', 'flask', 'twilio', 'rich') or "
        "name.startswith('bot.cli.')])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
    assert "python3 -m bot up" in done.stdout


@pytest.mark.parametrize(
    ("error", "code"), [(UserError("Set it."), 2), (Refused("Already there."), 1), (KeyboardInterrupt(), 130)]
)
def test_a_mistake_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    @click.command()
    def broken() -> None:
        raise error

    monkeypatch.setattr(cli, "broken", broken, raising=False)
    monkeypatch.setitem(COMMANDS, "broken", cli.Entry("bot.cli", "broken", ""))

    assert run(["broken"]) == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["screan"], "Did you mean `screen`?"),
        (["zzz"], "`mendline --help` lists the commands."),
        (["web", "--port", "0"], "0 is not in the range"),
        (["up", "--speed", "fast"], "'fast' is not a valid float"),
    ],
)
def test_wrong_use_is_told(capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    assert run(arguments) == 2
    assert says in capsys.readouterr().err
