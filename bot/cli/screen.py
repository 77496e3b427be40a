"""`mendline screen`: what would be heard in these texts. Reads standard input; needs no database."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import inputs, output
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.core.redflag.flag import Flag
    from bot.core.redflag.phrases import Phrases
    from bot.core.redflag.screen import Heard
    from bot.core.redflag.table import RedFlagTable


@click.command()
@click.option("--json", "as_json", is_flag=True, help='Read one {"id", "text"} a line instead of plain texts.')
@click.option("--explain", is_flag=True, help="Add why: the words, the rule and what was made of any denial.")
@click.option(
    "--flows", type=click.Path(path_type=Path), help="The folder of flows; MENDLINE_FLOWS or ./flows if left out."
)
@click.option(
    "--compare",
    "other",
    type=click.Path(path_type=Path),
    help='What the phrases in the flows gain and lose against this older file; "packaged" for the one in the package.',
)
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    help="With --compare: labelled texts, one JSON object a line; labelled.jsonl in the flows if left out.",
)
def screen(*, as_json: bool, explain: bool, flows: Path | None, other: Path | None, labelled: Path | None) -> None:
    """Which red flags are heard in these texts? Prints a JSON line for each, in order.

    \b
    Example:
      echo "I fell but no fever" | mendline screen
      {"id": 1, "severity": "urgent", "labels": ["fall"], "review": [], "opt_out": false}

    \b
    severity  emergency, urgent or none: the most urgent tier of what was heard
    labels    the red flags heard, each of which alerts
    review    emergencies that are past, only supposed or somebody else's: for staff to look at, no alert
    opt_out   whether the writer asks for no more texts

    Without --json the ids are line numbers from 1.

    \b
    Before a changed phrases.yaml is published, see what it does to labelled texts:
      mendline screen --compare packaged
    A text that is lost or newly alarms for nothing makes it exit 1.
    """
    from bot.cli.comparison import compare
    from bot.core.redflag.screen import screen as listen

    if flows is not None and not flows.is_dir():
        raise UserError(f"--flows: there is no folder {flows}.")
    folder = flows or Path(os.environ.get("MENDLINE_FLOWS") or "flows")
    phrases, table = _rules(folder)
    if other is not None:
        compare(phrases, other, labelled or folder / "labelled.jsonl", as_json=as_json)
        return
    if labelled is not None:
        raise UserError("--labelled goes with --compare; texts to screen are read from standard input.")
    for name, text in inputs.texts(sys.stdin.buffer, as_json=as_json):
        heard = listen(text, phrases)
        answer = {"id": name, **_answer(heard, table)}
        output.say_json([answer | _explained(heard) if explain else answer])


def _rules(folder: Path) -> tuple[Phrases, RedFlagTable]:
    """The folder's phrases and table; the packaged ones where these are missing or, as standard error says, broken."""
    from bot.flowfile.phrases import fallback_phrases, load_phrases
    from bot.flowfile.redflags import fallback_table, load_table

    phrases = table = None
    if (text := _text_of(folder / "phrases.yaml")) is not None:
        phrases, problems = load_phrases(text, str(folder / "phrases.yaml"))
        _report(problems, is_broken=phrases is None)
    if (text := _text_of(folder / "redflags.yaml")) is not None:
        table, problems = load_table(text, str(folder / "redflags.yaml"))
        _report(problems, is_broken=table is None)
    return phrases or fallback_phrases(), table or fallback_table()


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _report(problems: tuple[object, ...], *, is_broken: bool) -> None:
    if is_broken:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo("The packaged copy is used instead.", err=True)


def _answer(heard: Heard, table: RedFlagTable) -> dict[str, object]:
    return {
        "severity": _severity(heard, table),
        "labels": sorted({flag.concern.concept for flag in heard.flags}),
        "review": sorted({flag.concern.concept for flag in heard.review}),
        "opt_out": heard.opt_out,
    }


def _severity(heard: Heard, table: RedFlagTable) -> str:
    from bot.core.redflag.table import Tier

    tier = table.tier(heard.concerns)
    if tier is None:
        return "none"
    return "emergency" if tier is Tier.EMERGENCY else "urgent"


def _explained(heard: Heard) -> dict[str, object]:
    flags = [(flag, _alerts(flag)) for flag in heard.flags]
    flags += [(flag, f"does not alert ({flag.denial}); it is for staff to look at today") for flag in heard.review]
    flags += [(flag, f"is let go ({flag.denial})") for flag in heard.let_go]
    return {
        "intents": sorted(heard.intents),
        "why": [_why(flag, outcome, alerts=flag in heard.flags) for flag, outcome in flags],
    }


def _alerts(flag: Flag) -> str:
    return f"alerts; {flag.denial}" if flag.denial else "alerts; nothing in the text speaks against it"


def _why(flag: Flag, outcome: str, *, alerts: bool) -> dict[str, object]:
    return {
        "concept": flag.concern.concept,
        "severe": flag.concern.severe,
        "alerts": alerts,
        "quote": flag.quote,
        "start": flag.start,
        "end": flag.end,
        "rule": flag.rule,
        "version": flag.version,
        "denial": flag.denial,
        "in_words": f'"{flag.quote}" is heard as {_form(flag)} by the rule {flag.rule} and {outcome}.',
    }


def _form(flag: Flag) -> str:
    return f"the severe form of {flag.concern.concept}" if flag.concern.severe else flag.concern.concept
