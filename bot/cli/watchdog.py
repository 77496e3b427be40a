"""`mendline watchdog`: the alarm that alarms when the alarm is dead."""

from __future__ import annotations

import click

from bot.cli import doors, inputs


@click.command()
@click.option("--canary-to", metavar="PHONE", help="Send the canary's page to this real phone (default: to nobody).")
@click.option(
    "--canary-every",
    type=click.FloatRange(0.1, 1440),
    default=3.0,
    show_default=True,
    metavar="MINUTES",
    help="How often the canary is sent the whole way.",
)
@click.option("--no-canary", is_flag=True, help="Send none: where texts must not come in over PUBLIC_BASE_URL.")
@click.option(
    "--faster",
    type=click.FloatRange(1, 100),
    default=1.0,
    metavar="N",
    help="For trying it out: all of its patience is so many times shorter.",
)
def watchdog(*, canary_to: str | None, canary_every: float, no_canary: bool, faster: float) -> None:
    """Asks every part how it is, and pages those on call and the admins itself when one is dead, hangs or is behind.

    \b
    Example, beside `mendline web`, `mendline worker` and `mendline clock`:
      DATABASE_URL=postgresql://... MENDLINE_HEARTBEAT_URL=https://ping.example/abc mendline watchdog

    It needs none of the others: it has a memory of its own under MENDLINE_DATA, and calls the carrier and the mail
    server itself. Run one on each machine. Every few minutes it sends a canary, a patient who is nobody, from the
    webhook to the acknowledgement of its page. While all is well it asks for MENDLINE_HEARTBEAT_URL once a minute.
    """
    phone = inputs.phone(canary_to, option="--canary-to") if canary_to else ""
    doors.prepare()
    from datetime import timedelta

    from bot.core.watch import Times
    from bot.worker.watchdog.run import run

    times = Times(canary=timedelta(minutes=canary_every)).faster(faster)
    run(times=times, page_to=phone, with_canary=not no_canary)
