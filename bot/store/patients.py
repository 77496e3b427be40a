"""Patients and their enrollments: one recovery after one surgery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from bot.core.enrollment import EnrollmentState
from bot.store.real import is_real
from bot.store.statements import Prepared
from bot.store.tables import contact, enrollment, patient
from bot.store.vault import Vault

COLUMNS = (
    patient.c.id,
    patient.c.contact_id,
    patient.c.name,
    patient.c.address,
    patient.c.emergency_contact,
    patient.c.language,
    patient.c.zone,
    enrollment.c.id.label("enrollment_id"),
    enrollment.c.surgery_day,
    enrollment.c.state.label("enrollment_state"),
)
PATIENT = select(*COLUMNS).join_from(patient, enrollment, enrollment.c.patient_id == patient.c.id)
BY_CONTACT = Prepared(PATIENT.where(patient.c.contact_id == bindparam("contact_id")).order_by(patient.c.id))
BY_ID = PATIENT.where(patient.c.id == bindparam("patient_id"))
ALL = PATIENT.where(and_(is_real(patient.c.contact_id), patient.c.erased_at.is_(None))).order_by(patient.c.id)
INSERT = insert(patient)
INSERT_ENROLLMENT = insert(enrollment)


@dataclass(frozen=True, slots=True)
class Patient:
    id: str
    contact_id: str
    language: str
    zone: str
    enrollment_id: str
    surgery_day: date
    enrollment: EnrollmentState
    sealed: Mapping[str, bytes | None]

    def name(self, vault: Vault) -> str:
        return self._opened("name", vault)

    def address(self, vault: Vault) -> str:
        return self._opened("address", vault)

    def emergency_contact(self, vault: Vault) -> str:
        return self._opened("emergency_contact", vault)

    def _opened(self, column: str, vault: Vault) -> str:
        value = self.sealed[column]
        return vault.open(f"patient.{column}", self.id, value) if value else ""


@dataclass(frozen=True, slots=True)
class NewPatient:
    """What is known of somebody who enrolls. Empty strings where nothing was given."""

    name: str
    language: str
    zone: str
    surgery_day: date
    emergency_contact: str = ""
    address: str = ""


def add(tx: Connection, vault: Vault, patient_id: str, contact_id: str, new: NewPatient, now: datetime) -> None:
    def sealed(column: str, value: str) -> bytes | None:
        return vault.seal(f"patient.{column}", patient_id, value) if value else None

    tx.execute(
        INSERT,
        {
            "id": patient_id,
            "contact_id": contact_id,
            "name": vault.seal("patient.name", patient_id, new.name),
            "address": sealed("address", new.address),
            "emergency_contact": sealed("emergency_contact", new.emergency_contact),
            "language": new.language,
            "zone": new.zone,
            "created_at": now,
        },
    )


def enroll(
    tx: Connection,
    enrollment_id: str,
    patient_id: str,
    surgery_day: date,
    state: EnrollmentState,
    now: datetime,
) -> None:
    tx.execute(
        INSERT_ENROLLMENT,
        {
            "id": enrollment_id,
            "patient_id": patient_id,
            "surgery_day": surgery_day,
            "state": state.value,
            "created_at": now,
        },
    )


def set_language(tx: Connection, patient_id: str, language: str) -> None:
    tx.execute(update(patient).where(patient.c.id == patient_id).values(language=language))


def set_state(tx: Connection, enrollment_id: str, state: EnrollmentState, now: datetime) -> None:
    over = state in (EnrollmentState.STOPPED, EnrollmentState.ENDED)
    tx.execute(
        update(enrollment)
        .where(enrollment.c.id == enrollment_id)
        .values(state=state.value, ended_at=now if over else None)
    )


def of_contact(tx: Connection, contact_id: str) -> tuple[Patient, ...]:
    return tuple(map(read, BY_CONTACT.all(tx, {"contact_id": contact_id})))


def get(tx: Connection, patient_id: str) -> Patient:
    row = tx.execute(BY_ID, {"patient_id": patient_id}).first()
    if row is None:
        raise LookupError("no such patient")
    return read(row)


def languages(tx: Connection) -> Mapping[str, int]:
    """How many of those whose care plan goes on read each language."""
    goes_on = enrollment.c.state.in_((EnrollmentState.INVITED.value, EnrollmentState.ACTIVE.value))
    counted = select(patient.c.language, func.count()).join_from(patient, enrollment).where(goes_on)
    return {str(language): int(count) for language, count in tx.execute(counted.group_by(patient.c.language))}


def every(tx: Connection) -> tuple[Patient, ...]:
    return tuple(map(read, tx.execute(ALL)))


def consents(tx: Connection) -> dict[str, str]:
    """Patient id -> consent of their phone."""
    rows = tx.execute(select(patient.c.id, contact.c.consent).join_from(patient, contact))
    return {row.id: row.consent for row in rows}


def read(row: Any) -> Patient:
    return Patient(
        id=row.id,
        contact_id=row.contact_id,
        language=row.language,
        zone=row.zone,
        enrollment_id=row.enrollment_id,
        surgery_day=row.surgery_day,
        enrollment=EnrollmentState(row.enrollment_state),
        sealed={"name": row.name, "address": row.address, "emergency_contact": row.emergency_contact},
    )


def set_surgery_day(tx: Connection, enrollment_id: str, day: date) -> None:
    tx.execute(update(enrollment).where(enrollment.c.id == enrollment_id).values(surgery_day=day))
