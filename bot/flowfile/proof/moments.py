"""The moments at which a flow may be talked through: languages, office hours, days after surgery, earlier answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.core.condition import COMPARISONS, Compare, Condition, Name, Value, comparisons, names
from bot.core.flow import PAST, Ask, Flow, Number, Score, Step
from bot.core.plan import CarePlan, Sends
from bot.core.session import Facts, Session, taken
from bot.flowfile.library import Library


def moments(flow: Flow, library: Library) -> tuple[Facts, ...]:
    """The office open and closed, on each day that makes a difference to this flow, and in each language that does.

    The engine moves alike in all languages unless a condition asks for one; what is said in each is judged apart.
    """
    practice = library.practice
    asks = any(name == "language" for condition in flow.conditions() for name in names(condition))
    return tuple(
        Facts(library.table, in_hours, day, language, {}, practice.bands)
        for day in _days(flow, library)
        for language in (practice.languages if asks else practice.languages[:1])
        for in_hours in (True, False)
    )


def _days(flow: Flow, library: Library) -> list[int]:
    """Of the days on which the plan has the flow, one for each way in which its conditions see the day."""
    conditions = tuple(flow.conditions())
    limits = sorted(_limits(conditions, "day"))
    planned = days_of(flow.name, library.plan)
    days = planned or sorted({0, *(max(0, int(limit) + step) for limit in limits for step in (-1, 0, 1))})
    seen: dict[tuple[object, ...], int] = {}
    for day in days:
        seen.setdefault(_view(day, limits, library.practice.bands, conditions), day)
    return list(seen.values())


def days_of(name: str, plan: CarePlan) -> list[int]:
    return sorted({item.day for item in plan.items if item.sends is Sends.FLOW and item.content == name})


def _view(
    day: int, limits: list[float], bands: Mapping[str, tuple[tuple[int, float], ...]], conditions: tuple[Condition, ...]
) -> tuple[object, ...]:
    asked = {name.partition(".")[2] for each in conditions for name in names(each) if name.startswith("band.")}
    sides = tuple((day > limit) - (day < limit) for limit in limits)
    return (*sides, *(_band(bands.get(name, ()), day) for name in sorted(asked)))


def _band(band: tuple[tuple[int, float], ...], day: int) -> float | None:
    return next((most for first, most in reversed(band) if first <= day), None)


def _limits(conditions: tuple[Condition, ...], name: str) -> Iterator[float]:
    for condition in conditions:
        for compare in comparisons(condition):
            if compare.left.name == name and isinstance(compare.right, Value):
                yield float(compare.right.value) - compare.left.plus


Past = Mapping[str, tuple[float, ...]]


def pasts(flow: Flow, step: Ask, facts: Facts, values: tuple[float, ...]) -> tuple[Past, ...]:
    """Earlier answers that make a difference at this step: as few as bring every answer into every branch it can
    fall into."""
    candidates = [
        {question: past} for question in sorted(_remembered(step)) for past in _courses(_values(flow, step, question))
    ]
    covered = _branches(step, facts, values)
    found: list[Past] = []
    for past in candidates:
        new = _branches(step, with_past(facts, past), values) - covered
        if new:
            covered |= new
            found.append(past)
    return tuple(found)


def _branches(step: Ask, facts: Facts, values: tuple[float, ...]) -> set[tuple[float, int]]:
    """Which branch each answer falls into, by place."""
    found = set()
    for value in values:
        session = Session("", 0, step.name, answers={step.name: value})
        branch = taken(step.branches, Number(value), session, facts)
        found.add((value, step.branches.index(branch) if branch else -1))
    return found


def _remembered(step: Step) -> set[str]:
    conditions = [step.skip_if] if step.skip_if else []
    if isinstance(step, Ask | Score):
        conditions += [branch.condition for branch in step.branches if branch.condition]
    asked = (name.partition(".") for condition in conditions for name in names(condition))
    return {question for what, _, question in asked if what in PAST}


def _values(flow: Flow, step: Step, question: str) -> list[float]:
    ask = flow.step(question)
    low, high = (ask.question.low, ask.question.high) if isinstance(ask, Ask) else (0.0, 10.0)
    limits = {limit for condition in _own(step) for limit in _around(condition, question)}
    return sorted({low, high, (low + high) // 2, *(limit for limit in limits if low <= limit <= high)})


def _own(step: Step) -> Iterator[Condition]:
    if step.skip_if:
        yield step.skip_if
    if isinstance(step, Ask | Score):
        yield from (branch.condition for branch in step.branches if branch.condition)


def _around(condition: Condition, question: str) -> Iterator[float]:
    for compare in comparisons(condition):
        if compare.left.name.partition(".")[2] == question and _is_limit(compare):
            assert isinstance(compare.right, Value)  # noqa: S101 - what `_is_limit` has seen
            yield from (float(compare.right.value) + step for step in (-1.0, 0.0, 1.0))


def _is_limit(compare: Compare) -> bool:
    return isinstance(compare.right, Value) and compare.sign in {*COMPARISONS, "is"} and isinstance(compare.left, Name)


def _courses(values: list[float]) -> Iterator[tuple[float, ...]]:
    """Pain that has been so once; that fell to the least; and that rose from it."""
    for value in values:
        yield (value,)
    for value in values[1:]:
        yield (value, values[0])
        yield (values[0], value)


def with_past(facts: Facts, past: Past) -> Facts:
    return replace(facts, past=past)
