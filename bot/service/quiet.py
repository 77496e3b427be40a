"""When a patient may be written to unasked: by day where they live, and never two texts at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.hours import next_open, zone
from bot.service.scripts import Script
from bot.store import outbox
from bot.store.patients import Patient

APART = timedelta(minutes=45)
"""Two messages that nobody asked for never come closer together than this."""


def ready_at(tx: Connection, script: Script, patient: Patient, now: datetime) -> tuple[datetime, str]:
    """From when on something unasked may go, and why not before."""
    opens = next_open(now, zone(patient.zone), script.whole.practice.contact)
    last = outbox.last_unprompted(tx, patient.contact_id)
    apart = last + APART if last is not None else now
    if opens >= apart:
        return opens, "outside hours"
    return apart, "too close to another text"
