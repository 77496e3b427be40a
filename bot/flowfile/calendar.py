"""Checks the care plan against the rest: what it sends exists, nothing collides, and every danger is asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from itertools import pairwise

from bot.core.flow import Ask, Flow
from bot.core.hours import Hours
from bot.core.notices import NOTICES
from bot.core.plan import CarePlan, PlanItem, Sends
from bot.core.redflag.table import CONCEPTS
from bot.core.tip import Tip
from bot.flowfile.problem import Notes, listed, suggestion

FIRST_WEEKS = 14
MOST_TIPS = 2

NOT_ASKED: Mapping[str, str] = {
    "self_harm": "never by text, unless staff can answer there and then; it is heard in free words",
    "stroke_mi": "the chest question covers it; the rest is heard in free words",
    "allergic_reaction": "not every patient has a new medicine",
    "hardware": "mostly after months",
    "other_urgent": "whatever has no question of its own",
}
"""Concepts that the first two weeks need not ask about, and why. Every other must be asked about."""

_CLOCK_CHANGE = timedelta(hours=1)
_SOME_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - wall-clock arithmetic, in no zone


def check_calendar(
    plan: CarePlan, notes: Notes, *, flows: Mapping[str, Flow], files: Collection[str], tips: Mapping[str, Tip]
) -> None:
    """`files` are the names of flows that exist but may be broken: that is said elsewhere."""
    known = {Sends.FLOW: {*flows, *files}, Sends.TIP: set(tips), Sends.NOTICE: set(NOTICES)}
    for item in plan.items:
        if item.content not in known[item.sends]:
            sentence = f'there is no {item.sends} "{item.content}"{suggestion(item.content, sorted(known[item.sends]))}'
            notes.wrong(item.line, sentence)
    for day in range(plan.last_day + 1):
        _check_day(plan.on(day), notes)
    _check_ends(plan, flows, notes)
    if {item.content for item in plan.items if item.sends is Sends.FLOW} <= flows.keys():
        _check_dangers(plan, flows, notes)


def check_hours(plan: CarePlan, contact: Hours, notes: Notes) -> None:
    """Apart from the rest, because it needs the practice to be readable."""
    for item in plan.items:
        if item.at < contact.opens or item.until > contact.closes:
            span = f"{contact.opens:%H:%M}-{contact.closes:%H:%M}"
            notes.wrong(item.line, f'"{item.name}" may go out at an hour outside the contact hours, {span}.')


def _check_day(items: tuple[PlanItem, ...], notes: Notes) -> None:
    for item in items:
        if item.at >= item.until:
            notes.wrong(item.line, f'"{item.name}" must have an "until" later than its "at".')
    for earlier, later in pairwise(items):
        if later.at < earlier.until:
            sentence = f'"{later.name}" may go out at the same time as "{earlier.name}" in line {earlier.line}.'
            notes.wrong(later.line, sentence)
    for item in [item for item in items if item.sends is Sends.TIP][MOST_TIPS:]:
        notes.wrong(item.line, f"this is tip number three of day {item.day}; {MOST_TIPS} a day at most.")
    for item in [item for item in items if item.sends is Sends.FLOW][1:]:
        notes.wrong(item.line, f"day {item.day} has a conversation already; one a day at most.")


def _check_ends(plan: CarePlan, flows: Mapping[str, Flow], notes: Notes) -> None:
    """A question sent as late as may be is over before the next conversation begins, also when clocks change."""
    talks = [item for item in plan.items if item.sends is Sends.FLOW]
    for item, following in pairwise(talks):
        gap = _moment(following.day, following.at) - _moment(item.day, item.until) - _CLOCK_CHANGE
        for ask in _asks(flows.get(item.content)):
            if ask.expires_after > gap:
                hours = int(gap / timedelta(hours=1))
                sentence = f'"{ask.name}" of "{item.content}" may still wait when "{following.name}" begins'
                notes.wrong(item.line, f'{sentence}; "expires_after" must be {hours}h or less.')
                break


def _moment(day: int, at: time) -> datetime:
    return datetime.combine(_SOME_DAY + timedelta(days=day), at)


def _asks(flow: Flow | None) -> tuple[Ask, ...]:
    return tuple(step for step in flow.steps if isinstance(step, Ask)) if flow else ()


def _check_dangers(plan: CarePlan, flows: Mapping[str, Flow], notes: Notes) -> None:
    asked = {
        concern.concept
        for item in plan.items
        if item.sends is Sends.FLOW and item.day <= FIRST_WEEKS
        for ask in _asks(flows[item.content])
        for branch in ask.branches
        for concern in branch.red_flags
    }
    missing = [concept for concept in CONCEPTS if concept not in asked and concept not in NOT_ASKED]
    if missing and plan.items:
        line = min(item.line for item in plan.items)
        notes.wrong(line, f"nothing in the first {FIRST_WEEKS} days asks about {listed(missing)}.")
