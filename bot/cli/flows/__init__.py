"""`mendline flows`: check the conversations in flows/, try them, translate them and publish them."""

from __future__ import annotations

import click

from bot.cli.flows import check, golden, graph, live, play, words


@click.group()
def flows() -> None:
    """Check and try the conversations in flows/.

    \b
    Example:
      mendline flows check
      mendline flows play day-01 --reply 7 --reply no
    """


COMMANDS = (
    check.check,
    play.play,
    golden.test,
    graph.graph,
    live.publish,
    live.history,
    live.diff,
    live.rollback,
    live.replay,
    words.schema,
    words.export_words,
    words.import_words,
)
for command in COMMANDS:
    flows.add_command(command)
