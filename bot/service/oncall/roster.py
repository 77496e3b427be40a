"""Who is on call: the rota, and those who stand on a rung when it says nothing, joined with who can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause, OnCall
from bot.core.rota import Rota, on_call
from bot.service.oncall import reach
from bot.service.parts import Parts
from bot.store import staff
from bot.store.oncall import rota
from bot.store.staff import Staff

BEFORE_ALL = 0
"""A rung before the first."""

LONGEST = timedelta(days=2)
"""A shift that ended with a day before this is over in every zone."""


def read(tx: Connection, team: Sequence[Staff], reachable: frozenset[str], now: datetime) -> Rota:
    """The rota from `now` on. Viewers are never on it: they may not acknowledge, so a page would lead nowhere."""
    may = frozenset(member.id for member in team if not member.is_viewer)
    return Rota(
        shifts=rota.shifts(tx, since=(now - LONGEST).date()),
        overrides=rota.overrides(tx, after=now),
        standing=tuple(member.on_call for member in team if member.id in may),
        reachable=reachable & may,
        holidays=rota.holiday_days(tx),
    )


def to_page(tx: Connection, parts: Parts, cause: Cause, contact_id: str | None, now: datetime) -> list[OnCall]:
    """Those whom the ladder of an alert about this contact may page now.

    Without a rung: those who take part in being on call on other days, paged when everyone is; and where nobody is on
    call who can be reached, every nurse and admin, because a page to too many beats none. A gap in the rota is for the
    admins first: they can close it.
    """
    team = staff.paged_about(tx, contact_id)
    found = read(tx, team, reachable(parts, team), now)
    admins = {member.id for member in team if member.role == "admin"} if cause is Cause.ROTA else set()
    return _people(found, dict.fromkeys(admins & found.reachable, BEFORE_ALL), now)


def is_anybody_on_call(tx: Connection, parts: Parts, now: datetime) -> bool:
    """Somebody who can be reached, by the rota or because they stand on a rung."""
    team = staff.every(tx)
    return any(post.is_reachable for post in on_call(read(tx, team, reachable(parts, team), now), now))


def reachable(parts: Parts, team: Sequence[Staff]) -> frozenset[str]:
    return frozenset(member.id for member in team if reach.is_reachable(parts, member))


def _people(found: Rota, rungs: dict[str, int], now: datetime) -> list[OnCall]:
    for post in on_call(found, now):
        if post.is_reachable:
            # On two rungs at once they are paged on the first: the next person is another one.
            rungs.setdefault(post.staff_id, post.rung)
    others = found.people & found.reachable if rungs else found.reachable
    return [OnCall(each, rungs.get(each)) for each in sorted(others | rungs.keys())]
