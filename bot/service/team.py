"""Staff join the practice's team, and leave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.enrollment import Lane
from bot.core.sign_in import Role
from bot.errors import Refused
from bot.service import alert
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import contacts, outbox, patients, staff
from bot.store.console import accounts, sign_ins
from bot.store.oncall import rota, watch
from bot.store.staff import Staff


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


@dataclass(frozen=True, slots=True)
class Left:
    """What whoever left leaves to the others: alerts that they had, and shifts of the rota that name them."""

    name: str
    alerts: int
    shifts: int

    @property
    def sentence(self) -> str:
        said = [f"{self.name} is no longer on the team."]
        if self.alerts:
            said.append(f"Alerts that are open again and paged to whoever is on call: {self.alerts}.")
        if self.shifts:
            said.append(f"Shifts that still name them, and lack somebody: {self.shifts}. Staff hear of each gap.")
        return " ".join(said)


def remove(parts: Parts, staff_id: str, *, by: str | None, moment: Moment) -> Left:
    """They come in nowhere any more, and are not paged; whatever they had goes to the others, and stays on record.

    `by`: who does it; None at the command line. Raises Refused for oneself, and for the last admin.
    """

    def work(tx: Connection) -> Left:
        member = _who_may_leave(tx, parts, staff_id, by)
        left = Left(member.name(parts.vault), *_hand_on(tx, parts, member, moment.now))
        sign_ins.end(tx, member.id, moment.real)
        sign_ins.forget_browsers(tx, member.id)
        accounts.remove(tx, member.id)
        staff.leave(tx, parts.vault, member, new_id=parts.ids, now=moment.now)
        return left

    left = parts.database.write(work)
    parts.bell.ring(Lane.PAGE)
    return left


def leaver(parts: Parts, staff_id: str, by: str) -> str:
    """The name of whoever is to leave. Raises Refused where `remove` would."""
    return parts.database.read(lambda tx: _who_may_leave(tx, parts, staff_id, by)).name(parts.vault)


def _who_may_leave(tx: Connection, parts: Parts, staff_id: str, by: str | None) -> Staff:
    member = staff.get(tx, staff_id)
    if member is None:
        raise Refused("there is no such staff member; `mendline staff list` shows the ids")
    if member.id == by:
        raise Refused("you cannot remove yourself: ask another admin")
    if member.role == Role.ADMIN and not _is_any_other_admin(tx, member):
        raise Refused(
            f"{member.name(parts.vault)} is the only admin who can let others in: give another one an account first"
        )
    return member


def _is_any_other_admin(tx: Connection, member: Staff) -> bool:
    """One who can sign in, where this one can; else nobody could let anybody in any more."""
    holders = accounts.holders(tx)
    others = [each for each in staff.every(tx) if each.role == Role.ADMIN and each.id != member.id]
    return any(each.id in holders for each in others) if member.id in holders else bool(others)


def _hand_on(tx: Connection, parts: Parts, member: Staff, now: datetime) -> tuple[int, int]:
    """Their alerts to whoever is on call, and their shifts back to the rota, of whose gaps staff are told at once."""
    outbox.let_go(tx, contact_id=member.contact_id, reason="left the team")
    alerts = alert.give_up(tx, parts, member.id, now)
    rota.leave(tx, member.id, now)
    watch.look_at_once(tx, warn_at=now)
    shifts = sum(member.id in each.people for each in rota.shifts(tx, since=now.date() - timedelta(days=1)))
    return alerts, shifts
