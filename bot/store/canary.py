"""The canary's rows: set up anew for each round, looked at while it flies, and gone when it has landed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, select, update

from bot.core import canary
from bot.core.enrollment import Consent, EnrollmentState
from bot.store import contacts, marks, patients, staff
from bot.store.patients import NewPatient
from bot.store.real import CANARYS, IS_REAL_TEXT
from bot.store.tables import (
    alert,
    alert_event,
    answer,
    consent_entry,
    contact,
    enrollment,
    inbox,
    outbox,
    page_link,
    patient,
    plan_entry,
    receipt,
    session,
)
from bot.store.vault import Vault


def ensure(tx: Connection, vault: Vault, *, surgery_day: date, now: datetime) -> None:
    """The two phones, the patient and the nurse, as they are at the beginning of a round."""
    for contact_id, number in ((canary.CONTACT_ID, canary.NUMBER), (canary.NURSE_CONTACT_ID, canary.NURSE_NUMBER)):
        contacts.ensure(tx, vault, number, language="en", now=now, new_id=lambda id_=contact_id: id_)  # type: ignore[misc]
    if tx.execute(select(patient.c.id).where(patient.c.id == canary.PATIENT_ID)).first() is None:
        new = NewPatient(canary.NAME, "en", "UTC", surgery_day)
        patients.add(tx, vault, canary.PATIENT_ID, canary.CONTACT_ID, new, now)
        patients.enroll(tx, canary.ENROLLMENT_ID, canary.PATIENT_ID, surgery_day, EnrollmentState.ACTIVE, now)
        staff.add(
            tx,
            vault,
            canary.NURSE_ID,
            canary.NURSE_CONTACT_ID,
            name=canary.NAME,
            email="",
            role="nurse",
            rung=1,
            now=now,
        )
    fresh = {"consent": Consent.JOINED.value, "blocked_at": None, "replies_since": None, "replies": 0}
    tx.execute(update(contact).where(contact.c.id.in_(CANARYS)).values(fresh | {"talk_until": None}))
    active = {"surgery_day": surgery_day, "state": EnrollmentState.ACTIVE.value, "ended_at": None}
    tx.execute(update(enrollment).where(enrollment.c.id == canary.ENROLLMENT_ID).values(active))


def aim(tx: Connection, vault: Vault, phone: str) -> None:
    """Its pages go to this number. What is texted from the nurse's own, reserved one is still hers."""
    sealed = vault.seal("contact.phone", canary.NURSE_CONTACT_ID, phone)
    tx.execute(update(contact).where(contact.c.id == canary.NURSE_CONTACT_ID).values(phone=sealed))


def wipe(tx: Connection) -> None:
    """All that a round left, as if it had never been."""
    alerts = select(alert.c.id).where(alert.c.contact_id.in_(CANARYS))
    messages = select(outbox.c.id).where(outbox.c.contact_id.in_(CANARYS))
    sessions = select(session.c.id).where(session.c.contact_id.in_(CANARYS))
    tx.execute(delete(receipt).where(receipt.c.outbox_id.in_(messages)))
    tx.execute(delete(outbox).where(outbox.c.contact_id.in_(CANARYS)))
    tx.execute(delete(page_link).where(page_link.c.alert_id.in_(alerts)))
    tx.execute(delete(alert_event).where(alert_event.c.alert_id.in_(alerts)))
    tx.execute(delete(alert).where(alert.c.contact_id.in_(CANARYS)))
    tx.execute(delete(answer).where(answer.c.session_id.in_(sessions)))
    tx.execute(delete(session).where(session.c.contact_id.in_(CANARYS)))
    tx.execute(delete(plan_entry).where(plan_entry.c.patient_id == canary.PATIENT_ID))
    tx.execute(delete(consent_entry).where(consent_entry.c.contact_id.in_(CANARYS)))
    tx.execute(delete(inbox).where(~IS_REAL_TEXT))


def want(tx: Connection, round_: str, real: datetime) -> None:
    """Ask the clock to set the stage for this round, or (empty) to clear away what is left of the last one."""
    marks.leave(tx, canary.WANTED, round_, real)


def is_staged(tx: Connection, round_: str) -> bool:
    mark = marks.find(tx, canary.STAGED)
    return mark is not None and mark.value == round_


@dataclass(frozen=True, slots=True)
class Flight:
    """How far this round has come: the alert's code and state, and whether its page was accepted. Empty: not yet."""

    code: str = ""
    state: str = ""
    is_paged: bool = False


def flight(tx: Connection) -> Flight:
    raised = tx.execute(
        select(alert.c.code, alert.c.state).where(alert.c.contact_id == canary.CONTACT_ID).order_by(alert.c.id).limit(1)
    ).first()
    if raised is None:
        return Flight()
    page = select(outbox.c.id).where(
        outbox.c.contact_id == canary.NURSE_CONTACT_ID,
        outbox.c.kind == "page",
        outbox.c.state.in_(("accepted", "delivered")),
    )
    return Flight(raised.code, raised.state, tx.execute(page.limit(1)).first() is not None)
