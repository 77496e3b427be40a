"""Rows whose words have been kept for as long as the practice's rule says: found in the order of their ids, which is
the order in which they were made, and blanked where they stand. What counts (that, when, by whom) is not touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, and_, false, func, or_, select, true, update

from bot.core.retention import Kept
from bot.store.real import IS_REAL_TEXT
from bot.store.safekeeping.forget import ask_carrier, overwrite
from bot.store.tables import alert, answer, inbox, outbox, session
from bot.store.vault import EMPTY_BYTES, Vault

DAY = "retention:day"
"""The mark of the last day on which everything that was due had gone, by the clinic's time."""

Blank = Callable[[Connection, Vault, ColumnElement[bool], datetime], None]
"""Takes the words out of these rows; the moment is real time."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind. `held`: not yet over, or an open alert needs them, however old they are."""

    name: str
    at: Column[datetime]
    held: ColumnElement[bool]
    blank: Blank
    which: ColumnElement[bool] = field(default_factory=true)

    @property
    def id(self) -> Column[str]:
        found: Column[str] = self.at.table.c.id
        return found


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    at: datetime
    is_held: bool


def after(tx: Connection, part: Part, last: str, limit: int) -> list[Row]:
    """The next rows of this part, the oldest first."""
    found = select(part.id, part.at, part.held).where(and_(part.id > last, part.which)).order_by(part.id).limit(limit)
    return [Row(id_, at, bool(is_held)) for id_, at, is_held in tx.execute(found)]


def blank(tx: Connection, vault: Vault, part: Part, ids: Sequence[str], real: datetime) -> None:
    if ids:
        part.blank(tx, vault, part.id.in_(ids), real)


def _words(tx: Connection, vault: Vault, column: Column[bytes], which: ColumnElement[bool], instead: str = "") -> None:
    """What is blank already stays as it is."""
    overwrite(tx, vault, column, and_(which, func.length(column) > EMPTY_BYTES + len(instead)), instead)


def _texts(tx: Connection, vault: Vault, which: ColumnElement[bool], _real: datetime) -> None:
    _words(tx, vault, inbox.c.body, which)
    tx.execute(update(inbox).where(and_(which, inbox.c.media_types != "")).values(media_types=""))


def _messages(tx: Connection, vault: Vault, which: ColumnElement[bool], _real: datetime) -> None:
    _words(tx, vault, outbox.c.body, which)


def _conversations(tx: Connection, vault: Vault, which: ColumnElement[bool], _real: datetime) -> None:
    _words(tx, vault, session.c.answers, which, "{}")
    tx.execute(update(session).where(and_(which, session.c.closed.is_not(None))).values(closed=None))


def _alerts(tx: Connection, vault: Vault, which: ColumnElement[bool], _real: datetime) -> None:
    _words(tx, vault, alert.c.quote, which)
    _words(tx, vault, alert.c.disposition, which)


def _answers(tx: Connection, _vault: Vault, which: ColumnElement[bool], _real: datetime) -> None:
    tx.execute(update(answer).where(which).values(number=None, choice=None))


def _understood(tx: Connection, _vault: Vault, which: ColumnElement[bool], _real: datetime) -> None:
    tx.execute(update(inbox).where(and_(which, inbox.c.understood != "")).values(understood=""))


def _at_carrier(column: Column[str]) -> Blank:
    def ask(tx: Connection, _vault: Vault, which: ColumnElement[bool], real: datetime) -> None:
        sids = list(tx.execute(select(column).where(and_(which, column.is_not(None)))).scalars())
        ask_carrier(tx, sids, whole=False, due_at=real)

    return ask


def _needed(column: Column[str], by: Column[str]) -> ColumnElement[bool]:
    """Does an alert that is not resolved need it?"""
    unresolved = select(by).where(and_(alert.c.state != "resolved", by.is_not(None)))
    return func.coalesce(column.in_(unresolved), false())


MAY_STILL_GO = outbox.c.state.in_(("pending", "sending"))
HAS_SID = and_(outbox.c.channel == "sms", outbox.c.sid.is_not(None))
IS_PAGE = outbox.c.kind == "page"
TEXT_NEEDED = or_(inbox.c.state == "received", _needed(inbox.c.contact_id, alert.c.contact_id))
MESSAGE_NEEDED = or_(MAY_STILL_GO, _needed(outbox.c.contact_id, alert.c.contact_id))
PAGE_NEEDED = or_(MAY_STILL_GO, _needed(outbox.c.alert_id, alert.c.id))
CONVERSATION_NEEDED = or_(session.c.state == "active", _needed(session.c.contact_id, alert.c.contact_id))
ANSWER_NEEDED = _needed(answer.c.patient_id, alert.c.patient_id)

PARTS: dict[Kept, tuple[Part, ...]] = {
    Kept.AT_CARRIER: (
        Part("texts at the carrier", inbox.c.received_at, false(), _at_carrier(inbox.c.sid), IS_REAL_TEXT),
        Part("messages at the carrier", outbox.c.created_at, MAY_STILL_GO, _at_carrier(outbox.c.sid), HAS_SID),
    ),
    Kept.TEXTS: (
        Part("texts", inbox.c.received_at, TEXT_NEEDED, _texts),
        Part("messages", outbox.c.created_at, MESSAGE_NEEDED, _messages, ~IS_PAGE),
        Part("conversations", session.c.started_at, CONVERSATION_NEEDED, _conversations),
    ),
    Kept.ALERTS: (Part("alerts", alert.c.raised_at, alert.c.state != "resolved", _alerts),),
    Kept.ANSWERS: (
        Part("answers", answer.c.at, ANSWER_NEEDED, _answers),
        Part("understood", inbox.c.received_at, TEXT_NEEDED, _understood),
    ),
    Kept.PAGES: (Part("pages", outbox.c.created_at, PAGE_NEEDED, _messages, IS_PAGE),),
}
