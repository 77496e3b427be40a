"""Breaks the flows and the red-flag table on purpose, one thing at a time, and lists what nobody would notice.

A mutant is noticed when a golden conversation goes otherwise, or when the proof no longer holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.core.condition import COMPARISONS, All, Compare, Condition, Not, Some
from bot.core.flow import END, Ask, Branch, By, Flow, Say, Score, Step, When
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.table import Concern, RedFlagTable, Tier
from bot.flowfile.golden import Chat, compare
from bot.flowfile.library import Library
from bot.flowfile.proof.programme import judge_table
from bot.flowfile.proof.promise import Ledger
from bot.flowfile.proof.prove import prove_flow

_FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "is": "is not", "is not": "is"}
_EDGE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One thing broken, where, and the flows in which it shows."""

    file: str
    line: int
    what: str
    library: Library
    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hunt:
    """`noticed` and `survivors` together are all mutants."""

    noticed: int
    survivors: tuple[Mutant, ...]


def hunt(library: Library, phrases: Phrases, kept: Mapping[str, Chat]) -> Hunt:
    noticed, survivors = 0, []
    for mutant in mutants(library):
        if _is_noticed(mutant, phrases, kept):
            noticed += 1
        else:
            survivors.append(mutant)
    return Hunt(noticed, tuple(survivors))


def _is_noticed(mutant: Mutant, phrases: Phrases, kept: Mapping[str, Chat]) -> bool:
    mine = {name: chat for name, chat in kept.items() if chat.flow in mutant.flows}
    if next(iter(compare(mine, mutant.library, phrases)), None) is not None:
        return True
    ledger = Ledger()
    judge_table(mutant.library, ledger)
    for name in mutant.flows:
        if ledger.problems:
            return True
        ledger.add(prove_flow(mutant.library.flows[name], mutant.library).ledger)
    return bool(ledger.problems)


def mutants(library: Library) -> Iterator[Mutant]:
    """Each change stands once in a file, and shows in every flow that takes that file in."""
    seen: dict[tuple[str, int], list[str]] = {}
    steps: dict[tuple[str, int], Step] = {}
    for flow in library.flows.values():
        for step in flow.steps:
            place = library.place(flow, step)
            seen.setdefault(place, []).append(flow.name)
            steps.setdefault(place, step)
    for (file, line), step in steps.items():
        flow = library.flows[seen[file, line][0]]
        for what, change in _of_step(step):
            if _is_the_same(flow, step, change(step), library.table):
                continue
            changed = _changed(library, seen[file, line], step, change)
            yield Mutant(file, line, what, changed, tuple(seen[file, line]))
    yield from _of_table(library)


def _is_the_same(flow: Flow, before: Step, after: Step, table: RedFlagTable) -> bool:
    """A change that nobody could ever see: a way spelt out that is taken anyway, or one from an emergency's answer."""
    return _plain(flow, before, table) == _plain(flow, after, table)


def _plain(flow: Flow, step: Step, table: RedFlagTable) -> object:
    if isinstance(step, Say):
        return step
    branches = tuple(
        replace(branch, goto=END if _is_emergency(branch, table) else branch.goto or flow.after(step.name))
        for branch in step.branches
    )
    # Branches from which the same follows are one, whichever of them an answer falls into.
    bare = [replace(branch, when=When(), line=0, condition=None) for branch in branches]
    is_one = all(branch == bare[0] for branch in bare)
    return replace(step, branches=tuple(bare[:1])) if is_one else replace(step, branches=branches)


def _is_emergency(branch: Branch, table: RedFlagTable) -> bool:
    return table.tier(branch.red_flags) is Tier.EMERGENCY


Change = Callable[[Step], Step]


def _changed(library: Library, names: list[str], step: Step, change: Change) -> Library:
    flows = dict(library.flows)
    for name in names:
        flow = flows[name]
        flows[name] = replace(flow, steps=tuple(change(s) if s.name == step.name else s for s in flow.steps))
    return replace(library, flows=flows)


def _of_step(step: Step) -> Iterator[tuple[str, Change]]:
    if step.skip_if is not None:
        yield "the step is never skipped", lambda s: replace(s, skip_if=None)
        for what, condition in _of_condition(step.skip_if):
            yield f"skip_if: {what}", _with(skip_if=condition)
    if isinstance(step, Say):
        yield "what is said is left out", _with(text=dict.fromkeys(step.text, ""))
        return
    if isinstance(step, Score):
        yield "the score is made otherwise", _with(by=By.MEAN if step.by is By.SUM else By.SUM)
        yield "an answer is left out of the score", _with(of=step.of[:-1])
    for place, branch in enumerate(step.branches):
        for what, changed in _of_branch(branch):
            yield f"answer {place + 1}: {what}", _branching(place, changed)
    if isinstance(step, Ask):
        yield from _of_ranges(step)


def _with(**changes: object) -> Change:
    return lambda step: replace(step, **changes)  # type: ignore[arg-type]


def _branching(place: int, changed: Callable[[Branch], Branch]) -> Change:
    def change(step: Step) -> Step:
        if isinstance(step, Say):
            return step
        branches = tuple(changed(b) if n == place else b for n, b in enumerate(step.branches))
        return replace(step, branches=branches)

    return change


def _of_branch(branch: Branch) -> Iterator[tuple[str, Callable[[Branch], Branch]]]:
    if branch.red_flags:
        yield "the alert is dropped", lambda b: replace(b, red_flags=())
        if any(concern.severe for concern in branch.red_flags):
            yield "severe is dropped", lambda b: replace(b, red_flags=_mild(b))
    if branch.task:
        yield "the task is dropped", lambda b: replace(b, task="")
    if branch.say:
        yield "what is said is dropped", lambda b: replace(b, say=None)
    if branch.goto:
        yield "it goes to the end", lambda b: replace(b, goto=END)
        yield "it goes to the next step", lambda b: replace(b, goto=None)
    if branch.condition:
        yield "the condition is dropped", lambda b: replace(b, condition=None)
        for what, condition in _of_condition(branch.condition):
            yield what, _conditioned(condition)


def _conditioned(condition: Condition) -> Callable[[Branch], Branch]:
    return lambda branch: replace(branch, condition=condition)


def _mild(branch: Branch) -> tuple[Concern, ...]:
    return tuple(replace(concern, severe=False) for concern in branch.red_flags)


def _of_condition(condition: Condition) -> Iterator[tuple[str, Condition]]:
    match condition:
        case Compare(sign=sign):
            yield f"{sign} becomes {_FLIPPED[sign]}", replace(condition, sign=_FLIPPED[sign])
            if sign in COMPARISONS:
                yield f"{sign} becomes {_EDGE[sign]}", replace(condition, sign=_EDGE[sign])
        case Not(part):
            yield '"not" is dropped', part
        case All(parts):
            yield '"and" becomes "or"', Some(parts)
        case Some(parts):
            yield '"or" becomes "and"', All(parts)


def _of_ranges(ask: Ask) -> Iterator[tuple[str, Change]]:
    """A limit moved by one, up or down: one range is widened, its neighbour narrowed."""
    limits = {b.when.low for b in ask.branches if b.when.low is not None and b.when.low > ask.question.low}
    for limit in sorted(limits):
        for step in (-1.0, 1.0):
            yield f"the limit at {limit:g} moves by {step:+g}", _limit_moved(limit, step)
    if any(branch.when.yes is not None for branch in ask.branches):
        yield "yes and no change places", _swapped


def _limit_moved(limit: float, step: float) -> Change:
    def moved(when: When) -> When:
        low = when.low + step if when.low == limit else when.low
        high = when.high + step if when.high is not None and limit - 1 <= when.high < limit else when.high
        return replace(when, low=low, high=high)

    return lambda s: s if isinstance(s, Say) else replace(s, branches=_rewhened(s.branches, moved))


def _swapped(step: Step) -> Step:
    def turned(when: When) -> When:
        return when if when.yes is None else replace(when, yes=not when.yes)

    return step if isinstance(step, Say) else replace(step, branches=_rewhened(step.branches, turned))


def _rewhened(branches: tuple[Branch, ...], change: Callable[[When], When]) -> tuple[Branch, ...]:
    return tuple(replace(branch, when=change(branch.when)) for branch in branches)


def _of_table(library: Library) -> Iterator[Mutant]:
    for name, concept in library.table.concepts.items():
        usual, severe = concept.usual, concept.severe
        flows = _raising(library, name)
        less = Tier.SAME_DAY if usual.tier is Tier.EMERGENCY else Tier.ROUTINE
        changes = {
            f"{name} becomes {less.value}": replace(concept, usual=replace(usual, tier=less)),
            f"{name} is told as in office hours at night": replace(
                concept, usual=replace(usual, tell_out_of_hours=usual.tell)
            ),
        }
        if severe:
            changes[f"{name} has no severe form"] = replace(concept, severe=None)
            changes[f"severe {name} becomes same_day"] = replace(concept, severe=replace(severe, tier=Tier.SAME_DAY))
        if usual.tell == usual.tell_out_of_hours:
            changes.pop(f"{name} is told as in office hours at night")
        for what, changed in changes.items():
            table = _table_with(library.table, name, changed)
            yield Mutant("redflags.yaml", 1, what, replace(library, table=table), flows)


def _table_with(table: RedFlagTable, name: str, concept: object) -> RedFlagTable:
    return replace(table, concepts={**table.concepts, name: concept})  # type: ignore[dict-item]


def _raising(library: Library, concept: str) -> tuple[str, ...]:
    """The flows that ask about it."""
    return tuple(flow.name for flow in library.flows.values() if concept in _raised(flow))


def _raised(flow: Flow) -> set[str]:
    steps = (step for step in flow.steps if not isinstance(step, Say))
    return {concern.concept for step in steps for branch in step.branches for concern in branch.red_flags}
