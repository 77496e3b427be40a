"""`mendline clock`: ticks each second. What is due, who must be paged again, what was left half done."""

from __future__ import annotations

import click

from bot.cli import doors


@click.command()
def clock() -> None:
    """Ticks each second: what is due, who must be paged again, what was left half done.

    \b
    Example, beside `mendline web` and `mendline worker`:
      DATABASE_URL=postgresql://... REDIS_URL=redis://... mendline clock

    Run one on each machine: any number may run, and each thing is still done once.
    """
    doors.connect(doors.prepare())
    from bot.worker.clock import run

    run()
