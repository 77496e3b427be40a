"""Who is on call: the rota, and those who stand on a rung when it says nothing, joined with who can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import OnCall
from bot.core.rota import Rota, on_call
from bot.service.oncall import reach
from bot.service.parts import Parts
from bot.store import staff
from bot.store.oncall import rota
from bot.store.staff import Staff


def read(tx: Connection, team: Sequence[Staff], reachable: frozenset[str], now: datetime) -> Rota:
    """The rota from `now` on. Viewers are never on it: they may not acknowledge, so a page would lead nowhere."""
    may = frozenset(member.id for member in team if not member.is_viewer)
    return Rota(
        shifts=rota.shifts(tx),
        overrides=rota.overrides(tx, after=now),
        standing=tuple(member.on_call for member in team if member.id in may),
        reachable=reachable & may,
        holidays=rota.holiday_days(tx),
    )


def to_page(tx: Connection, parts: Parts, now: datetime) -> list[OnCall]:
    """Those whom a ladder may page now. Without a rung: those who take part in being on call on other days, paged when
    everyone is; and where nobody is on call who can be reached, every nurse and admin, because a page to too many
    beats none."""
    team = staff.every(tx)
    return _people(read(tx, team, reachable(parts, team), now), now)


def reachable(parts: Parts, team: Sequence[Staff]) -> frozenset[str]:
    return frozenset(member.id for member in team if reach.is_reachable(parts, member))


def _people(found: Rota, now: datetime) -> list[OnCall]:
    rungs: dict[str, int] = {}
    for post in on_call(found, now):
        if post.is_reachable:
            # On two rungs at once they are paged on the first: the next person is another one.
            rungs.setdefault(post.staff_id, post.rung)
    others = found.people & found.reachable if rungs else found.reachable
    return [OnCall(each, rungs.get(each)) for each in sorted(others | rungs.keys())]
