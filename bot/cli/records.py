"""`mendline patients export` and `erase`: a patient's whole record, handed out or forgotten."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from bot import settings
from bot.cli import output
from bot.errors import Refused

HEADINGS = {
    "consent": "Consent",
    "texts": "Texts from the patient",
    "messages": "Messages to the patient",
    "answers": "Answers",
    "alerts": "Alerts",
    "plan": "Care plan",
}


@click.command()
@click.argument("patient_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for another system.")
def export(*, patient_id: str, as_json: bool) -> None:
    """Everything that is known of a patient, in the open: for them, or for their record. It stands in the audit log.

    \b
    Example:
      mendline patients export 01M8... > record.txt
      mendline patients export 01M8... --json > record.json
    """
    from bot import app
    from bot.cli.opened import opened
    from bot.service.console import record
    from bot.service.console.trail import Trail

    found = settings.read(os.environ)
    clock = app.clock(found)
    with opened(found) as parts:
        try:
            told = record.export(parts, patient_id, clock.now())
        except LookupError:
            raise _nobody(patient_id) from None
        trail = Trail(parts, found.data / "audit.heads")
        trail.record("export patient", staff_id=None, door="command", real=clock.real(), patients=(patient_id,))
    if as_json:
        output.say(output.json_line(told))
    else:
        for line in _lines(told):
            output.say(line)


@click.command()
@click.argument("patient_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.option("--even-so", is_flag=True, help="Also while an alert is open or texts still go out: ends both.")
@click.option("--json", "as_json", is_flag=True, help="Print the id and the new state as JSON.")
def erase(*, patient_id: str, yes: bool, even_so: bool, as_json: bool) -> None:
    """Forget a patient: their name, number, address and every word, here and at the carrier. Nothing brings it back.

    \b
    Example:
      mendline patients erase 01M8...

    What is left counts and names nobody: that there were texts and alerts, when, and what the alerts were about. A STOP
    still holds, by a keyed hash of the number. Backups made before today still hold the patient; see
    bot/docs/safekeeping.md.
    """
    from bot import app
    from bot.cli.opened import opened
    from bot.service.console.trail import Trail
    from bot.service.safekeeping.erase import erase as forget
    from bot.service.talk import Moment

    found = settings.read(os.environ)
    clock = app.clock(found)
    if not yes:
        typed = click.prompt("This cannot be undone. Type the patient's id to go on", err=True)
        if typed.strip() != patient_id:
            raise Refused("That is another id: nothing was erased.")
    with opened(found) as parts:
        moment = Moment(clock.now(), clock.real())
        try:
            forget(parts, Trail(parts, found.data / "audit.heads"), patient_id, moment, even_so=even_so)
        except LookupError:
            raise _nobody(patient_id) from None
    done = f"Patient {patient_id} is erased here; the carrier is asked to forget what it carried."
    output.say(output.json_line({"id": patient_id, "state": "erased"}) if as_json else done)


def _nobody(patient_id: str) -> Refused:
    return Refused(f"There is no patient {patient_id}: `mendline patients list` has the ids.")


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    """For people: who it is, then each part under its heading, an entry a line."""
    yield "Patient"
    yield from (f"  {name.replace('_', ' ')}: {value}" for name, value in told["patient"].items() if value)
    for part, heading in HEADINGS.items():
        yield ""
        yield heading
        yield from (f"  {_entry(entry)}" for entry in told[part]) if told[part] else iter(("  none",))


def _entry(entry: Mapping[str, Any]) -> str:
    moment = next((str(entry[key]) for key in ("at", "raised_at", "day") if key in entry), "")
    rest: Sequence[tuple[str, Any]] = [
        (name, value) for name, value in entry.items() if name not in ("at", "raised_at", "day")
    ]
    return "; ".join([moment, *(f"{name}: {value}" for name, value in rest if value not in ("", None))])
