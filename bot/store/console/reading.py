"""What the console shows of the clinic's own tables. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from bot.store import alerts
from bot.store.alerts import Alert
from bot.store.console.tables import writing
from bot.store.real import is_real
from bot.store.tables import alert, alert_event, answer, contact, inbox, outbox, session
from bot.store.vault import Vault

NEWEST_LINES = 150
"""How far back a thread goes on one page."""


def unresolved(tx: Connection) -> list[Alert]:
    ids = tx.execute(select(alert.c.id).where(alert.c.state != "resolved", is_real(alert.c.contact_id))).scalars()
    return [alerts.get(tx, id_) for id_ in list(ids)]


def resolved(tx: Connection, limit: int) -> list[Alert]:
    """The latest, the newest first."""
    done = (
        select(alert.c.id)
        .where(alert.c.state == "resolved", is_real(alert.c.contact_id))
        .order_by(alert.c.resolved_at.desc())
        .limit(limit)
    )
    return [alerts.get(tx, id_) for id_ in list(tx.execute(done).scalars())]


def alerts_of_patient(tx: Connection, patient_id: str) -> list[Alert]:
    ids = select(alert.c.id).where(alert.c.patient_id == patient_id).order_by(alert.c.raised_at.desc())
    return [alerts.get(tx, id_) for id_ in list(tx.execute(ids).scalars())]


@dataclass(frozen=True, slots=True)
class TextIn:
    """A text that arrived. `understood` is the line for staff, empty while or where nothing was."""

    id: str
    at: datetime
    state: str
    understood: str
    pictures: int
    sealed_body: bytes

    def body(self, vault: Vault) -> str:
        return vault.open("inbox.body", self.id, self.sealed_body)


@dataclass(frozen=True, slots=True)
class MessageOut:
    """A message of ours. `author` is the staff member who wrote it; None: the script did."""

    id: str
    at: datetime
    made_at: datetime
    kind: str
    occurrence: str
    state: str
    reason: str
    urgent: bool
    author: str | None
    sealed_body: bytes

    def body(self, vault: Vault) -> str:
        return vault.open("outbox.body", self.id, self.sealed_body)


@dataclass(frozen=True, slots=True)
class Event:
    alert_id: str
    code: str
    tier: str
    act: str
    staff_id: str | None
    detail: str
    at: datetime


def texts(tx: Connection, contact_id: str, last: int | None = NEWEST_LINES) -> list[TextIn]:
    """What this phone sent, the oldest first; also what is not taken in yet, which has no contact so far."""
    index = select(contact.c.phone_index).where(contact.c.id == contact_id).scalar_subquery()
    mine = or_(inbox.c.contact_id == contact_id, and_(inbox.c.state == "received", inbox.c.phone_index == index))
    rows = tx.execute(select(inbox).where(mine).order_by(inbox.c.received_at.desc()).limit(last)).all()
    return [
        TextIn(row.id, row.received_at, row.state, row.understood, row.media_count, row.body) for row in reversed(rows)
    ]


def messages(tx: Connection, contact_id: str, last: int | None = NEWEST_LINES) -> list[MessageOut]:
    """What we sent or have to send to this phone, pages apart; the oldest first."""
    wanted = (
        select(outbox, writing.c.staff_id.label("author"))
        .outerjoin_from(outbox, writing, writing.c.outbox_id == outbox.c.id)
        .where(and_(outbox.c.contact_id == contact_id, outbox.c.kind != "page"))
        .order_by(outbox.c.created_at.desc())
        .limit(last)
    )
    return [_message(row) for row in reversed(tx.execute(wanted).all())]


def _message(row: Row[Any]) -> MessageOut:
    return MessageOut(
        id=row.id,
        at=row.sent_at or row.created_at,
        made_at=row.created_at,
        kind=row.kind,
        occurrence=row.occurrence,
        state=row.state,
        reason=row.reason,
        urgent=row.urgent,
        author=row.author,
        sealed_body=row.body,
    )


def events(tx: Connection, contact_id: str) -> list[Event]:
    """What happened to every alert of this phone, in order."""
    wanted = (
        select(alert_event, alert.c.code, alert.c.tier)
        .join_from(alert_event, alert, alert.c.id == alert_event.c.alert_id)
        .where(alert.c.contact_id == contact_id)
        .order_by(alert_event.c.id)
    )
    rows = tx.execute(wanted)
    return [Event(row.alert_id, row.code, row.tier, row.act, row.staff_id, row.detail, row.at) for row in rows]


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a patient gave, where the flow's step asked for it."""

    patient_id: str
    step: str
    value: float
    at: datetime


def numbers(tx: Connection, patient_id: str, step: str) -> Sequence[Number]:
    asked = and_(answer.c.patient_id == patient_id, answer.c.step == step, answer.c.number.is_not(None))
    rows = tx.execute(select(answer).where(asked).order_by(answer.c.at))
    return [Number(row.patient_id, row.step, row.number, row.at) for row in rows]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of any kind; words themselves stand with the text."""

    flow: str
    step: str
    value: float | str | None
    at: datetime


def answers(tx: Connection, patient_id: str) -> list[Given]:
    rows = tx.execute(select(answer).where(answer.c.patient_id == patient_id).order_by(answer.c.at))
    return [Given(row.flow, row.step, row.number if row.number is not None else row.choice, row.at) for row in rows]


def check_ins(tx: Connection, patient_id: str) -> tuple[int, int]:
    """How many check-ins began, and in how many something was answered."""
    began = tx.execute(select(func.count()).where(session.c.patient_id == patient_id)).scalar_one()
    answered = select(func.count(func.distinct(answer.c.session_id))).where(answer.c.patient_id == patient_id)
    return int(began), int(tx.execute(answered).scalar_one())
