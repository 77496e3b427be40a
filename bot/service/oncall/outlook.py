"""The outlook: who is on call for the next fourteen days, where that is thin, and whose phone would not ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection

from bot.core.cover import AHEAD, Thin, Weakness, weaknesses
from bot.core.enrollment import Channel
from bot.core.rota import Rota, Stretch, line
from bot.service.oncall import reach, roster
from bot.service.parts import Parts
from bot.store import staff
from bot.store.oncall import phones, rota
from bot.store.oncall.rota import Holiday
from bot.store.staff import Staff


@dataclass(frozen=True, slots=True)
class Person:
    """A nurse or admin. `troubles` are sentences: why a page would not get through, or by one channel alone."""

    id: str
    name: str
    role: str
    rung: int | None
    channels: tuple[Channel, ...]
    troubles: tuple[str, ...]
    is_reachable: bool
    takes_part: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    opens: datetime
    closes: datetime
    rota: Rota
    stretches: Sequence[Stretch]
    weaknesses: Sequence[Weakness]
    people: Sequence[Person]
    holidays: Sequence[Holiday]

    def name(self, staff_id: str) -> str:
        return next((person.name for person in self.people if person.id == staff_id), "somebody who has left")

    @property
    def troubled(self) -> list[Person]:
        return [person for person in self.people if person.takes_part and person.troubles]


def look(tx: Connection, parts: Parts, now: datetime, ahead: timedelta = AHEAD) -> Outlook:
    """By what the carrier said last of each phone: one that fails is not counted on."""
    team, failing = staff.every(tx), phones.failing(tx)
    hear = frozenset(member.id for member in team if reach.would_hear(parts, member, failing))
    found = roster.read(tx, team, hear, now)
    stretches = line(found, now, now + ahead)
    on_it = found.people
    return Outlook(
        opens=now,
        closes=now + ahead,
        rota=found,
        stretches=stretches,
        weaknesses=weaknesses(stretches, found.kept_rungs),
        people=[
            _person(parts, member, failing.get(member.contact_id, ""), takes_part=member.id in on_it)
            for member in team
            if not member.is_viewer
        ],
        holidays=rota.holidays(tx),
    )


def _person(parts: Parts, member: Staff, failing: str, *, takes_part: bool) -> Person:
    there = reach.channels(parts, member)
    return Person(
        id=member.id,
        name=member.name(parts.vault),
        role=member.role,
        rung=member.rung,
        channels=tuple(there),
        troubles=tuple(_troubles(parts, member, there, failing)),
        is_reachable=Channel.EMAIL in there or (Channel.SMS in there and not failing),
        takes_part=takes_part,
    )


def _troubles(parts: Parts, member: Staff, there: Sequence[Channel], failing: str) -> list[str]:
    found = []
    if member.has_stopped:
        found.append("this phone has texted STOP: no page reaches it until it texts START")
    elif failing:
        found.append(f"the last text to this phone did not arrive ({failing})")
    if not member.sealed_email:
        found.append("no e-mail address: pages go by SMS alone" if there else "no e-mail address either")
    elif Channel.EMAIL not in parts.carriers:
        found.append("no mail server is set: pages go by SMS alone")
    return found


def sentence(weakness: Weakness, zone: tzinfo, name: str = "") -> str:
    """ "nobody is on call Sat 28 Nov 19:00 to Sun 29 Nov 07:00". Without `name`, as it may stand in an alert."""
    when = f"{moment(weakness.opens, zone)} to {moment(weakness.closes, zone)}"
    if weakness.thin is Thin.NOBODY:
        return f"nobody is on call {when}"
    if weakness.thin is Thin.RUNG:
        return f"nobody is on rung {weakness.rung} {when}"
    return f"only {name or 'one person'} can be reached {when}"


def moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%a %-d %b %H:%M}"
