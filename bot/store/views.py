"""What the database holds, row by row, for those who look at it. Reads only, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, func, select, text

from bot.store.database import Database
from bot.store.real import IS_REAL_TEXT, is_real
from bot.store.tables import contact, enrollment, inbox, outbox, patient, plan_entry, session, staff
from bot.store.vault import Vault

PAGE = 500
"""Rows read in one transaction: a reader that is slow to print holds nothing up."""

INBOX = select(inbox).where(IS_REAL_TEXT)
OUTBOX = (
    select(outbox, contact.c.phone, staff.c.email)
    .join_from(outbox, contact, contact.c.id == outbox.c.contact_id)
    .outerjoin(staff, staff.c.id == outbox.c.staff_id)
    .where(is_real(outbox.c.contact_id))
)
SESSIONS = (
    select(session, contact.c.phone)
    .join_from(session, contact, contact.c.id == session.c.contact_id)
    .where(is_real(session.c.contact_id))
)
PLAN = select(plan_entry).where(is_real(plan_entry.c.patient_id))
PATIENTS = (
    select(
        patient,
        enrollment.c.surgery_day,
        enrollment.c.state,
        contact.c.phone,
        contact.c.consent,
    )
    .join_from(patient, enrollment, enrollment.c.patient_id == patient.c.id)
    .join(contact, contact.c.id == patient.c.contact_id)
    .where(and_(is_real(patient.c.contact_id), patient.c.erased_at.is_(None)))
)
STAFF = (
    select(staff, contact.c.phone, contact.c.consent)
    .join_from(staff, contact, contact.c.id == staff.c.contact_id)
    .where(is_real(staff.c.contact_id), staff.c.left_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class InboxRow:
    id: str
    sid: str
    received_at: datetime
    state: str
    attempts: int
    sealed_phone: bytes
    sealed_body: bytes

    def phone(self, vault: Vault) -> str:
        return vault.open("inbox.phone", self.id, self.sealed_phone)

    def body(self, vault: Vault) -> str:
        return vault.open("inbox.body", self.id, self.sealed_body)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    id: str
    kind: str
    channel: str
    contact_id: str
    occurrence: str
    state: str
    reason: str
    sid: str | None
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    staff_id: str | None
    sealed_phone: bytes
    sealed_email: bytes | None
    sealed_body: bytes

    def phone(self, vault: Vault) -> str:
        return vault.open("contact.phone", self.contact_id, self.sealed_phone)

    def to(self, vault: Vault) -> str:
        """Where it goes: the number, or the address of a page by e-mail."""
        if self.channel == "email" and self.staff_id and self.sealed_email:
            return vault.open("staff.email", self.staff_id, self.sealed_email)
        return self.phone(vault)

    def body(self, vault: Vault) -> str:
        return vault.open("outbox.body", self.id, self.sealed_body)


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: str
    contact_id: str
    flow: str
    version: int
    step: str | None
    state: str
    sealed_phone: bytes

    def phone(self, vault: Vault) -> str:
        return vault.open("contact.phone", self.contact_id, self.sealed_phone)


@dataclass(frozen=True, slots=True)
class PlanRow:
    patient_id: str
    item: str
    local_day: date
    due_at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class PatientRow:
    id: str
    contact_id: str
    language: str
    zone: str
    surgery_day: date
    state: str
    consent: str
    sealed_phone: bytes
    sealed_name: bytes
    sealed_emergency_contact: bytes | None
    sealed_address: bytes | None

    def phone(self, vault: Vault) -> str:
        return vault.open("contact.phone", self.contact_id, self.sealed_phone)

    def name(self, vault: Vault) -> str:
        return vault.open("patient.name", self.id, self.sealed_name)

    def emergency_contact(self, vault: Vault) -> str:
        sealed = self.sealed_emergency_contact
        return vault.open("patient.emergency_contact", self.id, sealed) if sealed else ""

    def address(self, vault: Vault) -> str:
        return vault.open("patient.address", self.id, self.sealed_address) if self.sealed_address else ""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """`rung` is None for those who are not on call. `has_stopped`: their phone refuses our texts."""

    id: str
    contact_id: str
    role: str
    rung: int | None
    has_stopped: bool
    sealed_phone: bytes
    sealed_name: bytes
    sealed_email: bytes | None

    def phone(self, vault: Vault) -> str:
        return vault.open("contact.phone", self.contact_id, self.sealed_phone)

    def name(self, vault: Vault) -> str:
        return vault.open("staff.name", self.id, self.sealed_name)

    def email(self, vault: Vault) -> str:
        return vault.open("staff.email", self.id, self.sealed_email) if self.sealed_email else ""


def texts(database: Database, *, last: int | None = None) -> Iterator[InboxRow]:
    """The inbox as it filled; with `last`, only so many of the newest. So do all the views here."""
    for row in _rows(database, INBOX, inbox.c.id, last):
        yield InboxRow(row.id, row.sid, row.received_at, row.state, row.attempts, row.phone, row.body)


def messages(database: Database, *, last: int | None = None) -> Iterator[OutboxRow]:
    for row in _rows(database, OUTBOX, outbox.c.id, last):
        yield OutboxRow(
            id=row.id,
            kind=row.kind,
            channel=row.channel,
            contact_id=row.contact_id,
            occurrence=row.occurrence,
            state=row.state,
            reason=row.reason,
            sid=row.sid,
            attempts=row.attempts,
            due_at=row.due_at,
            sent_at=row.sent_at,
            staff_id=row.staff_id,
            sealed_phone=row.phone,
            sealed_email=row.email,
            sealed_body=row.body,
        )


def conversations(database: Database, *, last: int | None = None) -> Iterator[SessionRow]:
    for row in _rows(database, SESSIONS, session.c.id, last):
        yield SessionRow(row.id, row.contact_id, row.flow, row.version, row.step, row.state, row.phone)


def planned(database: Database, *, last: int | None = None) -> Iterator[PlanRow]:
    for row in _rows(database, PLAN, plan_entry.c.id, last):
        yield PlanRow(row.patient_id, row.item, row.local_day, row.due_at, row.state, row.reason)


def people(database: Database, *, last: int | None = None) -> Iterator[PatientRow]:
    for row in _rows(database, PATIENTS, patient.c.id, last):
        yield PatientRow(
            id=row.id,
            contact_id=row.contact_id,
            language=row.language,
            zone=row.zone,
            surgery_day=row.surgery_day,
            state=row.state,
            consent=row.consent,
            sealed_phone=row.phone,
            sealed_name=row.name,
            sealed_emergency_contact=row.emergency_contact,
            sealed_address=row.address,
        )


def team(database: Database) -> Iterator[StaffRow]:
    for row in _rows(database, STAFF, staff.c.id, None):
        yield StaffRow(
            id=row.id,
            contact_id=row.contact_id,
            role=row.role,
            rung=row.rung,
            has_stopped=row.consent == "stopped",
            sealed_phone=row.phone,
            sealed_name=row.name,
            sealed_email=row.email,
        )


def next_planned(tx: Connection, patient_id: str) -> datetime | None:
    """When this patient's care plan next sends something; None when nothing lies ahead."""
    ahead = (plan_entry.c.patient_id == patient_id, plan_entry.c.state == "planned")
    due: datetime | None = tx.execute(select(func.min(plan_entry.c.due_at)).where(*ahead)).scalar()
    return due


def size_in_bytes(tx: Connection) -> int:
    """What the database takes on disk, by its own account."""
    if tx.dialect.name == "sqlite":
        statement = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    else:
        statement = "SELECT pg_database_size(current_database())"
    return int(tx.execute(text(statement)).scalar_one())


def _rows(database: Database, statement: Select[Any], key: Column[str], last: int | None) -> Iterator[Row[Any]]:
    """In the order of their ids, which is the order in which they were made."""
    if last is not None:
        newest = statement.order_by(key.desc()).limit(last)
        yield from reversed(database.read(partial(_all, newest)))
        return
    after = ""
    while page := database.read(partial(_all, statement.where(key > after).order_by(key).limit(PAGE))):
        yield from page
        after = page[-1].id


def _all(statement: Select[Any], tx: Connection) -> list[Row[Any]]:
    return list(tx.execute(statement))
