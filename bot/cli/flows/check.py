"""`mendline flows check`: every mistake with its file and line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import output
from bot.cli.flows import places
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.flowfile.check import Checked
    from bot.flowfile.problem import Problem


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="A problem or a promise a line, and a summary at the end.")
@click.option("--mutants", is_flag=True, help="Break the flows on purpose, and list what nobody would notice.")
def check(*, path: Path | None, as_json: bool, mutants: bool) -> None:
    """Is every conversation complete and safe? Prints file:line: what is wrong; exit 1 when something must be mended.

    Every state that a conversation can come to is explored by the engine itself; under a problem stands the shortest
    conversation that shows it. PATH is a folder of flows or one file in it (default: MENDLINE_FLOWS, else ./flows).
    """
    from bot.flowfile.check import check as checked_of

    path = path or places.folder()
    if not path.exists():
        raise UserError(f"There is no {path}: name a folder of flows, or set MENDLINE_FLOWS.")
    checked = checked_of(path)
    if mutants and checked.is_sound and checked.library:
        from bot.cli.flows.mutants import tell

        tell(checked.library, path, as_json=as_json)
        return
    (_say_json if as_json else _tell)(path, checked)
    if not checked.is_sound:
        places.fail()


def _tell(path: Path, checked: Checked) -> None:
    for problem in checked.problems:
        mark = "warning: " if problem.is_warning else ""
        output.say(f"{places.of(path, problem)}:{problem.line}: {mark}{problem.sentence}")
        for line in problem.shown:
            output.say(f"    {line}")
    output.say(f"{path}: {_counts(checked)}.{_explored(checked)}")


def _counts(checked: Checked) -> str:
    warnings = sum(problem.is_warning for problem in checked.problems)
    problems = len(checked.problems) - warnings
    return f"{places.count(problems, 'problem')}, {places.count(warnings, 'warning')}"


def _explored(checked: Checked) -> str:
    proof = checked.proof
    if proof is None:
        return ""
    kept = sum(not promise.broken for promise in proof.kept.values())
    return f" Explored {proof.states:,} states and {proof.edges:,} moves: {kept} of {len(proof.kept)} promises hold."


def _say_json(path: Path, checked: Checked) -> None:
    warnings = sum(problem.is_warning for problem in checked.problems)
    summary: dict[str, object] = {
        "path": str(path),
        "problems": len(checked.problems) - warnings,
        "warnings": warnings,
        "states": checked.proof.states if checked.proof else 0,
        "edges": checked.proof.edges if checked.proof else 0,
        "hash": checked.proof.digest if checked.proof else None,
    }
    output.say_json([*(_record(path, problem) for problem in checked.problems), *_promises(checked), summary])


def _record(path: Path, problem: Problem) -> output.Record:
    return {
        "file": places.of(path, problem),
        "line": problem.line,
        "sentence": problem.sentence,
        "warning": problem.is_warning,
        "conversation": list(problem.shown),
    }


def _promises(checked: Checked) -> list[output.Record]:
    from bot.flowfile.proof.promise import PROMISES

    return [
        {
            "promise": name,
            "sentence": PROMISES[name],
            "holds": not kept.broken,
            "seen": kept.seen,
            "witness": list(kept.broken[0].shown if kept.broken else kept.example),
        }
        for name, kept in (checked.proof.kept.items() if checked.proof else ())
    ]
