"""`mendline bench`: how fast it is, as ratios to floors that are measured in the same run."""

from __future__ import annotations

import sys

import click

from bot.cli.output import json_line, say

DATABASES = {"sqlite": ("sqlite",), "postgres": ("postgres",), "both": ("postgres", "sqlite")}
NOTIFY = (
    "GOV.UK Notify's endpoint cannot be run here: its published 104-127 texts/s come from another machine "
    "and are not comparable with the figures above."
)


@click.command()
@click.option("--quick", "size", flag_value="quick", help="About a minute: fewer rounds, smaller tables.")
@click.option("--full", "size", flag_value="full", help="Also claims from 10 million rows; takes a while and 10 GB.")
@click.option("--tiny", "size", flag_value="tiny", hidden=True)
@click.option("--database", type=click.Choice(list(DATABASES)), default="both", show_default=True)
@click.option(
    "--only", type=click.Choice(["screen", "flows", "inbound", "claim", "pages"]), help="One of the measurements."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def bench(size: str | None, database: str, only: str | None, *, as_json: bool) -> None:
    """Measures speed beside floors that it builds itself: same web server, same database, same run.

    \b
    Examples:
      python3 -m bot bench --quick                     about a minute
      python3 -m bot bench                             about four minutes
      mendline bench --only inbound --database sqlite

    Only the ratios mean anything on another machine. Leave the machine alone while it runs.
    """
    from bot.bench import machine, report, run

    plan = {"quick": run.QUICK, "full": run.FULL, "tiny": run.TINY}.get(size or "", run.NORMAL)
    if not as_json:
        say(f"On this machine: {machine.description()}. Floor and product in turn, medians of the rounds.\n")
    for section in run.run(plan, kinds=DATABASES[database], sections=(only,) if only else run.SECTIONS, say=_progress):
        _progress("")
        for line in (json_line(report.record(section)),) if as_json else report.lines(section):
            say(line)
    if not as_json:
        say(NOTIFY)


def _progress(what: str) -> None:
    """On a terminal, one line that is written over; nothing where nobody looks."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{what}")
        sys.stderr.flush()
