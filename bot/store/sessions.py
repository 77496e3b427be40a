"""Sessions: where each conversation stands. What was answered in it is sealed; typed answers are rows of their own."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from bot.core.session import Answer, Closed, Session, State
from bot.store.statements import InsertOnce, Prepared, named, places, word
from bot.store.tables import answer, session
from bot.store.types import Instant
from bot.store.vault import Vault

INSERT = InsertOnce(session, "occurrence")
INSERT_ANSWER = Prepared(insert(answer), *answer.c.keys())
ACTIVE = Prepared(
    select(session).where(and_(session.c.contact_id == bindparam("contact_id"), session.c.state == word("active")))
)
BY_ID = select(session).where(session.c.id == bindparam("session_id"))
LAST_OVER = (
    select(session)
    .where(session.c.contact_id == bindparam("contact_id"))
    .order_by(session.c.started_at.desc())
    .limit(1)
)
SAVE = Prepared(
    update(session)
    .where(session.c.id == bindparam("session_id"))
    .values(
        step=bindparam("new_step"),
        state=bindparam("new_state"),
        unclear=bindparam("new_unclear"),
        nudged=bindparam("new_nudged"),
        answers=bindparam("new_answers"),
        closed=bindparam("new_closed"),
        nudge_at=bindparam("new_nudge_at"),
        expires_at=bindparam("new_expires_at"),
        ended_at=func.coalesce(session.c.ended_at, bindparam("new_ended_at", type_=Instant)),
    )
)
DUE = (
    select(session.c.id)
    .where(
        and_(
            session.c.state == word("active"),
            session.c.nudge_at.is_not(None),
            session.c.nudge_at <= bindparam("now"),
        )
    )
    .limit(bindparam("limit"))
)
EXPIRED = (
    select(session.c.id)
    .where(and_(session.c.state == word("active"), session.c.expires_at <= bindparam("now")))
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A session with its row's id and whose it is."""

    id: str
    contact_id: str
    patient_id: str
    session: Session
    nudge_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None


def begin(
    tx: Connection,
    vault: Vault,
    session_id: str,
    *,
    contact_id: str,
    patient_id: str,
    occurrence: str,
    session: Session,
    nudge_at: datetime | None,
    expires_at: datetime | None,
    now: datetime,
) -> bool:
    """False when this occurrence has begun before."""
    row = {
        "id": session_id,
        "contact_id": contact_id,
        "patient_id": patient_id,
        "occurrence": occurrence,
        "flow": session.flow,
        "version": session.version,
        "started_at": now,
        "step": session.step,
        "state": session.state.value,
        "unclear": session.unclear,
        "nudged": session.nudged,
        "answers": _sealed_answers(vault, session_id, session),
        "closed": None,
        "nudge_at": nudge_at,
        "expires_at": expires_at,
        "ended_at": now if session.is_over else None,
    }
    return INSERT(tx, row)


def save(
    tx: Connection,
    vault: Vault,
    session_id: str,
    session: Session,
    *,
    nudge_at: datetime | None,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    SAVE.later(
        tx,
        {
            "session_id": session_id,
            "new_step": session.step,
            "new_state": session.state.value,
            "new_unclear": session.unclear,
            "new_nudged": session.nudged,
            "new_answers": _sealed_answers(vault, session_id, session),
            "new_closed": _sealed_closed(vault, session_id, session.closed),
            "new_nudge_at": nudge_at,
            "new_expires_at": expires_at,
            "new_ended_at": now if session.is_over else None,
        },
    )


def active(tx: Connection, vault: Vault, contact_id: str) -> tuple[Conversation, ...]:
    return tuple(read(row, vault) for row in ACTIVE.all(tx, {"contact_id": contact_id}))


def latest(tx: Connection, vault: Vault, contact_id: str) -> Conversation | None:
    """The conversation that began last, over or not."""
    row = tx.execute(LAST_OVER, {"contact_id": contact_id}).first()
    return read(row, vault) if row else None


def asked_at(tx: Connection, session_id: str) -> datetime:
    """Since when the question that waits now has been waiting: the last answer, or the conversation's begin."""
    last = select(func.max(answer.c.at)).where(answer.c.session_id == session_id).scalar_subquery()
    started, answered = tx.execute(select(session.c.started_at, last).where(session.c.id == session_id)).one()
    moments: list[datetime] = [started, answered] if answered else [started]
    return max(moments)


def open_at(tx: Connection, vault: Vault, contact_id: str, moment: datetime) -> Conversation | None:
    """The conversation that was under way at that moment, as it stands now; of several, the newest."""
    began = and_(session.c.contact_id == contact_id, session.c.started_at <= moment)
    still = or_(session.c.ended_at.is_(None), session.c.ended_at > moment)
    row = tx.execute(select(session).where(and_(began, still)).order_by(session.c.started_at.desc()).limit(1)).first()
    return read(row, vault) if row else None


def answered_after(tx: Connection, session_id: str, moment: datetime) -> list[str]:
    """The steps of this conversation that were answered after that moment, in order."""
    later = and_(answer.c.session_id == session_id, answer.c.at > moment)
    return list(tx.execute(select(answer.c.step).where(later).order_by(answer.c.at, answer.c.id)).scalars())


def get(tx: Connection, vault: Vault, session_id: str) -> Conversation:
    row = tx.execute(BY_ID, {"session_id": session_id}).first()
    if row is None:
        raise LookupError("no such session")
    return read(row, vault)


def to_nudge(tx: Connection, now: datetime, limit: int) -> list[str]:
    return list(tx.execute(DUE, {"now": now, "limit": limit}).scalars())


def to_expire(tx: Connection, now: datetime, limit: int) -> list[str]:
    return list(tx.execute(EXPIRED, {"now": now, "limit": limit}).scalars())


def end_all(tx: Connection, contact_id: str, state: State, now: datetime) -> None:
    """End every open conversation of this contact, as STOP does."""
    tx.execute(
        update(session)
        .where(and_(session.c.contact_id == contact_id, session.c.state == "active"))
        .values(state=state.value, ended_at=now, nudge_at=None)
    )


def end_of_patient(tx: Connection, patient_id: str, state: State, now: datetime) -> None:
    """The same of one person, where others use the phone too."""
    tx.execute(
        update(session)
        .where(and_(session.c.patient_id == patient_id, session.c.state == "active"))
        .values(state=state.value, ended_at=now, nudge_at=None)
    )


def doubt_nudges(tx: Connection, now: datetime) -> None:
    """The database is older than what happened: a nudge that was due by now may have gone out."""
    due = and_(session.c.state == "active", session.c.nudge_at <= now)
    tx.execute(update(session).where(due).values(nudge_at=None, nudged=True))


def keep_answer(
    tx: Connection, answer_id: str, conversation: Conversation, given: Answer, *, inbox_id: str, at: datetime
) -> None:
    number = float(given.value) if isinstance(given.value, bool | int | float) else None
    INSERT_ANSWER.later(
        tx,
        {
            "id": answer_id,
            "patient_id": conversation.patient_id,
            "session_id": conversation.id,
            "inbox_id": inbox_id,
            "flow": conversation.session.flow,
            "step": given.step,
            "kind": given.kind.value,
            "number": number,
            "choice": given.value if isinstance(given.value, str) else None,
            "at": at,
        },
    )


@dataclass(frozen=True, slots=True)
class Past:
    """A conversation as it was, with the time in which its replies came."""

    contact_id: str
    patient_id: str
    session: Session
    started_at: datetime
    ended_at: datetime | None


def since(tx: Connection, vault: Vault, moment: datetime) -> list[Past]:
    """Every conversation that began at this moment or later, oldest first."""
    rows = tx.execute(select(session).where(session.c.started_at >= moment).order_by(session.c.started_at))
    return [
        Past(row.contact_id, row.patient_id, read(row, vault).session, row.started_at, row.ended_at) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The numbers that a patient has answered to these questions so far, oldest first: step, number, at, session_id."""

    patient_id: str
    steps: frozenset[str]
    answers: Sequence[Any] = ()

    def covers(self, patient_id: str, steps: Collection[str]) -> bool:
        return self.patient_id == patient_id and self.steps.issuperset(steps)

    def numbers(self, steps: Collection[str], *, since: datetime, but: str = "") -> dict[str, tuple[float, ...]]:
        """By question, but for those of one session."""
        numbers: dict[str, tuple[float, ...]] = {}
        for given in self.answers:
            if given.step in steps and given.at >= since and given.session_id != but:
                numbers[given.step] = (*numbers.get(given.step, ()), given.number)
        return numbers


NUMBERS = select(answer.c.step, answer.c.number, answer.c.at, answer.c.session_id, answer.c.patient_id).where(
    answer.c.number.is_not(None)
)


def earlier(tx: Connection, patient_id: str, steps: Collection[str]) -> Earlier:
    found = _earlier(len(steps)).all(tx, {"patient_id": patient_id, **named(steps, "step")}) if steps else ()
    return Earlier(patient_id, frozenset(steps), found)


@cache
def _earlier(count: int) -> Prepared:
    theirs = and_(answer.c.patient_id == bindparam("patient_id"), answer.c.step.in_(places(count, "step")))
    return Prepared(NUMBERS.where(theirs).order_by(answer.c.at))


def _sealed_answers(vault: Vault, session_id: str, session: Session) -> bytes:
    return vault.seal("session.answers", session_id, json.dumps(dict(session.answers)))


def _sealed_closed(vault: Vault, session_id: str, closed: Closed | None) -> bytes | None:
    if closed is None:
        return None
    kept = [closed.step, closed.words, closed.at.isoformat(), closed.text_id, closed.copies]
    return vault.seal("session.closed", session_id, json.dumps(kept))


def _closed(vault: Vault, row: Any) -> Closed | None:
    if row.closed is None:
        return None
    step, words, at, text_id, copies = json.loads(vault.open("session.closed", row.id, row.closed))
    return Closed(step, words, datetime.fromisoformat(at), text_id, copies)


def read(row: Any, vault: Vault) -> Conversation:
    return Conversation(
        id=row.id,
        contact_id=row.contact_id,
        patient_id=row.patient_id,
        session=Session(
            flow=row.flow,
            version=row.version,
            step=row.step,
            state=State(row.state),
            unclear=row.unclear,
            nudged=row.nudged,
            answers=json.loads(vault.open("session.answers", row.id, row.answers)),
            closed=_closed(vault, row),
        ),
        nudge_at=row.nudge_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )
