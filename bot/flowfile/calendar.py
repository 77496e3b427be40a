"""Checks the care plan against the rest: what it sends exists, nothing collides, and every danger is asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from itertools import pairwise

from bot.core.flow import Ask, Flow, Kind
from bot.core.hours import Hours
from bot.core.notices import NOTICES
from bot.core.plan import Anchor, CarePlan, Missed, PlanItem, Sends
from bot.core.redflag.table import CONCEPTS
from bot.core.tip import Tip
from bot.flowfile.problem import Notes, listed, suggestion

FIRST_WEEKS = 14
MOST_TIPS = 2
DAYS_FOR_STILL_WANTED = 2
"""A check-in, and on the day after it the question."""

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
        _check_anchor(item, flows, files, notes)
    for day in plan.days:
        _check_day(plan.on(day), notes)
        for item in plan.on(day)[plan.touches_a_day :]:
            most = f'"touches_a_day" allows {plan.touches_a_day}'
            notes.wrong(item.line, f"day {day} has more items than {most}; move this one, or raise it.")
    _check_ends(plan, flows, notes)
    _check_spans(plan, notes)
    _check_still_wanted(plan, flows, files, notes)
    if {item.content for item in plan.items if item.sends is Sends.FLOW} <= flows.keys():
        _check_dangers(plan, flows, notes)


def _check_anchor(item: PlanItem, flows: Mapping[str, Flow], files: Collection[str], notes: Notes) -> None:
    """An item that waits for an answer waits for one that can be given; what rides along asks nothing."""
    if item.missed is Missed.MERGE and item.sends is Sends.FLOW:
        notes.wrong(item.line, "a conversation cannot ride along with another message; let it be skipped or go late.")
    if item.after is not None:
        _check_given(item.after, item.line, flows, files, notes)


def _check_given(anchor: Anchor, line: int, flows: Mapping[str, Flow], files: Collection[str], notes: Notes) -> None:
    """Is this an answer that somebody can give?"""
    if anchor.flow not in {*flows, *files}:
        notes.wrong(line, f'there is no flow "{anchor.flow}" to wait for{suggestion(anchor.flow, sorted(flows))}')
        return
    asks = {ask.name: ask for ask in _asks(flows.get(anchor.flow))}
    if anchor.flow in flows and anchor.answer not in asks:
        sentence = f'"{anchor.flow}" asks nothing called "{anchor.answer}"{suggestion(anchor.answer, sorted(asks))}'
        notes.wrong(line, sentence)
    elif anchor.flow in flows and not _may_be(asks[anchor.answer], anchor.value):
        notes.wrong(line, f'"{anchor.answer}" is never answered like that, so this would never begin.')


def _may_be(ask: Ask, value: str | float | bool) -> bool:  # noqa: FBT001 - an answer may be yes or no
    if ask.question.kind is Kind.YES_NO:
        return isinstance(value, bool)
    if ask.question.kind is Kind.CHOICE:
        return value in {option.name for option in ask.question.options}
    return not isinstance(value, str | bool) and ask.question.low <= value <= ask.question.high


def check_hours(plan: CarePlan, contact: Hours, notes: Notes) -> None:
    """Apart from the rest, because it needs the practice to be readable."""
    asks = (plan.still_wanted.item,) if plan.still_wanted else ()
    for item in (*plan.items, *asks):
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
        gap = _moment(following.day, following.at) - _moment(item.ends_on, item.until) - _CLOCK_CHANGE
        for ask in _asks(flows.get(item.content)):
            if ask.expires_after > gap:
                hours = int(gap / timedelta(hours=1))
                sentence = f'"{ask.name}" of "{item.content}" may still wait when "{following.name}" begins'
                notes.wrong(item.line, f'{sentence}; "expires_after" must be {hours}h or less.')
                break


def _check_spans(plan: CarePlan, notes: Notes) -> None:
    """What may go on any of several days has them to itself."""
    for item in plan.items:
        if item.last_day is None:
            continue
        if item.last_day < item.day:
            notes.wrong(item.line, f'"{item.name}" must have a "last_day" that is not before its "day".')
        within = (other for other in plan.items if item.day < other.day <= item.last_day and other.after is None)
        for other in within:
            sentence = f'"{other.name}" may go out on the same day as "{item.name}" in line {item.line}.'
            notes.wrong(other.line, sentence)


def _check_still_wanted(plan: CarePlan, flows: Mapping[str, Flow], files: Collection[str], notes: Notes) -> None:
    """The question has a day of its own: the one after a check-in, which must not be another's."""
    rule = plan.still_wanted
    if rule is None:
        return
    if rule.item.at >= rule.item.until:
        notes.wrong(rule.line, '"still_wanted" must have an "until" later than its "at".')
    if rule.item.content not in {*flows, *files}:
        sentence = f'there is no flow "{rule.item.content}"{suggestion(rule.item.content, sorted(flows))}'
        notes.wrong(rule.line, sentence)
    if rule.no.flow != rule.item.content:
        notes.wrong(rule.line, f'"no" is an answer of "{rule.no.flow}", but "{rule.item.content}" asks.')
    _check_given(rule.no, rule.line, flows, files, notes)
    talks = [item for item in plan.items if item.sends is Sends.FLOW and item.day >= rule.from_day]
    for item, following in pairwise(talks):
        if following.day - item.day < DAYS_FOR_STILL_WANTED:
            sentence = f'"{following.name}" leaves no day for the question of "still_wanted" after "{item.name}"'
            notes.wrong(following.line, f"{sentence}; let them be {DAYS_FOR_STILL_WANTED} days apart.")


def _moment(day: int, at: time) -> datetime:
    return datetime.combine(_SOME_DAY + timedelta(days=day), at)


def _asks(flow: Flow | None) -> tuple[Ask, ...]:
    return tuple(step for step in flow.steps if isinstance(step, Ask)) if flow else ()


def _check_dangers(plan: CarePlan, flows: Mapping[str, Flow], notes: Notes) -> None:
    asked = {
        concern.concept
        for item in plan.items
        if item.sends is Sends.FLOW and 0 <= item.day <= FIRST_WEEKS
        for ask in _asks(flows[item.content])
        for branch in ask.branches
        for concern in branch.red_flags
    }
    missing = [concept for concept in CONCEPTS if concept not in asked and concept not in NOT_ASKED]
    if missing and plan.items:
        line = min(item.line for item in plan.items)
        notes.wrong(line, f"nothing in the first {FIRST_WEEKS} days asks about {listed(missing)}.")
