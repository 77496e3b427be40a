"""`mendline audit`: is the record of who read and changed what still whole?"""

from __future__ import annotations

import os

import click

from bot import settings
from bot.cli import output
from bot.errors import Refused


@click.group()
def audit() -> None:
    """The record of every read and change of patients' data.

    \b
    Example, each night:
      mendline audit verify
    """


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print entries, head and problems as JSON.")
def verify(*, as_json: bool) -> None:
    """Walk the whole log: was an entry changed, removed, added, or the end cut off? Exit 1 when it was.

    Every entry's digest covers the one before it, under a key made from MENDLINE_KEYS. The newest digest is noted in
    MENDLINE_DATA/audit.heads as well: keep a copy of that file, or of the head printed here, away from this machine.
    """
    from bot.cli.opened import opened
    from bot.service.console.trail import Trail

    found = settings.read(os.environ)
    with opened(found) as parts:
        verdict = Trail(parts, found.data / "audit.heads").verify()
    if as_json:
        problems = list(verdict.problems)
        output.say(output.json_line({"entries": verdict.entries, "head": verdict.head, "problems": problems}))
    else:
        output.say(f"{verdict.entries} entries; the head is {verdict.head}.")
    if verdict.problems:
        raise Refused("\n".join(f"Problem: {problem}." for problem in verdict.problems))
    if not as_json:
        output.say("The audit log is whole.")
