"""Who texts: all that a decision about one text needs to know, read in one round trip under the contact's lock."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, and_, bindparam, select

from bot.core.flow import Memory
from bot.store import contacts, patients, sessions
from bot.store.contacts import Contact
from bot.store.inbox import AlreadyHandled, InboxState
from bot.store.patients import Patient
from bot.store.sessions import NUMBERS, Conversation, Earlier
from bot.store.statements import Prepared, named, places, word
from bot.store.tables import answer, contact, enrollment, inbox, patient, session
from bot.store.vault import Vault


class _Part:
    """The columns of one table in a row that holds several: labelled apart there, under their own names here."""

    def __init__(self, label: str, columns: Iterable[ColumnElement[Any]], *, behind: int = 0) -> None:
        listed = list(columns)
        names = [column.name for column in listed]
        self.columns: list[Label[Any]] = [
            column.label(f"{label}_{name}") for column, name in zip(listed, names, strict=True)
        ]
        self._places = slice(behind, behind + len(names))
        self.end = behind + len(names)
        self._named = namedtuple("Part", names)._make  # type: ignore[attr-defined]

    def of(self, row: Sequence[Any]) -> Any:
        return self._named(row[self._places])


CONTACT = _Part("contact", contact.c)
PATIENT = _Part("patient", patients.COLUMNS, behind=CONTACT.end)
SESSION = _Part("session", session.c, behind=PATIENT.end)
STATE = (
    select(inbox.c.state)
    .where(and_(inbox.c.id == bindparam("inbox_id"), inbox.c.attempts == bindparam("attempt")))
    .scalar_subquery()
)
LOCK = Prepared(select(contact.c.id).where(contact.c.phone_index == bindparam("phone_index")).with_for_update())
KNOWN = Prepared(
    select(*CONTACT.columns, *PATIENT.columns, *SESSION.columns, STATE.label("text_state"))
    .select_from(contact)
    .outerjoin(patient, patient.c.contact_id == contact.c.id)
    .outerjoin(enrollment, enrollment.c.patient_id == patient.c.id)
    .outerjoin(session, and_(session.c.contact_id == contact.c.id, session.c.state == word("active")))
    .where(contact.c.phone_index == bindparam("phone_index"))
    .order_by(patient.c.id, session.c.id)
)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is no patient has neither people nor a conversation under way.

    `earlier`: what may matter to the conversation's question of what was answered before; None where nothing may.
    """

    contact: Contact
    people: tuple[Patient, ...]
    earlier: Earlier | None
    _under_way: Any

    def conversation(self, vault: Vault) -> Conversation | None:
        """Opened by whoever needs it: the safety path must not fail over answers that do not open."""
        return sessions.read(self._under_way, vault) if self._under_way else None


def known(
    tx: Connection, phone_index: bytes, *, inbox_id: str, attempt: int, memory: Memory | None = None
) -> Known | None:
    """The sender of a text that is not settled yet, held until the transaction ends; None for a new number.

    Raises AlreadyHandled when somebody else has settled the text, keeps it under another id, or has begun a later
    attempt because ours took too long. Whoever settles one holds its contact: so nobody will, from here on.
    """
    if tx.dialect.name != "sqlite":  # there, whoever writes is alone
        LOCK.later(tx, {"phone_index": phone_index})
    by_phone = {"phone_index": phone_index}
    who = KNOWN, {**by_phone, "inbox_id": inbox_id, "attempt": attempt}
    if memory and memory.of:
        at, of = named(memory.at, "at"), named(memory.of, "of")
        rows, answers = Prepared.together(tx, who, (_earlier(len(at), len(of)), {**by_phone, **at, **of}))
    else:
        rows, answers = KNOWN.all(tx, who[1]), []
    if not rows:
        return None
    if rows[0].text_state != InboxState.RECEIVED:
        raise AlreadyHandled(inbox_id)
    return _known(rows, memory or Memory(), answers)


@cache
def _earlier(at: int, of: int) -> Prepared:
    """What whoever is in a conversation has answered so far, where its question is one at which that may matter."""
    theirs = select(contact.c.id).where(contact.c.phone_index == bindparam("phone_index")).scalar_subquery()
    waiting = and_(
        session.c.contact_id == theirs, session.c.state == word("active"), session.c.step.in_(places(at, "at"))
    )
    people = select(session.c.patient_id).where(waiting)
    found = NUMBERS.where(and_(answer.c.patient_id.in_(people), answer.c.step.in_(places(of, "of"))))
    return Prepared(found.order_by(answer.c.at))


def _known(rows: Sequence[Any], memory: Memory, answers: Sequence[Any]) -> Known:
    people = {row.patient_id: PATIENT.of(row) for row in rows if row.patient_enrollment_id is not None}
    under_way = next((SESSION.of(row) for row in rows if row.session_id is not None), None)
    return Known(
        contacts.read(CONTACT.of(rows[0])),
        tuple(map(patients.read, people.values())),
        _of_one(under_way, memory, answers) if under_way else None,
        under_way,
    )


def _of_one(under_way: Any, memory: Memory, answers: Sequence[Any]) -> Earlier | None:
    """Several people who share a phone may each be in a conversation."""
    if under_way.step not in memory.at:
        return None
    return Earlier(
        under_way.patient_id, memory.of, [each for each in answers if each.patient_id == under_way.patient_id]
    )
