"""`mendline wording`: how long and how hard to read texts are. Reads standard input; needs no database."""

from __future__ import annotations

import sys

import click

from bot.cli import inputs, output


@click.command()
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="For the grade.")
@click.option("--json", "as_json", is_flag=True, help='Read one {"id", "text"} a line instead of plain texts.')
def wording(*, language: str, as_json: bool) -> None:
    """How long and how hard to read are these texts? Prints a JSON line for each, in order.

    \b
    Example:
      echo "How bad is your pain? Reply 0 to 10." | mendline wording
      {"id": 1, "encoding": "GSM-7", "segments": 1, "units": 36, "grade": -0.7}

    \b
    encoding  GSM-7 holds 160 signs in one text, UCS-2 only 70: one emoji or accent such as "á" is enough for UCS-2
    segments  what the carrier cuts it into, and bills
    units     its length, as the carrier counts
    grade     the US school grade it asks of its reader (English: Flesch-Kincaid; Spanish: Fernandez-Huerta); aim for 6

    A {placeholder} counts as it stands. Without --json the ids are line numbers from 1.
    """
    from bot.core.wording import grade, measure

    for name, text in inputs.texts(sys.stdin.buffer, as_json=as_json):
        size = measure(text)
        output.say_json(
            [
                {
                    "id": name,
                    "encoding": size.encoding,
                    "segments": size.segments,
                    "units": size.units,
                    "grade": grade(text, language),
                }
            ]
        )
