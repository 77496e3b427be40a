"""`mendline flows play`: talk through a conversation without a phone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli import inputs, output
from bot.cli.flows import places
from bot.errors import UserError


@click.command()
@click.argument("flow")
@click.option("--reply", "replies", multiple=True, help="What the patient texts; again for each reply.")
@click.option("--lang", "language", default="en", show_default=True)
@click.option("--day", type=click.IntRange(0), help="The day after surgery: some days say more.")
@click.option(
    "--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep the conversation in a file for `flows test`."
)
@click.option("--closed", is_flag=True, help="Out of office hours.")
@click.option("--earlier", multiple=True, metavar="NAME=5,2", help="Earlier answers to a question, oldest first.")
def play(
    *,
    flow: str,
    replies: tuple[str, ...],
    language: str,
    day: int | None,
    closed: bool,
    earlier: tuple[str, ...],
    save: Path | None,
) -> None:
    """Talk through a conversation: > Mendline, < the patient, ! an alert, # how it stands.

    \b
    Without --reply you are the patient (Ctrl-D ends it):
      mendline flows play day-01
      mendline flows play day-01 --lang es --reply 9 --save flows/golden/day-01.es.pain.chat
    """
    from bot.flowfile.golden import Chat
    from bot.flowfile.play import Voice
    from bot.flowfile.play import play as lines_of

    library, phrases = places.whole(places.folder())
    inputs.one_of(flow, library.flows, option="FLOW")
    inputs.one_of(language, library.notices.text("consent"), option="--lang")
    is_typed = not replies and sys.stdin.isatty()
    said = []
    spoken = replies or _typed(is_typed=is_typed)
    past = dict(map(_numbers, earlier))
    for line in lines_of(library, flow, spoken, language, day, in_hours=not closed, phrases=phrases, past=past):
        said.append(str(line))
        if not (is_typed and line.voice is Voice.PATIENT):
            output.say(str(line))
    if save:
        places.keep(save, str(Chat(flow, language, day, not closed, past, tuple(said))), option="--save")


def _numbers(written: str) -> tuple[str, tuple[float, ...]]:
    name, _, numbers = written.partition("=")
    try:
        return name.strip(), tuple(float(number) for number in numbers.split(","))
    except ValueError:
        raise UserError(f'--earlier: {written!r} is not like "pain=5,2".') from None


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
