"""The moments at which a flow may be talked through: languages, office hours, days after surgery, earlier answers.

A conversation takes time: between two replies the office opens or closes, and midnight passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from bot.core.condition import COMPARISONS, Compare, Condition, Name, Value, comparisons, names
from bot.core.flow import PAST, Ask, Flow, Number, Score, Step
from bot.core.session import Facts, Session, taken
from bot.flowfile.library import Library


@dataclass(frozen=True)
class Moments:
    """`facts` of each; at which a conversation `begins`; and `onward`, which may hold when the next reply comes."""

    facts: tuple[Facts, ...]
    begins: tuple[int, ...]
    onward: tuple[tuple[int, ...], ...]


def moments(flow: Flow, library: Library) -> Moments:
    """The office open and closed, on each day that makes a difference to this flow, and in each language that does.

    The engine moves alike in all languages unless a condition asks for one; what is said in each is judged apart.
    """
    practice, days = library.practice, _Days(flow, library)
    asks = any(name == "language" for condition in flow.conditions() for name in names(condition))
    languages = practice.languages if asks else practice.languages[:1]
    keys = list(product(days.shown, languages, (True, False)))
    places = {key: place for place, key in enumerate(keys)}
    return Moments(
        tuple(Facts(library.table, in_hours, day, language, {}, practice.bands) for day, language, in_hours in keys),
        tuple(place for (day, _, _), place in places.items() if day in days.beginning),
        tuple(
            tuple(places[key] for key in product(days.next_to(day), (language,), (True, False)) if places[key] != here)
            for (day, language, _), here in places.items()
        ),
    )


class _Days:
    """Of the days on which the plan has a flow, and of those on which it may still go on, one for each way in which
    the flow's conditions see the day."""

    def __init__(self, flow: Flow, library: Library) -> None:
        self._conditions = tuple(flow.conditions())
        self._limits = sorted(_limits(self._conditions, "day"))
        self._bands = library.practice.bands
        planned = {max(0, day) for day in library.plan.days_of(flow.name)}
        near = {max(0, int(limit) + step) for limit in self._limits for step in (-1, 0, 1)}
        self._planned = sorted(planned or {0, *near})
        # Each question waits less than a day: so many midnights can pass before the last is answered.
        questions = sum(isinstance(step, Ask) for step in flow.steps)
        self._days = sorted({day + more for day in self._planned for more in range(questions + 1)})

    @cached_property
    def _views(self) -> Mapping[tuple[object, ...], int]:
        seen: dict[tuple[object, ...], int] = {}
        for day in (*self._planned, *self._days):
            seen.setdefault(self._view(day), day)
        return seen

    def _view(self, day: int) -> tuple[object, ...]:
        return _view(day, self._limits, self._bands, self._conditions)

    @property
    def shown(self) -> tuple[int, ...]:
        return tuple(self._views.values())

    @property
    def beginning(self) -> frozenset[int]:
        return frozenset(self._views[self._view(day)] for day in self._planned)

    def next_to(self, shown: int) -> tuple[int, ...]:
        """This day, and what the day after it may look like."""
        alike = (day for day in self._days if self._views[self._view(day)] == shown and day + 1 in self._days)
        return tuple(dict.fromkeys((shown, *(self._views[self._view(day + 1)] for day in alike))))


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
