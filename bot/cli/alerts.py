"""`mendline alerts`: list open concerns, acknowledge and resolve them."""

from __future__ import annotations

import os

import click

from bot import settings
from bot.cli import output


@click.group()
def alerts() -> None:
    """List open concerns, acknowledge and resolve them.

    \b
    Example:
      mendline alerts list
      mendline alerts ack 4F7 --by STAFF_ID
      mendline alerts resolve 4F7 --by STAFF_ID --disposition "Reached; sent to the ER"
    """


@alerts.command("list")
@click.option("--all", "everything", is_flag=True, help="Resolved ones too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the fields of `show alerts`.")
def list_(*, everything: bool, as_json: bool) -> None:
    """List the alerts that are not resolved yet, the oldest first."""
    from bot.cli.opened import opened
    from bot.cli.show import ALERT_COLUMNS, EVERY_ALERT, alert_record
    from bot.store import alerts as store

    with opened(settings.read(os.environ)) as parts:
        rows = parts.database.read(lambda tx: store.every(tx, limit=EVERY_ALERT))
        shown = [row for row in rows if everything or row.state.value != "resolved"]
        records = [alert_record(row, parts.vault, reveal=False) for row in shown]
    if as_json:
        output.say_json(records)
    else:
        output.say_table(records, ALERT_COLUMNS, empty="No open alerts.")


@alerts.command()
@click.argument("code")
@click.option("--by", required=True, metavar="STAFF_ID", help="Who acknowledges: `mendline staff list` shows the ids.")
@click.option("--json", "as_json", is_flag=True, help="Print the alert as JSON.")
def ack(*, code: str, by: str, as_json: bool) -> None:
    """Acknowledge an alert in somebody's name: its pages stop. Acknowledged already: exit 1."""
    from bot import app
    from bot.cli.opened import opened
    from bot.cli.show import alert_record
    from bot.service import alert

    found = settings.read(os.environ)
    with opened(found) as parts:
        done = alert.acknowledge(parts, code, by, app.clock(found).now())
        record = alert_record(done, parts.vault, reveal=False)
    back = f"Without a disposition it comes back at {output.moment(done.next_action_at)}."
    output.say(output.json_line(record) if as_json else f"Alert {done.code} is acknowledged. {back}")


@alerts.command()
@click.argument("code")
@click.option("--by", required=True, metavar="STAFF_ID", help="Who resolves: `mendline staff list` shows the ids.")
@click.option("--disposition", required=True, help="Whether the patient was reached, and what was found.")
@click.option("--json", "as_json", is_flag=True, help="Print the alert as JSON.")
def resolve(*, code: str, by: str, disposition: str, as_json: bool) -> None:
    """Close an alert with what was found. One that nobody acknowledged yet is acknowledged with it."""
    from bot import app
    from bot.cli.opened import opened
    from bot.cli.show import alert_record
    from bot.service import alert

    found = settings.read(os.environ)
    with opened(found) as parts:
        done = alert.resolve(parts, code, by, disposition, app.clock(found).now())
        record = alert_record(done, parts.vault, reveal=False)
    output.say(output.json_line(record) if as_json else f"Alert {done.code} is resolved.")
