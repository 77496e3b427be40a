"""Staff join the practice's team."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.errors import Refused
from bot.service.parts import Parts
from bot.store import contacts, patients, staff


def add(parts: Parts, phone: str, *, name: str, email: str, role: str, rung: int | None, now: datetime) -> str:
    """Returns the new member's id. Raises Refused when the number belongs to a member already, or to a patient:
    whatever is texted from there is read as the patient's, and an acknowledgement would be lost."""

    def work(tx: Connection) -> str:
        contact = contacts.ensure(tx, parts.vault, phone, language="en", now=now, new_id=parts.ids)
        known = staff.of_contact(tx, contact.id)
        if known is not None:
            raise Refused(f"this number belongs to a staff member already, {known.id}")
        treated = patients.of_contact(tx, contact.id)
        if treated:
            raise Refused(f"this number belongs to patient {treated[-1].id}: staff need a phone of their own")
        member_id = parts.ids()
        staff.add(tx, parts.vault, member_id, contact.id, name=name, email=email, role=role, rung=rung, now=now)
        return member_id

    return parts.database.write(work)
