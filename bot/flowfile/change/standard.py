"""What differs in the standard files: tips, the care plan, the red-flag table, the practice and the notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from bot.core.hours import Hours, OfficeHours
from bot.core.plan import Anchor, CarePlan, PlanItem, Sends, StillWanted
from bot.core.policy import LIMITS
from bot.core.practice import WEEKDAYS, Practice
from bot.core.redflag.table import Handling, RedFlagTable
from bot.flowfile.change.told import Change, words
from bot.flowfile.library import Library
from bot.flowfile.shape import in_words


def changes(before: Library, after: Library) -> Iterator[Change]:
    yield from _tips(before, after)
    yield from _plan(before.plan, after.plan)
    for sentence in _tables(before.table, after.table):
        yield Change("redflags.yaml", sentence, is_clinical=True)
    yield from _practice(before.practice, after.practice)
    for name, notice in after.notices.notices.items():
        if name in before.notices.notices:
            for sentence, _ in words(name, before.notices[name].text, notice.text):
                yield Change("notices.yaml", sentence, is_clinical=True)


def _tips(before: Library, after: Library) -> Iterator[Change]:
    for name in sorted({*before.tips, *after.tips}):
        old, new = before.tips.get(name), after.tips.get(name)
        if old is None or new is None:
            yield Change("tips.yaml", f'the tip "{name}" is {"gone" if new is None else "new"}.', is_clinical=True)
        else:
            yield from (Change("tips.yaml", *told) for told in words(name, old.text, new.text))


def _plan(before: CarePlan, after: CarePlan) -> Iterator[Change]:
    """A check-in that comes on another day, or no more, is a danger that is asked about then or not."""
    old = {item.name: item for item in before.items}
    new = {item.name: item for item in after.items}
    for name in sorted({*old, *new}):
        is_clinical = Sends.FLOW in {items[name].sends for items in (old, new) if name in items}
        if name not in new or name not in old:
            where = f"day {(old.get(name) or new[name]).day}"
            yield Change("plan.yaml", f'"{name}" of {where} is {"gone" if name not in new else "new"}.', is_clinical)
            continue
        days = _days(old[name]), _days(new[name])
        if days[0] != days[1]:
            yield Change("plan.yaml", f'"{name}" moves from {days[0]} to {days[1]}.', is_clinical)
        yield from (Change("plan.yaml", sentence) for sentence in _item(old[name], new[name]))
    for what, was, now in (
        ("may hold so many items a day", before.touches_a_day, after.touches_a_day),
        ("carries the weekly line every so many days", before.weekly_line_every, after.weekly_line_every),
    ):
        if was != now:
            yield Change("plan.yaml", f"the plan {what}: {now} instead of {was}.")
    if (old_rule := _rule(before.still_wanted)) != (new_rule := _rule(after.still_wanted)):
        yield Change("plan.yaml", f"long silence: {new_rule} instead of: {old_rule}.", is_clinical=True)


def _days(item: PlanItem) -> str:
    days = f"day {item.day}" if item.last_day is None else f"day {item.day} to {item.last_day}"
    return f"{days} after {_given(item.after)}" if item.after else days


def _given(anchor: Anchor) -> str:
    value = (
        {True: "yes", False: "no"}.get(anchor.value, anchor.value) if isinstance(anchor.value, bool) else anchor.value
    )
    return f'"{anchor.answer}" of "{anchor.flow}" is {value}'


def _item(old: PlanItem, new: PlanItem) -> Iterator[str]:
    if (old.at, old.until) != (new.at, new.until):
        yield f'"{new.name}" goes out {new.at:%H:%M}-{new.until:%H:%M} instead of {old.at:%H:%M}-{old.until:%H:%M}.'
    if (old.sends, old.content) != (new.sends, new.content):
        yield f'"{new.name}" brings "{new.content}" instead of "{old.content}".'
    if old.missed is not new.missed:
        yield f'"{new.name}", when its hours were missed: {new.missed.value} instead of {old.missed.value}.'


def _rule(rule: StillWanted | None) -> str:
    if rule is None:
        return "nothing is asked"
    hours = f"{rule.item.at:%H:%M}-{rule.item.until:%H:%M}"
    asks = f'"{rule.item.content}" asks after {rule.missed} check-ins from day {rule.from_day} on, {hours}'
    return f"{asks}, and {_given(rule.no)} ends it"


def _tables(old: RedFlagTable, new: RedFlagTable) -> Iterator[str]:
    for name, concept in new.concepts.items():
        was = old.concepts[name]
        forms: tuple[tuple[str, Handling | None, Handling | None], ...] = (
            (name, was.usual, concept.usual),
            (f"{name} (severe)", was.severe, concept.severe),
        )
        for form, a, b in forms:
            if a is None or b is None:
                if a is not b:
                    yield f"{form} is {'gone' if b is None else 'new'}."
            else:
                yield from _handling(form, a, b)


def _handling(form: str, old: Handling, new: Handling) -> Iterator[str]:
    if old.tier is not new.tier:
        yield f"{form} is {new.tier.value} instead of {old.tier.value}."
    for what, was, now in (
        ("is told", old.tell, new.tell),
        ("is told out of hours", old.tell_out_of_hours, new.tell_out_of_hours),
    ):
        yield from (f"{form} {what}: {sentence}" for sentence, _ in words(form, was, now))
    if (old.staff, old.acknowledge_within, old.call_within) != (new.staff, new.acknowledge_within, new.call_within):
        yield f"what staff do about {form} differs."


def _practice(before: Practice, after: Practice) -> Iterator[Change]:
    for name in sorted({*before.numbers, *after.numbers}):
        was, now = before.numbers.get(name), after.numbers.get(name)
        if was != now:
            yield Change("practice.yaml", f"{name} is {_plain(now)} instead of {_plain(was)}.", is_clinical=True)
    for what, show, is_clinical in _OF_PRACTICE:
        old, new = show(before), show(after)
        if old != new:
            yield Change("practice.yaml", f"{what}: {new or 'nothing'} instead of {old or 'nothing'}.", is_clinical)
    for tier, steps in LIMITS.items():
        for step in steps:
            first, then = _step_of(before, tier, step), _step_of(after, tier, step)
            if first != then:
                sentence = f"the ladder of {tier}: {step} is {in_words(then)} instead of {in_words(first)}."
                yield Change("practice.yaml", sentence, is_clinical=True)


def _step_of(practice: Practice, tier: str, step: str) -> timedelta:
    found: timedelta = getattr(getattr(practice.policy, tier), step)
    return found


def _week(hours: OfficeHours) -> str:
    days = ((WEEKDAYS[day], hours.weekly.get(day, ())) for day in range(7))
    return ", ".join(f"{day} {' and '.join(map(_span, open_)) or 'closed'}" for day, open_ in days)


def _span(hours: Hours) -> str:
    return f"{hours.opens:%H:%M}-{hours.closes:%H:%M}"


def _bands(practice: Practice) -> str:
    return "; ".join(
        f"{name} {', '.join(f'{most:g} from day {day}' for day, most in band)}" for name, band in practice.bands.items()
    )


_OF_PRACTICE: tuple[tuple[str, Callable[[Practice], str], bool], ...] = (
    ("the clinic's name", lambda practice: practice.clinic, True),
    ("the phone that patients call", lambda practice: practice.clinic_phone, True),
    ("the website", lambda practice: practice.website, True),
    ("the languages", lambda practice: ", ".join(practice.languages), True),
    ("the time zone", lambda practice: practice.zone.key, False),
    ("the office is open", lambda practice: _week(practice.office), False),
    ("patients are written to unasked", lambda practice: _span(practice.contact), False),
    ("a same-day red flag out of hours", lambda practice: practice.same_day_out_of_hours.value, True),
    ("what is expected", _bands, True),
)
"""What, as it is shown, and whether a clinician signs it."""


def _plain(number: float | None) -> str:
    return "nothing" if number is None else f"{number:g}"
