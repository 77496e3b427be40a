"""`mendline doctor`: looks at everything that Mendline needs, and says what to mend."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.cli import output

if TYPE_CHECKING:
    from bot.cli.checkup import Finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One finding a line: check, level, what, todo.")
def doctor(*, as_json: bool) -> None:
    """Looks at everything Mendline needs; says what to mend. Changes nothing and sends nothing.

    \b
    Each line is ok, warn or bad; exit 1 when one is bad:
      mendline doctor || echo "do not go home yet"
    """
    from bot.cli.checkup import Level, examine

    is_bad = False
    for finding in examine(os.environ):
        is_bad |= finding.level is Level.BAD
        output.say(output.json_line(asdict(finding)) if as_json else _line(finding))
    if is_bad:
        click.get_current_context().exit(1)


def _line(finding: Finding) -> str:
    todo = f" -> {finding.todo}" if finding.todo else ""
    return f"{finding.level.value:4} {finding.check:10} {finding.what}{todo}"
