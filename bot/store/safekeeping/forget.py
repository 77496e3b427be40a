"""A patient is forgotten: every sealed word of theirs is overwritten, row by row; what is left names nobody.

Rows stay where other rows, counts and the carrier's list refer to them: a text that were gone would be taken in again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, and_, bindparam, delete, insert, or_, select, update

from bot.core.enrollment import Consent, EnrollmentState
from bot.store.console.tables import patient_detail
from bot.store.patients import Patient
from bot.store.statements import InsertOnce
from bot.store.tables import (
    alert,
    answer,
    contact,
    enrollment,
    forgetting,
    inbox,
    opt_out,
    outbox,
    patient,
    plan_entry,
    session,
    silence,
)
from bot.store.vault import Ids, Vault

OPT_OUT = InsertOnce(opt_out, "phone_index")
FORGET = InsertOnce(forgetting, "sid")
NAMELESS = "erased"
REASON = "erased"


@dataclass(frozen=True, slots=True)
class _Theirs:
    """Which rows are this patient's. A phone that somebody else uses too keeps what cannot be told apart."""

    texts: ColumnElement[bool]
    messages: ColumnElement[bool]
    alerts: ColumnElement[bool]
    conversations: ColumnElement[bool]


def is_erased(tx: Connection, patient_id: str) -> bool:
    return tx.execute(select(patient.c.erased_at).where(patient.c.id == patient_id)).scalar() is not None


def is_shared(tx: Connection, patient_: Patient) -> bool:
    """Does somebody else use this phone, who is not erased?"""
    others = and_(
        patient.c.contact_id == patient_.contact_id, patient.c.id != patient_.id, patient.c.erased_at.is_(None)
    )
    return tx.execute(select(patient.c.id).where(others).limit(1)).first() is not None


def forget(tx: Connection, vault: Vault, patient_: Patient, *, new_id: Ids, now: datetime, real: datetime) -> None:
    """The contact is held, and nothing of it is under way any more."""
    shared = is_shared(tx, patient_)
    theirs = _theirs(tx, patient_, shared=shared)
    _ask_the_carrier(tx, theirs, real)
    blanks = [
        (inbox.c.body, theirs.texts, ""),
        (inbox.c.phone, theirs.texts, ""),
        (outbox.c.body, theirs.messages, ""),
        (alert.c.quote, theirs.alerts, ""),
        (alert.c.disposition, and_(theirs.alerts, alert.c.disposition.is_not(None)), ""),
        (session.c.answers, theirs.conversations, "{}"),
        (patient.c.name, patient.c.id == patient_.id, NAMELESS),
    ]
    for column, which, instead in blanks:
        overwrite(tx, vault, column, which, instead)
    tx.execute(update(inbox).where(theirs.texts).values(phone_index=b"", understood=""))
    _forget_facts(tx, patient_, now)
    _part_from_phone(tx, vault, patient_, shared=shared, new_id=new_id, now=now)


def overwrite(tx: Connection, vault: Vault, column: Column[bytes], which: ColumnElement[bool], instead: str) -> int:
    """Seal something else in the place of these values, each for its own row. Returns how many there were."""
    table = column.table
    place = f"{table.name}.{column.name}"
    ids = list(tx.execute(select(table.c.id).where(which)).scalars())
    rows = [{"row": id_, "sealed": vault.seal(place, id_, instead)} for id_ in ids]
    if rows:
        statement = update(table).where(table.c.id == bindparam("row"))
        tx.execute(statement.values({column.name: bindparam("sealed")}), rows)
    return len(rows)


def _theirs(tx: Connection, patient_: Patient, *, shared: bool) -> _Theirs:
    mine, phone = patient_.id, patient_.contact_id
    conversations = session.c.patient_id == mine
    if shared:
        answered = select(answer.c.inbox_id).where(answer.c.patient_id == mine)
        quoted = select(alert.c.inbox_id).where(and_(alert.c.patient_id == mine, alert.c.inbox_id.is_not(None)))
        texts: ColumnElement[bool] = or_(inbox.c.id.in_(answered), inbox.c.id.in_(quoted))
        return _Theirs(texts, outbox.c.patient_id == mine, alert.c.patient_id == mine, conversations)
    index = tx.execute(select(contact.c.phone_index).where(contact.c.id == phone)).scalar_one()
    return _Theirs(
        or_(inbox.c.contact_id == phone, inbox.c.phone_index == index),
        or_(outbox.c.contact_id == phone, outbox.c.patient_id == mine),
        or_(alert.c.contact_id == phone, alert.c.patient_id == mine),
        conversations,
    )


def _ask_the_carrier(tx: Connection, theirs: _Theirs, real: datetime) -> None:
    came = select(inbox.c.sid).where(theirs.texts)
    went = select(outbox.c.sid).where(and_(theirs.messages, outbox.c.sid.is_not(None)))
    ask_carrier(tx, [*tx.execute(came).scalars(), *tx.execute(went).scalars()], whole=True, due_at=real)


def ask_carrier(tx: Connection, sids: Iterable[str], *, whole: bool, due_at: datetime) -> None:
    """Rows before calls: the carrier is asked by `bot.service.safekeeping.redact`, as often as it takes."""
    for sid in sids:
        row = {"sid": sid, "whole": whole, "attempts": 0, "due_at": due_at, "reason": ""}
        if not FORGET(tx, row) and whole:
            tx.execute(update(forgetting).where(forgetting.c.sid == sid).values(whole=True))


def _forget_facts(tx: Connection, patient_: Patient, now: datetime) -> None:
    """What is plain because reports need it: the year of the surgery stays, the answers go."""
    mine = patient_.id
    tx.execute(delete(answer).where(answer.c.patient_id == mine))
    tx.execute(delete(silence).where(silence.c.patient_id == mine))
    tx.execute(delete(patient_detail).where(patient_detail.c.patient_id == mine))
    tx.execute(
        update(plan_entry)
        .where(and_(plan_entry.c.patient_id == mine, plan_entry.c.state == "planned"))
        .values(state="canceled", reason=REASON)
    )
    tx.execute(
        update(enrollment)
        .where(enrollment.c.patient_id == mine)
        .values(
            surgery_day=patient_.surgery_day.replace(month=1, day=1), state=EnrollmentState.ENDED.value, ended_at=now
        )
    )
    nothing = {"address": None, "emergency_contact": None, "zone": "UTC", "erased_at": now}
    tx.execute(update(patient).where(patient.c.id == mine).values(nothing))


def _part_from_phone(
    tx: Connection, vault: Vault, patient_: Patient, *, shared: bool, new_id: Ids, now: datetime
) -> None:
    """Whoever texts from this number later is a stranger; but if it said STOP, it is still not texted."""
    nobody = {"phone_index": os.urandom(32), "consent": Consent.STOPPED.value, "blocked_at": None, "talk_until": None}
    if shared:
        id_ = new_id()
        sealed = vault.seal("contact.phone", id_, "")
        row = {**nobody, "id": id_, "phone": sealed, "language": patient_.language, "created_at": now}
        tx.execute(insert(contact), row)
        tx.execute(update(patient).where(patient.c.id == patient_.id).values(contact_id=id_))
        return
    known = tx.execute(select(contact).where(contact.c.id == patient_.contact_id)).one()
    if known.consent == Consent.STOPPED:
        OPT_OUT(tx, {"phone_index": known.phone_index, "at": now})
    overwrite(tx, vault, contact.c.phone, contact.c.id == patient_.contact_id, "")
    tx.execute(update(contact).where(contact.c.id == patient_.contact_id).values(nobody))
