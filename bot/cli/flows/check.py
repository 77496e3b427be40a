"""`mendline flows check`: every mistake with its file and line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import output
from bot.cli.flows import places
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.flowfile.problem import Problem


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One problem a line, and a summary at the end.")
def check(*, path: Path | None, as_json: bool) -> None:
    """Is every conversation complete? Prints file:line: what is wrong; exit 1 when something must be mended.

    PATH is a folder of flows or one file in it (default: MENDLINE_FLOWS, else ./flows).
    """
    from bot.flowfile.check import check as problems_of

    path = path or places.folder()
    if not path.exists():
        raise UserError(f"There is no {path}: name a folder of flows, or set MENDLINE_FLOWS.")
    problems = problems_of(path)
    warnings = sum(problem.is_warning for problem in problems)
    summary = {"path": str(path), "problems": len(problems) - warnings, "warnings": warnings}
    if as_json:
        output.say_json([*(_record(path, problem) for problem in problems), summary])
    else:
        _tell(path, problems, summary)
    if len(problems) > warnings:
        places.fail()


def _tell(path: Path, problems: Iterable[Problem], summary: output.Record) -> None:
    for problem in problems:
        mark = "warning: " if problem.is_warning else ""
        output.say(f"{places.of(path, problem)}:{problem.line}: {mark}{problem.sentence}")
    output.say(
        f"{path}: {places.count(summary['problems'], 'problem')}, {places.count(summary['warnings'], 'warning')}."
    )


def _record(path: Path, problem: Problem) -> output.Record:
    return {
        "file": places.of(path, problem),
        "line": problem.line,
        "sentence": problem.sentence,
        "warning": problem.is_warning,
    }
