"""The inbox: every text that arrived, kept before anything is decided about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, update

from bot.store.statements import InsertOnce, Prepared, word
from bot.store.tables import contact, inbox
from bot.store.vault import Vault

LONGEST_TEXT = 1_600
"""Characters of a text; the carrier joins no more (twilio.com/docs/messaging/api/message-resource)."""

MOST_AT_ONCE = 500
"""Values in one question: every database takes as many."""

INSERT = InsertOnce(inbox, "sid")
BY_ID = select(inbox).where(inbox.c.id == bindparam("inbox_id"))
BY_SID = select(inbox).where(inbox.c.sid == bindparam("sid"))
SETTLE = Prepared(
    update(inbox)
    .where(and_(inbox.c.id == bindparam("inbox_id"), inbox.c.state == word("received")))
    .values(
        contact_id=bindparam("new_contact_id"),
        state=bindparam("new_state"),
        understood=bindparam("new_understood"),
        handled_at=bindparam("new_handled_at"),
    )
)
LAST_WORD = select(func.max(inbox.c.received_at)).where(inbox.c.contact_id == bindparam("contact_id"))
WAITING = (
    select(inbox.c.id)
    .where(and_(inbox.c.state == word("received"), inbox.c.next_attempt_at <= bindparam("real")))
    .order_by(inbox.c.next_attempt_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
CLAIM = (
    update(inbox)
    .where(inbox.c.id.in_(WAITING.scalar_subquery()))
    .values(attempts=inbox.c.attempts + 1, next_attempt_at=bindparam("lease"))
    .returning(inbox.c.id)
)


class AlreadyHandled(Exception):
    """Two were at the same text; the other was first."""


class InboxState(StrEnum):
    RECEIVED = "received"
    HANDLED = "handled"
    UNMATCHED = "unmatched"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text as the carrier handed it over. `opt_out_type` is set when the carrier has already answered.

    `sent_at` is set where it comes late, from the carrier's list: when it reached the carrier.
    """

    sid: str
    phone: str
    body: str
    media_count: int = 0
    media_types: tuple[str, ...] = ()
    opt_out_type: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the inbox."""

    id: str
    sid: str
    phone_index: bytes
    media_count: int
    opt_out_type: str
    state: InboxState
    attempts: int
    received_at: datetime
    contact_id: str | None
    sealed_body: bytes
    sealed_phone: bytes

    def body(self, vault: Vault) -> str:
        return vault.open("inbox.body", self.id, self.sealed_body)

    def phone(self, vault: Vault) -> str:
        return vault.open("inbox.phone", self.id, self.sealed_phone)


def fit(body: str) -> str:
    """A text as it can be kept: without the one character that no database takes, and no longer than any is."""
    return body.replace("\x00", "")[:LONGEST_TEXT]


def new(vault: Vault, inbox_id: str, text: Inbound, *, now: datetime) -> Kept:
    """The row that a text would make, sealed and ready to be kept."""
    return Kept(
        id=inbox_id,
        sid=text.sid,
        phone_index=vault.index(text.phone),
        media_count=text.media_count,
        opt_out_type=text.opt_out_type,
        state=InboxState.RECEIVED,
        attempts=1,
        received_at=min(text.sent_at, now) if text.sent_at else now,  # a carrier's clock may be ahead of ours
        contact_id=None,
        sealed_body=vault.seal("inbox.body", inbox_id, text.body),
        sealed_phone=vault.seal("inbox.phone", inbox_id, text.phone),
    )


def keep(tx: Connection, row: Kept, text: Inbound, *, next_attempt_at: datetime) -> None:
    """A text whose sid was kept before stays as it is, under its own id. Its first attempt counts from here."""
    INSERT.later(
        tx,
        {
            "id": row.id,
            "sid": row.sid,
            "contact_id": None,
            "phone": row.sealed_phone,
            "phone_index": row.phone_index,
            "body": row.sealed_body,
            "media_count": row.media_count,
            "media_types": " ".join(text.media_types),
            "opt_out_type": row.opt_out_type,
            "received_at": row.received_at,
            "state": row.state.value,
            "understood": "",
            "attempts": row.attempts,
            "next_attempt_at": next_attempt_at,
        },
    )


def get(tx: Connection, inbox_id: str) -> Kept:
    found = tx.execute(BY_ID, {"inbox_id": inbox_id}).first()
    if found is None:
        raise LookupError("no such text")
    return _kept(found)


def by_sid(tx: Connection, sid: str) -> Kept | None:
    found = tx.execute(BY_SID, {"sid": sid}).first()
    return _kept(found) if found else None


def newest(tx: Connection) -> datetime | None:
    """When the newest text that we have reached us, or the carrier."""
    moment: datetime | None = tx.execute(select(func.max(inbox.c.received_at))).scalar()
    return moment


def known_sids(tx: Connection, sids: Sequence[str]) -> set[str]:
    """Those of these texts that we have."""
    found: set[str] = set()
    for begin in range(0, len(sids), MOST_AT_ONCE):
        asked = select(inbox.c.sid).where(inbox.c.sid.in_(list(sids[begin : begin + MOST_AT_ONCE])))
        found.update(tx.execute(asked).scalars())
    return found


def between(tx: Connection, contact_id: str, begin: datetime, end: datetime | None) -> list[Kept]:
    """What this contact texted in this time, both ends included, in order."""
    query = select(inbox).where(inbox.c.contact_id == contact_id, inbox.c.received_at >= begin)
    if end is not None:
        query = query.where(inbox.c.received_at <= end)
    return [_kept(row) for row in tx.execute(query.order_by(inbox.c.received_at, inbox.c.id))]


def last_word(tx: Connection, contact_id: str) -> datetime | None:
    """When this contact texted last."""
    moment: datetime | None = tx.execute(LAST_WORD, {"contact_id": contact_id}).scalar()
    return moment


def settle(
    tx: Connection,
    inbox_id: str,
    *,
    contact_id: str,
    state: InboxState,
    understood: str,
    now: datetime | None,
) -> None:
    """Record what became of a text. Its contact is held and it was found unsettled: `senders.known` sees to both."""
    SETTLE.later(
        tx,
        {
            "inbox_id": inbox_id,
            "new_contact_id": contact_id,
            "new_state": state.value,
            "new_understood": understood[:80],
            "new_handled_at": now,
        },
    )


def let_go(tx: Connection, contact_id: str, now: datetime) -> None:
    """Texts of this phone that are not taken in yet never will be."""
    index = select(contact.c.phone_index).where(contact.c.id == contact_id).scalar_subquery()
    waiting = and_(inbox.c.state == "received", inbox.c.phone_index == index)
    values = {"contact_id": contact_id, "state": InboxState.FAILED.value, "handled_at": now}
    tx.execute(update(inbox).where(waiting).values(values))


def claim(tx: Connection, *, real: datetime, lease: datetime) -> str | None:
    """A text whose handling did not finish. Its attempt is counted here, before the work, and no other's with it."""
    taken: str | None = tx.execute(CLAIM, {"real": real, "lease": lease}).scalar()
    return taken


def _kept(found: Any) -> Kept:
    return Kept(
        id=found.id,
        sid=found.sid,
        phone_index=found.phone_index,
        media_count=found.media_count,
        opt_out_type=found.opt_out_type,
        state=InboxState(found.state),
        attempts=found.attempts,
        received_at=found.received_at,
        contact_id=found.contact_id,
        sealed_body=found.body,
        sealed_phone=found.phone,
    )
