"""The watch over the rota, at each change of shift and once an hour: what is open goes to whoever comes on call, and
staff hear of a gap before it comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.cover import AHEAD, Nearness, Thin, Weakness, nearness
from bot.core.enrollment import Lane
from bot.core.hours import zone
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.core.rota import Post, next_hand_over, on_call
from bot.service import alert
from bot.service.alert import ladder, page
from bot.service.oncall import outlook, roster
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment
from bot.store import alerts, staff
from bot.store.alerts import Alert
from bot.store.oncall import watch

LOOK_EVERY = timedelta(hours=1)
MOST_NAMED = 10
"""Gaps that one alert names; the page has them all."""


def look(parts: Parts, moment: Moment) -> None:
    """Of several clocks one looks, and leaves word when to look next.

    Without a rota nothing changes hands: whoever stands on a rung always does, and a gap there is in plain view.
    """
    script = parts.scripts.live()

    def work(tx: Connection) -> set[Lane]:
        seen = watch.lock_due(tx, moment.now)
        if seen is None:
            return set()
        team = staff.every(tx)
        found = roster.read(tx, team, roster.reachable(parts, team), moment.now)
        posts = [post for post in on_call(found, moment.now) if post.is_reachable]
        lanes = set[Lane]()
        if found.shifts or found.overrides:
            incoming = [post for post in posts if post.staff_id not in (seen.on_call or ())]
            lanes |= _hand_over(tx, parts, script, incoming, posts, moment.now) if seen.on_call is not None else set()
        warn_at = seen.warn_at
        if warn_at <= moment.now:
            lanes |= _warn(tx, parts, script, moment.now) if found.shifts else set()
            warn_at = moment.now + LOOK_EVERY
        next_look = min(warn_at, next_hand_over(found, moment.now))
        watch.looked(tx, {post.staff_id for post in posts}, next_look_at=next_look, warn_at=warn_at)
        return lanes

    for lane in parts.database.write(work):
        parts.bell.ring(lane)


# What is open is handed over


def _hand_over(
    tx: Connection, parts: Parts, script: Script, incoming: list[Post], posts: list[Post], now: datetime
) -> set[Lane]:
    """Who comes on call hears of each alert that nobody has taken and whose ladder has come to their rung. One that
    was taken stays with who took it, and comes back to whoever is on call then."""
    rungs = sorted({post.rung for post in posts})
    lanes = set[Lane]()
    for each in alerts.unacknowledged(tx) if incoming else ():
        reached = rungs[: max(1, each.round)]
        whom = {post.staff_id for post in incoming if post.rung in reached}
        if whom and _may_page(script, each, now):
            page.write_all(tx, parts, script, each, whom, now, page.Words.HAND_OVER)
            lanes.add(Lane.PAGE)
    return lanes


def _may_page(script: Script, each: Alert, now: datetime) -> bool:
    """Quiet hours never hold an emergency up; a routine alert is never a page."""
    if each.tier is Tier.SAME_DAY:
        return ladder.may_page_same_day(script, now)
    return each.tier is Tier.EMERGENCY


# Staff hear of a gap before it comes


def _warn(tx: Connection, parts: Parts, script: Script, now: datetime) -> set[Lane]:
    """Each gap once, and again when it is nearer."""
    found = outlook.look(tx, parts, now)
    watch.forget_past(tx, now)
    paged, tasks = list[Weakness](), list[Weakness]()
    for gap in found.weaknesses:
        how_near = nearness(gap, now) if gap.thin is Thin.NOBODY else Nearness.FAR
        told = _as_told(gap, now)
        if not watch.was_told(tx, told, how_near, now):
            watch.tell(tx, parts.ids, told, how_near, now)
            (tasks if how_near is Nearness.FAR else paged).append(gap)
    return _raise(tx, parts, script, Tier.SAME_DAY, paged, now) | _raise(tx, parts, script, Tier.ROUTINE, tasks, now)


def _as_told(gap: Weakness, now: datetime) -> Weakness:
    """That one person is alone is told once a fortnight: a small practice has no second one each night."""
    return Weakness(Thin.ALONE, now, now + AHEAD) if gap.thin is Thin.ALONE else gap


def _raise(
    tx: Connection, parts: Parts, script: Script, tier: Tier, gaps: Iterable[Weakness], now: datetime
) -> set[Lane]:
    here = script.practice.zone if script.practice else zone("UTC")
    lines = [outlook.sentence(gap, here) for gap in gaps]
    if not lines:
        return set()
    more = [f"and {len(lines) - MOST_NAMED} more"] if len(lines) > MOST_NAMED else []
    return alert.raise_rota(tx, parts, script, Matter(tier, Cause.ROTA, why=(*lines[:MOST_NAMED], *more)), now)
