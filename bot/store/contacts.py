"""Contacts: phone numbers that text and are texted. The contact's row is the lock that keeps texts in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.core.enrollment import Consent
from bot.core.flood import Pace
from bot.store.statements import InsertOnce, Prepared
from bot.store.tables import contact, opt_out
from bot.store.vault import Ids, Vault

INSERT = InsertOnce(contact, "phone_index")
BY_INDEX = select(contact).where(contact.c.phone_index == bindparam("phone_index"))
LOCK = Prepared(BY_INDEX.with_for_update())
BY_ID = select(contact).where(contact.c.id == bindparam("contact_id"))
HOLD = select(contact.c.id).where(contact.c.id == bindparam("contact_id")).with_for_update()
HOLD_IF_FREE = select(contact.c.id).where(contact.c.id == bindparam("contact_id")).with_for_update(skip_locked=True)
SET_CONSENT = update(contact).where(contact.c.id == bindparam("contact_id"))
SET_PACE = Prepared(
    SET_CONSENT.values(
        replies_since=bindparam("new_replies_since"),
        replies=bindparam("new_replies"),
        idle_answers=bindparam("new_idle_answers"),
        idle_at=bindparam("new_idle_at"),
    )
)


@dataclass(frozen=True, slots=True)
class Contact:
    id: str
    sealed_phone: bytes
    language: str
    consent: Consent
    is_blocked: bool
    pace: Pace
    talk_until: datetime | None = None

    def is_talked_with(self, now: datetime) -> bool:
        """A person writes with them just now: the script keeps silent."""
        return self.talk_until is not None and self.talk_until > now

    def phone(self, vault: Vault) -> str:
        """The number in E.164 form, decrypted only by whoever is about to dial or show it."""
        return vault.open("contact.phone", self.id, self.sealed_phone)


def lock(tx: Connection, phone_index: bytes) -> Contact | None:
    """The contact of this number, held until the transaction ends."""
    return _contact(LOCK.first(tx, {"phone_index": phone_index}))


def find(tx: Connection, phone_index: bytes) -> Contact | None:
    return _contact(tx.execute(BY_INDEX, {"phone_index": phone_index}).first())


def hold(tx: Connection, contact_id: str) -> None:
    """Lock a contact until the transaction ends: nothing else is decided about it meanwhile."""
    tx.execute(HOLD, {"contact_id": contact_id})


def hold_if_free(tx: Connection, contact_id: str) -> bool:
    """The same without waiting; False while somebody else decides about this contact."""
    return tx.execute(HOLD_IF_FREE, {"contact_id": contact_id}).first() is not None


def get(tx: Connection, contact_id: str) -> Contact:
    found = _contact(tx.execute(BY_ID, {"contact_id": contact_id}).first())
    if found is None:
        raise LookupError("no such contact")
    return found


def ensure(tx: Connection, vault: Vault, phone: str, *, language: str, now: datetime, new_id: Ids) -> Contact:
    """The contact of this number, made where there is none, and locked."""
    index = vault.index(phone)
    found = lock(tx, index)
    if found is None:
        row_id = new_id()
        INSERT(
            tx,
            {
                "id": row_id,
                "phone": vault.seal("contact.phone", row_id, phone),
                "phone_index": index,
                "language": language,
                "consent": _consent_so_far(tx, index).value,
                "replies": 0,
                "created_at": now,
            },
        )
        found = lock(tx, index)
    if found is None:
        raise LookupError("a contact vanished while it was being made")
    return found


def _consent_so_far(tx: Connection, phone_index: bytes) -> Consent:
    """A STOP outlives the erasure of whoever said it."""
    said_stop = tx.execute(select(opt_out.c.at).where(opt_out.c.phone_index == phone_index)).first()
    return Consent.STOPPED if said_stop else Consent.NONE


def set_consent(tx: Connection, contact_id: str, consent: Consent) -> None:
    tx.execute(SET_CONSENT.values(consent=consent.value), {"contact_id": contact_id})


def set_language(tx: Connection, contact_id: str, language: str) -> None:
    tx.execute(SET_CONSENT.values(language=language), {"contact_id": contact_id})


def set_talk(tx: Connection, contact_id: str, until: datetime | None) -> None:
    """Until when a person talks with this contact; None when the script may go on."""
    tx.execute(SET_CONSENT.values(talk_until=until), {"contact_id": contact_id})


def set_blocked(tx: Connection, contact_id: str, at: datetime | None) -> None:
    """The carrier cannot or may not reach this number; None when it answered again."""
    tx.execute(SET_CONSENT.values(blocked_at=at), {"contact_id": contact_id})


def set_pace(tx: Connection, contact_id: str, pace: Pace) -> None:
    SET_PACE.later(
        tx,
        {
            "contact_id": contact_id,
            "new_replies_since": pace.since,
            "new_replies": pace.answers,
            "new_idle_answers": pace.idle,
            "new_idle_at": pace.idle_at,
        },
    )


def _contact(row: Any) -> Contact | None:
    return None if row is None else read(row)


def read(row: Any) -> Contact:
    return Contact(
        id=row.id,
        sealed_phone=row.phone,
        language=row.language,
        consent=Consent(row.consent),
        is_blocked=row.blocked_at is not None,
        pace=Pace(row.replies_since, row.replies, row.idle_answers, row.idle_at),
        talk_until=row.talk_until,
    )
