"""`mendline release`: before a new version serves. Brings the database up to date, publishes flows when none is."""

from __future__ import annotations

import click

from bot import signs
from bot.cli import doors

FIRST_ADMIN = "The first admin sets up an account at "
"""How the line begins that holds the one-time link."""


@click.command()
@click.option("--demo", is_flag=True, hidden=True, help="Also enroll the people of the trial (`up` asks for it).")
@click.option("--welcome", is_flag=True, hidden=True, help="Also print the first admin's link (`up` asks for it).")
def release(*, demo: bool, welcome: bool) -> None:
    """Brings the database up to date; publishes the conversations in flows/ when none is live yet.

    \b
    Run it once before a new version starts, also while the old one is still serving:
      DATABASE_URL=postgresql://... mendline release

    Safe to run again: it then finds nothing to do.
    """
    found = doors.prepare()
    alive = signs.Signs(found.data, "release")
    alive.beat("release")  # the watchdog keeps quiet: the database may be locked, and parts begin anew
    from bot import app
    from bot.service.console.signing_in import first_link
    from bot.service.demo import seed
    from bot.service.release import release as bring_up_to_date

    parts, now = app.join(found), app.clock(found).now()
    released = bring_up_to_date(parts, found.flows, now, take_changes=demo)
    click.echo(f"The database is up to date; flows version {released.version} is live.")
    if released.problem:
        click.echo(f"{released.problem}\nVersion {released.version} stays live until they are mended.", err=True)
    if demo and seed(parts, now):
        click.echo("Two patients and two nurses are here to try with.")
    if welcome and (link := first_link(parts, app.clock(found).real())):
        click.echo(f"{FIRST_ADMIN}{link}")
    parts.database.close()
    alive.leave()
