"""`mendline patients`: enroll a patient, list them, stop one; and (in records.py) hand out or erase a record."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from bot import settings
from bot.cli import inputs, output, records

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Database
    from bot.store.vault import Vault
    from bot.store.views import PatientRow


@click.group()
def patients() -> None:
    """Enroll a patient, list them, stop one, hand out or erase their record.

    \b
    Example:
      mendline patients add --phone +15075550101 --name "Ana Ruiz" --language en \\
        --timezone America/Chicago --surgery 2026-11-20 --consented
    """


patients.add_command(records.export)
patients.add_command(records.erase)


@patients.command()
@click.option("--phone", required=True, help="The patient's own phone; +1 is added where there is no country code.")
@click.option("--name", required=True)
@click.option("--language", default="en", show_default=True, help="One that the flows are written in.")
@click.option("--timezone", required=True, help="Where the patient recovers, such as America/Chicago.")
@click.option("--surgery", required=True, metavar="YYYY-MM-DD", help="The day of the operation.")
@click.option("--emergency-contact", default="", metavar="'NUMBER NAME'", help="Whom staff may call instead.")
@click.option("--address", default="", help="Where an ambulance would be sent.")
@click.option("--consented", is_flag=True, help="Consent was taken on paper; it is recorded as such.")
@click.option("--json", "as_json", is_flag=True, help='Print {"id"} alone.')
def add(
    *,
    phone: str,
    name: str,
    language: str,
    timezone: str,
    surgery: str,
    emergency_contact: str,
    address: str,
    consented: bool,
    as_json: bool,
) -> None:
    """Enroll a patient and print their id.

    Without --consented the consent text goes out within contact hours, and nothing else until they answer YES.
    A number that is enrolled already: exit 1, naming the id.
    """
    number = inputs.phone(phone)
    place = inputs.timezone(timezone)
    other = inputs.emergency_contact(emergency_contact)
    called, where = inputs.name(name), inputs.words(address, option="--address")
    from bot import app
    from bot.cli.opened import opened
    from bot.core.hours import local_day, zone
    from bot.service import enroll
    from bot.store.patients import NewPatient

    found = settings.read(os.environ)
    now = app.clock(found).now()
    day = inputs.surgery(surgery, local_day(now, zone(place)))
    with opened(found) as parts:
        spoken = parts.scripts.live().whole.notices.text("consent")
        inputs.one_of(language, spoken, option="--language")
        new = NewPatient(called, language, place, day, other, where)
        patient_id = enroll.enroll(parts, number, new, consented=consented, now=now)
        follows = "" if as_json else _follows(parts.database, patient_id, consented=consented, now=now)
    output.say(output.json_line({"id": patient_id}) if as_json else f"Enrolled as patient {patient_id}. {follows}")


def _follows(database: Database, patient_id: str, *, consented: bool, now: datetime) -> str:
    """What happens next, so that whoever typed this can tell the patient."""
    from bot.store import views

    due = database.read(lambda tx: views.next_planned(tx, patient_id))
    asked = "" if consented else "The consent text goes out within contact hours; all else waits for their YES."
    if due is None:
        return f"{asked} Nothing of the care plan lies ahead: is the day of surgery right?".strip()
    if asked:
        return asked
    return f"The care plan begins {'now' if due <= now else f'at {output.moment(due)}'}."


@patients.command("list")
@click.option("--reveal", is_flag=True, help="Show names, numbers, addresses and emergency contacts.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(*, reveal: bool, as_json: bool) -> None:
    """List everybody who was ever enrolled; names stay hidden unless asked for."""
    from bot.cli.opened import opened
    from bot.store import views

    with opened(settings.read(os.environ)) as parts:
        records = (_record(row, parts.vault, reveal=reveal) for row in views.people(parts.database))
        if as_json:
            output.say_json(records)
        else:
            columns = ("id", "contact", "language", "timezone", "surgery", "state", "consent")
            revealed = ("id", "name", "contact", "timezone", "surgery", "state")
            output.say_table(records, revealed if reveal else columns, empty="No patients.")


def _record(row: PatientRow, vault: Vault, *, reveal: bool) -> output.Record:
    hidden = {
        "name": row.name(vault),
        "emergency_contact": row.emergency_contact(vault),
        "address": row.address(vault),
    }
    return {
        "id": row.id,
        "contact": output.number(row.phone(vault), reveal=reveal),
        "language": row.language,
        "timezone": row.zone,
        "surgery": row.surgery_day.isoformat(),
        "state": row.state,
        "consent": row.consent,
        **(hidden if reveal else {}),
    }


@patients.command()
@click.argument("patient_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the id and the new state as JSON.")
def stop(*, patient_id: str, as_json: bool) -> None:
    """Stop every text to a patient, as their own STOP would. Only their START lifts it."""
    from bot import app
    from bot.cli.opened import opened
    from bot.service import enroll

    found = settings.read(os.environ)
    with opened(found) as parts:
        enroll.stop(parts, patient_id, app.clock(found).now())
    done = f"Patient {patient_id} is stopped: nothing more is sent until they text START."
    output.say(output.json_line({"id": patient_id, "state": "stopped"}) if as_json else done)


@patients.command()
@click.argument("patient_id")
@click.option("--surgery", required=True, metavar="YYYY-MM-DD", help="The right day, or that of the second operation.")
@click.option("--yes", is_flag=True, help="Do it; without this it is only shown.")
@click.option("--json", "as_json", is_flag=True, help="One changed message a line.")
def move(*, patient_id: str, surgery: str, yes: bool, as_json: bool) -> None:
    """Count a patient's days from another surgery date. Shows every message that changes before it is done.

    \b
    Example:
      mendline patients move 01M8... --surgery 2026-11-24          what would change?
      mendline patients move 01M8... --surgery 2026-11-24 --yes    do it
    """
    from bot import app
    from bot.cli.opened import opened
    from bot.core.hours import local_day, zone
    from bot.service import replan

    found = settings.read(os.environ)
    now = app.clock(found).now()
    day = inputs.surgery(surgery, local_day(now, zone("UTC")))
    with opened(found) as parts:
        changes = (replan.move if yes else replan.what_moves)(parts, patient_id, day, now)
    records: list[output.Record] = [
        {"item": each.item, "before": output.moment(each.before), "after": output.moment(each.after)}
        for each in changes
    ]
    if as_json:
        output.say_json(records)
        return
    output.say_table(records, ("item", "before", "after"), empty="No message changes.")
    if records:
        output.say("Done." if yes else "Nothing is done yet: say it again with --yes.")


@patients.command()
@click.argument("patient_id")
def pause(*, patient_id: str) -> None:
    """Back in hospital: the plan waits until `resume`. What the patient texts is heard as ever."""
    _settled(patient_id, "pause", "{} messages wait. `mendline patients resume` goes on with what lies ahead then.")


@patients.command()
@click.argument("patient_id")
def resume(*, patient_id: str) -> None:
    """Home again after `pause`: what lies ahead goes out, what is past does not."""
    _settled(patient_id, "resume", "{} messages lie ahead.")


def _settled(patient_id: str, verb: str, sentence: str) -> None:
    from bot import app
    from bot.cli.opened import opened
    from bot.service import replan

    found = settings.read(os.environ)
    with opened(found) as parts:
        count = getattr(replan, verb)(parts, patient_id, app.clock(found).now())
    output.say(sentence.format(count))
