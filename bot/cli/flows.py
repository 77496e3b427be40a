"""`mendline flows`: check the conversations in flows/, and play them without a phone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import inputs, output
from bot.errors import Refused, UserError

if TYPE_CHECKING:
    from bot.core.redflag.phrases import Phrases
    from bot.flowfile.library import Library
    from bot.flowfile.problem import Problem


@click.group()
def flows() -> None:
    """Check and try the conversations in flows/.

    \b
    Example:
      mendline flows check
      mendline flows play day-01 --reply 7 --reply no
    """


@flows.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One problem a line, and a summary at the end.")
def check(*, path: Path | None, as_json: bool) -> None:
    """Is every conversation complete? Prints file:line: what is wrong; exit 1 when something must be mended.

    PATH is a folder of flows or one file in it (default: MENDLINE_FLOWS, else ./flows).
    """
    from bot.flowfile.check import check as problems_of

    path = path or _folder()
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
        click.get_current_context().exit(1)


def _tell(path: Path, problems: Iterable[Problem], summary: output.Record) -> None:
    for problem in problems:
        mark = "warning: " if problem.is_warning else ""
        output.say(f"{_place(path, problem)}:{problem.line}: {mark}{problem.sentence}")
    output.say(f"{path}: {_count(summary['problems'], 'problem')}, {_count(summary['warnings'], 'warning')}.")


def _record(path: Path, problem: Problem) -> output.Record:
    return {
        "file": _place(path, problem),
        "line": problem.line,
        "sentence": problem.sentence,
        "warning": problem.is_warning,
    }


def _place(path: Path, problem: Problem) -> str:
    """The file as whoever asked could open it from where they stand."""
    return str(path / problem.file) if path.is_dir() else str(path)


def _count(number: object, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


@flows.command()
@click.argument("flow")
@click.option("--reply", "replies", multiple=True, help="What the patient texts; again for each reply.")
@click.option("--lang", "language", default="en", show_default=True)
@click.option("--day", type=click.IntRange(0), help="The day after surgery: some days say more.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep the conversation in a file.")
def play(*, flow: str, replies: tuple[str, ...], language: str, day: int | None, save: Path | None) -> None:
    """Talk through a conversation: > Mendline, < the patient, ! an alert, # how it stands.

    \b
    Without --reply you are the patient (Ctrl-D ends it):
      mendline flows play day-01
      mendline flows play day-01 --lang es --reply 9 --save tests/golden/day-01-pain.txt
    """
    from bot.flowfile.play import Voice
    from bot.flowfile.play import play as lines_of

    library, phrases = _library(_folder())
    inputs.one_of(flow, library.flows, option="FLOW")
    inputs.one_of(language, library.notices.text("consent"), option="--lang")
    is_typed = not replies and sys.stdin.isatty()
    said = []
    for line in lines_of(library, flow, replies or _typed(is_typed=is_typed), language, day, phrases=phrases):
        said.append(str(line))
        if not (is_typed and line.voice is Voice.PATIENT):
            output.say(str(line))
    if save:
        _keep(save, said)


def _folder() -> Path:
    return Path(os.environ.get("MENDLINE_FLOWS", "").strip() or "flows")


def _library(folder: Path) -> tuple[Library, Phrases]:
    from bot.flowfile.check import PHRASES
    from bot.flowfile.library import load
    from bot.flowfile.phrases import fallback_phrases, load_phrases

    loaded = load(folder)
    if loaded.library is None:
        listed = "\n".join(f"{folder / problem.file}:{problem.line}: {problem.sentence}" for problem in loaded.problems)
        raise Refused(f"The flows in {folder} must be mended before they can be played:\n{listed}")
    text = loaded.library.sources.get(PHRASES)
    phrases = load_phrases(text)[0] if text else None
    return loaded.library, phrases or fallback_phrases()


def _typed(*, is_typed: bool) -> Iterator[str]:
    """Replies from the terminal, asked for one by one; or from a pipe, a line each."""
    stream = sys.stdin
    while True:
        if is_typed:
            click.echo("< ", nl=False)
        line = stream.readline()
        if not line:
            return
        yield line.rstrip("\r\n")


def _keep(path: Path, said: Iterable[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in said), encoding="utf-8")
    except OSError as error:
        raise UserError(f"--save: {path} cannot be written ({error.strerror}).") from None
