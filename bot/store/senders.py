"""Who texts: what a decision about a contact's text needs to know of its patients, in one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select

from bot.store import patients, sessions
from bot.store.patients import Patient
from bot.store.sessions import Conversation
from bot.store.statements import Prepared, word
from bot.store.tables import enrollment, patient, session
from bot.store.vault import Vault

UNDER_WAY = and_(session.c.contact_id == patient.c.contact_id, session.c.state == word("active"))
LABELS = {name: f"session_{name}" for name in session.c.keys()}  # noqa: SIM118 - columns, which are no mapping
KNOWN = Prepared(
    select(*patients.COLUMNS, *(session.c[name].label(label) for name, label in LABELS.items()))
    .join_from(patient, enrollment, enrollment.c.patient_id == patient.c.id)
    .outerjoin(session, UNDER_WAY)
    .where(patient.c.contact_id == bindparam("contact_id"))
    .order_by(patient.c.id, session.c.id)
)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is no patient has neither people nor a conversation."""

    people: tuple[Patient, ...]
    conversation: Conversation | None


def known(tx: Connection, vault: Vault, contact_id: str) -> Known:
    """To be asked once the contact is held: what another text of the same phone has changed is then seen."""
    rows = KNOWN.all(tx, {"contact_id": contact_id})
    people = {row.id: patients.read(row) for row in rows}
    under_way = next((row for row in rows if row.session_id is not None), None)
    return Known(tuple(people.values()), sessions.read(_session(under_way), vault) if under_way else None)


def _session(row: Any) -> SimpleNamespace:
    """The session's part of the row, under the columns' own names."""
    return SimpleNamespace(**{name: getattr(row, label) for name, label in LABELS.items()})
