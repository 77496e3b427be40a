"""`mendline test`: the test suite, with what it needs and nothing else."""

from __future__ import annotations

import subprocess
import sys

import click

from bot.bootstrap import ROOT
from bot.errors import UserError


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> int:
    """Runs the tests on all processors; the arguments go to pytest.

    \b
    Examples:
      python3 -m bot test
      mendline test tests/core -k fever
      mendline test -n 0 -x        one process, stop at the first failure
      mendline test tests/journeys/test_every_way.py --every-pair
                                   every two answers in a row of every conversation, not a sample of them

    The browser's tests are skipped without Chromium, unless MENDLINE_REQUIRE_BROWSER=1.
    """
    if not (ROOT / "tests").is_dir():
        raise UserError("The tests are not here: run this from a checkout of the project.")
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode
