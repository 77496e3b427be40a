"""The rota is changed: shifts begin and end, somebody takes a stretch over, a day becomes a holiday."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot.core.enrollment import Lane
from bot.core.hours import local_day, zone
from bot.core.rota import Override, Rota, Shift, line, on_call
from bot.errors import Refused
from bot.service.oncall import reach, roster
from bot.service.oncall.outlook import moment
from bot.service.parts import Parts
from bot.store import outbox, staff
from bot.store.oncall import rota, watch
from bot.store.oncall.rota import Holiday
from bot.store.staff import Staff

MOST_RUNGS = 99
SETTLES = timedelta(minutes=15)
"""From the last change on, until staff are told of gaps: an admin at work on the rota fills them one by one."""

LONGEST_OVERRIDE = timedelta(days=31)


def add_shift(parts: Parts, new: Shift, *, by: str | None, now: datetime) -> str:
    """Returns its id. Raises Refused with what is wrong. `by`: who does it; None at the command line."""

    def work(tx: Connection) -> str:
        made = keep_shift(tx, parts, new, by=by, now=now)
        watch.look_at_once(tx, warn_at=now + SETTLES)
        return made.id

    return parts.database.write(work)


def keep_shift(tx: Connection, parts: Parts, new: Shift, *, by: str | None, now: datetime) -> Shift:
    """Raises Refused with what is wrong."""
    _refuse_shift(tx, parts, new)
    made = replace(new, id=parts.ids())
    rota.add_shift(tx, made, by=by, now=now)
    return made


def _refuse_shift(tx: Connection, parts: Parts, new: Shift) -> None:
    if not new.people:
        raise Refused("a shift needs somebody who keeps it")
    if len(set(new.people)) < len(new.people):
        raise Refused("somebody is named twice among the people of this shift")
    for staff_id in new.people:
        _who_may_be_paged(tx, parts, staff_id)
    _refuse_rung(new.rung)
    if not new.days or not new.days <= set(range(7)):
        raise Refused("name the weekdays on which the shift begins")
    if new.last_day is not None and new.last_day < new.first_day:
        raise Refused("the last day of a shift lies before its first")


def _who_may_be_paged(tx: Connection, parts: Parts, staff_id: str) -> Staff:
    member = staff.get(tx, staff_id)
    if member is None:
        raise Refused(f"there is no staff member {staff_id}: `mendline staff list` shows the ids")
    if member.is_viewer:
        raise Refused(f"{member.name(parts.vault)} is a viewer, who may not acknowledge alerts, so cannot be on call")
    return member


def _refuse_rung(rung: int) -> None:
    if not 1 <= rung <= MOST_RUNGS:
        raise Refused(f"a rung is a whole number from 1, who is paged first, to {MOST_RUNGS}")


def end_shift(parts: Parts, shift_id: str, now: datetime) -> None:
    """From now on it begins on no more day; a night that began yesterday is kept to its end. Raises LookupError."""

    def work(tx: Connection) -> None:
        found = next((each for each in rota.shifts(tx) if each.id == shift_id), None)
        if found is None:
            raise LookupError("no such shift")
        yesterday = local_day(now, found.zone) - timedelta(days=1)
        if found.first_day > yesterday:
            rota.drop_shift(tx, shift_id)
        else:
            rota.end_shift(tx, shift_id, min(yesterday, found.last_day or yesterday))
        watch.look_at_once(tx, warn_at=now + SETTLES)

    parts.database.write(work)


def take(parts: Parts, wanted: Override, *, by: str | None, now: datetime) -> str:
    """Somebody takes a stretch, for themselves or by a colleague who gives theirs away; admins may give anybody's.

    Returns the override's id. Who comes on call by another's hand is told so. Raises Refused.
    """

    def work(tx: Connection) -> str:
        before = _rota(tx, parts, now)
        made = keep_override(tx, parts, wanted, by=by, now=now)
        _tell_newcomers(tx, parts, before, made, by, now)
        watch.look_at_once(tx, warn_at=now + SETTLES)
        return made.id

    made = parts.database.write(work)
    parts.bell.ring(Lane.TALK)
    return made


def keep_override(tx: Connection, parts: Parts, wanted: Override, *, by: str | None, now: datetime) -> Override:
    """From now on at the earliest. Raises Refused with what is wrong."""
    taker = _who_may_be_paged(tx, parts, wanted.staff_id)
    made = replace(wanted, id=parts.ids(), opens=max(wanted.opens, now))
    _refuse_override(tx, parts, made, taker, by)
    rota.add_override(tx, made, by=by, now=now)
    return made


def _refuse_override(tx: Connection, parts: Parts, wanted: Override, taker: Staff, by: str | None) -> None:
    _refuse_rung(wanted.rung)
    if wanted.closes <= wanted.opens:
        raise Refused("this stretch is over, or ends before it begins")
    if wanted.closes - wanted.opens > LONGEST_OVERRIDE:
        raise Refused(f"an override lasts {LONGEST_OVERRIDE.days} days at most: change the shift instead")
    if not reach.is_reachable(parts, taker):
        raise Refused(f"{taker.name(parts.vault)}'s phone refuses our texts: it must text START first")
    if not _may_give(tx, by, wanted):
        raise Refused("you may take a shift, or give your own away; an admin may give anybody's")


def _may_give(tx: Connection, by: str | None, wanted: Override) -> bool:
    giver = staff.get(tx, by) if by else None
    return by is None or by in (wanted.staff_id, wanted.instead_of) or (giver is not None and giver.role == "admin")


def give_back(parts: Parts, override_id: str, *, by: str | None, now: datetime) -> None:
    """What an override changed is as the shifts say again, from now on. Raises LookupError, and Refused for a nurse
    whose override it is not."""

    def work(tx: Connection) -> None:
        found = rota.override(tx, override_id)
        if found is None:
            raise LookupError("no such override")
        if not _may_give(tx, by, replace(found, instead_of=None)):
            raise Refused("only whoever took this stretch, or an admin, may give it back")
        before = _rota(tx, parts, now)
        if found.opens < now:
            rota.end_override(tx, override_id, now)
        else:
            rota.drop_override(tx, override_id)
        if found.closes > now:
            _tell_newcomers(tx, parts, before, replace(found, opens=max(found.opens, now)), by, now)
        watch.look_at_once(tx, warn_at=now + SETTLES)

    parts.database.write(work)
    parts.bell.ring(Lane.TALK)


def set_rung(parts: Parts, staff_id: str, rung: int | None, now: datetime) -> None:
    """On which rung somebody is paged when no rota says otherwise; None: not at all. Raises Refused."""

    def work(tx: Connection) -> None:
        _who_may_be_paged(tx, parts, staff_id)
        if rung is not None:
            _refuse_rung(rung)
        staff.set_rung(tx, staff_id, rung)
        watch.look_at_once(tx, warn_at=now + SETTLES)

    parts.database.write(work)


def add_holiday(parts: Parts, day: date, name: str, now: datetime) -> None:
    """The practice is closed on this day. One that is there already gets the new name."""

    def work(tx: Connection) -> None:
        rota.add_holiday(tx, Holiday(day, name[:80]))
        watch.look_at_once(tx, warn_at=now + SETTLES)

    parts.database.write(work)
    parts.scripts.refresh()


def drop_holiday(parts: Parts, day: date, now: datetime) -> None:
    """Raises LookupError when that day is none."""

    def work(tx: Connection) -> None:
        if not rota.drop_holiday(tx, day):
            raise LookupError("no such holiday")
        watch.look_at_once(tx, warn_at=now + SETTLES)

    parts.database.write(work)
    parts.scripts.refresh()


# Who comes on call by somebody else's hand is told


def _rota(tx: Connection, parts: Parts, now: datetime) -> Rota:
    team = staff.every(tx)
    return roster.read(tx, team, roster.reachable(parts, team), now)


def _tell_newcomers(
    tx: Connection, parts: Parts, before: Rota, changed: Override, by: str | None, now: datetime
) -> None:
    """Each person who is on this rung now and was not before, but for the one who did it."""
    new: dict[str, tuple[datetime, datetime]] = {}
    for stretch in line(_rota(tx, parts, now), changed.opens, changed.closes):
        was = {post.staff_id for post in on_call(before, stretch.opens) if post.rung == changed.rung}
        there = {post.staff_id for post in stretch.posts if post.rung == changed.rung and post.is_reachable}
        for staff_id in there - was - {by}:
            opens, _ = new.get(staff_id, (stretch.opens, stretch.closes))
            new[staff_id] = (opens, stretch.closes)
    for staff_id, (opens, closes) in new.items():
        member = staff.get(tx, staff_id)
        if member is not None:
            _tell(tx, parts, member, opens, closes, now)


def _tell(tx: Connection, parts: Parts, member: Staff, opens: datetime, closes: datetime, now: datetime) -> None:
    script = parts.scripts.live()
    if script.notices is None or member.has_stopped:
        return
    here = script.practice.zone if script.practice else zone("UTC")
    ends = f"{moment(closes, here)} {closes.astimezone(here):%Z}"
    words = script.notice("staff_on_call_given", "en", {"from": moment(opens, here), "until": ends})
    told = reach.note(parts, member, words, occurrence=f"on-call:{parts.ids()}", now=now)
    outbox.write(tx, parts.vault, told)
