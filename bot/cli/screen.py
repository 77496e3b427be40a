"""`mendline screen`: what would be heard in these texts. Reads standard input; needs no database."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.core.redflag.phrases import Phrases
    from bot.core.redflag.screen import Flag, Heard
    from bot.core.redflag.table import RedFlagTable

WRONG_USE = 2


@click.command()
@click.option("--json", "as_json", is_flag=True, help='Read one {"id", "text"} a line instead of plain texts.')
@click.option("--explain", is_flag=True, help="Add the words, the rule and what was made of any denial.")
@click.option(
    "--flows", type=click.Path(path_type=Path), help="The folder of flows; MENDLINE_FLOWS or ./flows if left out."
)
def screen(as_json: bool, explain: bool, flows: Path | None) -> None:  # noqa: FBT001 - click passes its flags so
    """Print, for each text on standard input, the red flags heard in it."""
    from bot.core.redflag.screen import screen as listen

    phrases, table = _rules(flows or Path(os.environ.get("MENDLINE_FLOWS") or "flows"))
    stream = click.get_binary_stream("stdin")
    lines = (line.decode("utf-8", "replace") for line in stream)
    for name, text in _json_texts(lines) if as_json else _texts(lines):
        click.echo(json.dumps(_answer(name, listen(text, phrases), table, explain=explain), ensure_ascii=False))


def _texts(lines: Iterator[str]) -> Iterator[tuple[object, str]]:
    for place, line in enumerate(lines, start=1):
        yield place, line.rstrip("\r\n")


def _json_texts(lines: Iterator[str]) -> Iterator[tuple[object, str]]:
    for place, line in enumerate(lines, start=1):
        if line.strip():
            yield _json_text(place, line)


def _json_text(place: int, line: str) -> tuple[object, str]:
    try:
        entry = json.loads(line)
    except ValueError:
        raise _wrong(f"Line {place} is not JSON.") from None
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str) or "id" not in entry:
        raise _wrong(f'Line {place} needs an "id" and a "text".')
    return entry["id"], entry["text"]


def _wrong(sentence: str) -> click.ClickException:
    error = click.ClickException(sentence)
    error.exit_code = WRONG_USE
    return error


def _rules(folder: Path) -> tuple[Phrases, RedFlagTable]:
    """The folder's phrases and table, or the packaged ones where they are missing or broken (said on standard error)."""
    from bot.flowfile.phrases import fallback_phrases, load_phrases
    from bot.flowfile.redflags import fallback_table, load_table

    phrases = table = None
    if (text := _text_of(folder / "phrases.yaml")) is not None:
        phrases, problems = load_phrases(text, str(folder / "phrases.yaml"))
        _report(problems, broken=phrases is None)
    if (text := _text_of(folder / "redflags.yaml")) is not None:
        table, problems = load_table(text, str(folder / "redflags.yaml"))
        _report(problems, broken=table is None)
    return phrases or fallback_phrases(), table or fallback_table()


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _report(problems: tuple[object, ...], *, broken: bool) -> None:
    if broken:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo("The packaged copy is used instead.", err=True)


def _answer(name: object, heard: Heard, table: RedFlagTable, *, explain: bool) -> dict[str, object]:
    answer: dict[str, object] = {
        "id": name,
        "severity": _severity(heard, table),
        "labels": sorted({flag.concern.concept for flag in heard.flags}),
        "review": sorted({flag.concern.concept for flag in heard.review}),
        "opt_out": heard.opt_out,
    }
    if explain:
        answer["intents"] = sorted(heard.intents)
        answer["why"] = [_why(flag, alerts=True) for flag in heard.flags]
        answer["why"] += [_why(flag, alerts=False) for flag in heard.review]
    return answer


def _severity(heard: Heard, table: RedFlagTable) -> str:
    from bot.core.redflag.table import Tier

    tier = table.tier(heard.concerns)
    if tier is None:
        return "none"
    return "emergency" if tier is Tier.EMERGENCY else "urgent"


def _why(flag: Flag, *, alerts: bool) -> dict[str, object]:
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
    }


if __name__ == "__main__":
    sys.exit(screen())
