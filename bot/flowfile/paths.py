"""Walks a flow's steps: every one can be reached, every conversation ends, and nobody is comforted after a red flag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.flow import Flow, Say, Score, Step
from bot.flowfile.problem import Notes
from bot.flowfile.words import comfort

_Ways = Mapping[str, tuple[str, ...]]
"""Where each step may lead, by name; what is no step's name is an end."""


def check_paths(flow: Flow, notes: Notes) -> None:
    if not flow.steps:
        return
    ways = {step.name: targets(flow, step) for step in flow.steps}
    reached = _reached(ways, [flow.steps[0].name])
    ending = _ending(ways)
    for step in flow.steps:
        if step.part:
            continue  # of a part, that is said where the part stands
        if step.name not in reached:
            notes.wrong(step.line, f'no conversation ever comes to the step "{step.name}".')
        elif step.name not in ending:
            notes.wrong(step.line, f'a conversation at "{step.name}" can go round for ever, and never end.')
    _refuse_comfort(flow, ways, notes)


def targets(flow: Flow, step: Step) -> tuple[str, ...]:
    """Where a step may lead: each name once, END among them."""
    after = flow.after(step.name)
    if isinstance(step, Say):
        return tuple(dict.fromkeys((step.goto or after, *((after,) if step.skip_if else ()))))
    ways = [branch.goto or after for branch in step.branches]
    passes = not ways or step.skip_if or isinstance(step, Score)
    return tuple(dict.fromkeys((*ways, *((after,) if passes else ()))))


def _reached(ways: _Ways, starts: Iterable[str]) -> set[str]:
    """Every step on the way from these, themselves included."""
    reached: set[str] = set()
    ahead = list(starts)
    while ahead:
        name = ahead.pop()
        if name in ways and name not in reached:
            reached.add(name)
            ahead.extend(ways[name])
    return reached


def _ending(ways: _Ways) -> set[str]:
    """The steps from which every way comes to an end: first those before the end, then those before these."""
    before: dict[str, list[str]] = {}
    for name, following in ways.items():
        for target in following:
            before.setdefault(target, []).append(name)
    open_ways = {name: len(following) for name, following in ways.items()}
    ending: set[str] = set()
    ahead = [target for target in before if target not in ways]
    while ahead:
        for name in before.get(ahead.pop(), ()):
            open_ways[name] -= 1
            if not open_ways[name]:
                ending.add(name)
                ahead.append(name)
    return ending


def _refuse_comfort(flow: Flow, ways: _Ways, notes: Notes) -> None:
    """After an emergency the script falls silent, but after lesser red flags it goes on."""
    flagged = {
        branch.goto or flow.after(step.name)
        for step in flow.steps
        if not isinstance(step, Say)
        for branch in step.branches
        if branch.red_flags
    }
    heard_after = _reached(ways, flagged)
    for step in flow.steps:
        word = comfort(step.text) if isinstance(step, Say) and step.name in heard_after else ""
        if word:
            notes.wrong(step.line, f'"{word}" comforts, and may be said after an answer that raised a red flag.')
