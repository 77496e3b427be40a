"""The right to be forgotten: a patient's words, name and numbers are gone; that there was somebody stays countable."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.core.enrollment import EnrollmentState
from bot.core.session import State
from bot.errors import Refused
from bot.service.console.trail import Trail
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import alert_events, alerts, contacts, inbox, outbox, patients, sessions
from bot.store.patients import Patient
from bot.store.safekeeping import forget

REASON = forget.REASON


def erase(parts: Parts, trail: Trail, patient_id: str, moment: Moment, *, even_so: bool = False) -> None:
    """Raises Refused while staff or texts are busy with this patient, unless `even_so`; LookupError for nobody.

    The audit log keeps the ids of its entries, which name nobody any more: its chain stays whole.
    """
    parts.database.read(lambda tx: _refuse(tx, patient_id, even_so=even_so))
    trail.record("erase patient", staff_id=None, door="command", real=moment.real, patients=(patient_id,))

    def work(tx: Connection) -> None:
        contacts.hold(tx, patients.get(tx, patient_id).contact_id)
        patient = _refuse(tx, patient_id, even_so=even_so)
        _put_an_end(tx, parts, patient, moment)
        forget.forget(tx, parts.vault, patient, new_id=parts.ids, now=moment.now, real=moment.real)

    parts.database.write(work)


def _refuse(tx: Connection, patient_id: str, *, even_so: bool) -> Patient:
    patient = patients.get(tx, patient_id)
    if forget.is_erased(tx, patient_id):
        raise Refused(f"patient {patient_id} is erased already")
    if even_so:
        return patient
    standing = [found.code for found in alerts.of_patient(tx, patient.id) if found.resolved_at is None]
    if standing:
        codes = ", ".join(standing)
        raise Refused(f"patient {patient.id} has an alert that is not resolved ({codes}): resolve it first")
    if patient.enrollment in (EnrollmentState.INVITED, EnrollmentState.ACTIVE):
        raise Refused(f"patient {patient.id} is still followed up: `mendline patients stop {patient.id}` first")
    return patient


def _put_an_end(tx: Connection, parts: Parts, patient: Patient, moment: Moment) -> None:
    """Nothing more is sent, asked or paged. What is on its way may still arrive."""
    for found in alerts.of_patient(tx, patient.id):
        if found.resolved_at is None:
            alerts.resolve(tx, parts.vault, found.id, disposition="", now=moment.now)
            alert_events.note(tx, parts.ids(), found.id, "erased", at=moment.now)
            outbox.cancel(tx, alert_id=found.id, reason=REASON)
    if forget.is_shared(tx, patient):
        sessions.end_of_patient(tx, patient.id, State.STOPPED, moment.now)
        outbox.let_go(tx, patient_id=patient.id, reason=REASON)
        return
    sessions.end_all(tx, patient.contact_id, State.STOPPED, moment.now)
    inbox.let_go(tx, patient.contact_id, moment.now)
    outbox.let_go(tx, contact_id=patient.contact_id, reason=REASON)
