"""`mendline staff`: the people who are paged, and who may acknowledge."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from bot import settings
from bot.cli import inputs, output
from bot.errors import Refused, UserError

if TYPE_CHECKING:
    from bot.store.vault import Vault
    from bot.store.views import StaffRow


@click.group()
def staff() -> None:
    """Add, list and remove the people who are paged, and let them into the console.

    \b
    Example, the nurse who is paged first:
      mendline staff add --phone +15075550190 --name "N. One" --role nurse --on-call 1
    """


@staff.command()
@click.option("--phone", required=True, help="The phone that is paged.")
@click.option("--name", required=True)
@click.option("--email", default="", help="Pages go here too, where a mail server is set.")
@click.option("--role", required=True, type=click.Choice(["nurse", "admin", "viewer"]))
@click.option("--on-call", "rung", type=click.IntRange(1, 99), help="The rung of the ladder; 1 is paged first.")
@click.option("--json", "as_json", is_flag=True, help='Print {"id"} alone.')
def add(*, phone: str, name: str, email: str, role: str, rung: int | None, as_json: bool) -> None:
    """Add somebody to the team and print their id. A number that is on it already: exit 1, naming the id."""
    number, called, mail = inputs.phone(phone), inputs.name(name), inputs.email(email)
    if role == "viewer" and rung is not None:
        # Only a person who may acknowledge can end a ladder.
        raise UserError("--on-call: a viewer may not acknowledge alerts, so a viewer cannot be on call.")
    from bot import app
    from bot.cli.opened import opened
    from bot.service import team

    found = settings.read(os.environ)
    with opened(found) as parts:
        now = app.clock(found).now()
        member_id = team.add(parts, number, name=called, email=mail, role=role, rung=rung, now=now)
    paged = f"Paged on rung {rung}." if rung else "Not on call: paged only when nobody else is (viewers never)."
    output.say(output.json_line({"id": member_id}) if as_json else f"Added as {role} {member_id}. {paged}")


@staff.command("list")
@click.option("--reveal", is_flag=True, help="Show whole numbers and e-mail addresses.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(*, reveal: bool, as_json: bool) -> None:
    """List the team, and the rung on which each is paged."""
    from bot.cli.opened import opened
    from bot.store import views

    with opened(settings.read(os.environ)) as parts:
        records = (_record(row, parts.vault, reveal=reveal) for row in views.team(parts.database))
        if as_json:
            output.say_json(records)
        else:
            columns = ("id", "name", "contact", "role", "on_call", "stopped")
            output.say_table(records, (*columns, "email") if reveal else columns, empty="No staff yet.")


@staff.command()
@click.argument("staff_id", metavar="ID")
def remove(*, staff_id: str) -> None:
    """Take somebody off the team: they come in nowhere any more and are not paged.

    Alerts that they had are open again and go to whoever is on call; shifts that name them lack somebody, which is
    told. What they did stays on record under their name. The last admin cannot be removed.
    """
    from bot import app
    from bot.cli.opened import opened
    from bot.service import team
    from bot.service.talk import Moment

    found = settings.read(os.environ)
    with opened(found) as parts:
        clock = app.clock(found)
        left = team.remove(parts, staff_id, by=None, moment=Moment(clock.now(), clock.real()))
    output.say(left.sentence)


@staff.command()
@click.argument("staff_id", metavar="[ID]", required=False)
@click.option("--first-admin", is_flag=True, help="For the very first admin, who is not on the team yet.")
@click.option("--json", "as_json", is_flag=True, help='Print {"link"} alone.')
def link(*, staff_id: str | None, first_admin: bool, as_json: bool) -> None:
    """Print a one-time link at which somebody sets up how they sign in, or gets back in after losing their phone.

    \b
    Example, the first admin of a new system:
      mendline staff link --first-admin

    The link works once and for a day; a newer one ends it. Give it to nobody but the person it is for.
    """
    if bool(staff_id) == first_admin:
        raise UserError("Say whom the link is for: a staff ID (`mendline staff list` shows them), or --first-admin.")
    from bot import app
    from bot.cli.opened import opened
    from bot.service.console import signing_in

    found = settings.read(os.environ)
    with opened(found) as parts:
        real = app.clock(found).real()
        made = signing_in.link_for(parts, staff_id, real) if staff_id else signing_in.first_link(parts, real)
    if not made:
        raise Refused("There is an admin already: they let others in, or `mendline staff link ID` does.")
    output.say(output.json_line({"link": made}) if as_json else made)


def _record(row: StaffRow, vault: Vault, *, reveal: bool) -> output.Record:
    return {
        "id": row.id,
        "name": row.name(vault),
        "contact": output.number(row.phone(vault), reveal=reveal),
        "role": row.role,
        "on_call": row.rung,
        "stopped": row.has_stopped,
        **({"email": row.email(vault)} if reveal else {}),
    }
