"""`mendline flows`: check the conversations in flows/, try them, translate them and publish them."""

from __future__ import annotations

import click

from bot.cli.flows import check, golden, play, words


@click.group()
def flows() -> None:
    """Check and try the conversations in flows/.

    \b
    Example:
      mendline flows check
      mendline flows play day-01 --reply 7 --reply no
    """


for command in (check.check, play.play, golden.test, words.schema, words.export_words, words.import_words):
    flows.add_command(command)
