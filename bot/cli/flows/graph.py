"""`mendline flows graph`: a conversation drawn."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli import inputs, output
from bot.cli.flows import places


@click.command()
@click.argument("flow")
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="The SVG file to write; else it is printed."
)
def graph(*, flow: str, to: Path | None) -> None:
    """Draw a conversation as SVG, for a browser or a document. Red-flag exits are red.

    \b
    Example:
      mendline flows graph day-11 --to day-11.svg
    """
    from bot.flowfile.graph import svg

    library, _ = places.whole(places.folder())
    inputs.one_of(flow, library.flows, option="FLOW")
    drawn = svg(library.flows[flow], library.table)
    if to is None:
        output.say(drawn.rstrip())
    else:
        places.keep(to, drawn, option="--to")
        output.say(f"{flow} is drawn in {to}.")
