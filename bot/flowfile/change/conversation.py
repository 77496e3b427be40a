"""What differs in the conversations: steps, questions, what follows from each answer, and what alerts."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.flow import Ask, Branch, Flow, Question, Say, Score, Step, Worse
from bot.flowfile.change.told import Change, words
from bot.flowfile.library import Library
from bot.flowfile.written import answers, as_written

Alarm = tuple[str, ...]
Told = tuple[str, bool]


def changes(before: Library, after: Library) -> Iterator[Change]:
    for name in sorted({*before.flows, *after.flows}):
        old, new = before.flows.get(name), after.flows.get(name)
        if old is None or new is None:
            file = (before if new is None else after).files[name]
            yield Change(file, f'the flow "{name}" is {"gone" if new is None else "new"}.', is_clinical=True)
            continue
        yield from _steps(old, new, before, after)
        if old.approved_by != new.approved_by:
            yield Change(
                after.files[name], f"signed by {new.approved_by or 'nobody'} instead of {old.approved_by or 'nobody'}."
            )


def _steps(old: Flow, new: Flow, before: Library, after: Library) -> Iterator[Change]:
    steps = {step.name: step for step in old.steps}
    names = {step.name for step in new.steps}
    for step in old.steps:
        if step.name not in names:
            yield Change(before.place(old, step)[0], f'the step "{step.name}" is gone.', is_clinical=True)
    for step in new.steps:
        file, _ = after.place(new, step)
        if step.name not in steps:
            yield Change(file, f'the step "{step.name}" is new.', is_clinical=True)
        else:
            yield from (Change(file, *told) for told in _step(steps[step.name], step))
    if [s.name for s in old.steps if s.name in names] != [s.name for s in new.steps if s.name in steps]:
        yield Change(after.files[new.name], "the steps come in another order.")


def _step(old: Step, new: Step) -> Iterator[Told]:
    if type(old) is not type(new):
        yield f'"{new.name}" is another kind of step.', True
        return
    if old.skip_if != new.skip_if:
        yield f'"{new.name}" is skipped on other conditions.', True
    if isinstance(old, Say) and isinstance(new, Say):
        yield from words(new.name, old.text, new.text)
    if isinstance(old, Ask) and isinstance(new, Ask):
        yield from _ask(old, new)
    if isinstance(old, Score) and isinstance(new, Score) and (old.of, old.by) != (new.of, new.by):
        yield f'the score "{new.name}" is made otherwise.', True
    if not isinstance(old, Say) and not isinstance(new, Say):
        yield from _answers(old, new)


def _ask(old: Ask, new: Ask) -> Iterator[Told]:
    yield from words(new.name, old.text, new.text)
    if old.text == new.text:  # else they differ because the question in them does
        yield from words(new.name, old.again, new.again, where=" after an unclear reply")
        yield from words(new.name, old.nudge, new.nudge, where=" as a reminder")
    yield from _question(new.name, old.question, new.question)
    for what, was, now in (
        ("is reminded of after", old.nudge_after, new.nudge_after),
        ("waits for", old.expires_after, new.expires_after),
    ):
        if was != now:
            yield f'"{new.name}" {what} {now} instead of {was}.', False


def _question(name: str, old: Question, new: Question) -> Iterator[Told]:
    if old.kind is not new.kind:
        yield f'"{name}" asks for {new.kind.value} instead of {old.kind.value}.', True
        return
    if (old.low, old.high) != (new.low, new.high):
        yield f'"{name}" takes {new.low:g} to {new.high:g} instead of {old.low:g} to {old.high:g}.', True
    was, now = ({option.name: option for option in question.options} for question in (old, new))
    for option in [*was, *(each for each in now if each not in was)]:
        if option not in now or option not in was:
            yield f'"{name}" {"no longer offers" if option not in now else "now offers"} "{option}".', True
            continue
        yield from words(f"{name}: {option}", was[option].label, now[option].label)
        if was[option].value != now[option].value:
            yield f'"{option}" of "{name}" counts for other points in a score.', True
    if list(was) != list(now) and set(was) == set(now):
        yield f'the options of "{name}" have other numbers.', True


def _answers(old: Ask | Score, new: Ask | Score) -> Iterator[Told]:
    limits = _limit(old), _limit(new)
    has_moved = limits[0] is not None and limits[1] is not None and limits[0] != limits[1]
    if has_moved:
        yield f"the {new.name} limit for an alert moves from {limits[0]:g} to {limits[1]:g}.", True
    was, now = _alarms(old, limited=has_moved), _alarms(new, limited=has_moved)
    for alarm in sorted(was - now):
        yield f'"{new.name}" no longer alerts: {" ".join(alarm)}.', True
    for alarm in sorted(now - was):
        yield f'"{new.name}" now alerts: {" ".join(alarm)}.', True
    if not has_moved:
        yield from _what_follows(old, new, is_told=was != now)


def _limit(step: Ask | Score) -> float | None:
    """The mildest number that alerts without a condition."""
    worse = step.question.worse if isinstance(step, Ask) else Worse.HIGH
    whens = [b.when for b in step.branches if b.red_flags and b.condition is None]
    ends = [when.low if worse is Worse.HIGH else when.high for when in whens]
    known = [as_written(end) for end in ends if end is not None]
    return (min(known) if worse is Worse.HIGH else max(known)) if known else None


def _alarms(step: Ask | Score, *, limited: bool) -> set[Alarm]:
    """Each red flag with the answers that raise it; without them where it is told that the limit moves."""
    return {
        (
            concern.concept,
            *(("severe",) if concern.severe else ()),
            *(() if limited else ("on", answers(branch.when) or "any answer")),
            *(("if…",) if branch.condition else ()),
        )
        for branch in step.branches
        for concern in branch.red_flags
    }


def _what_follows(old: Ask | Score, new: Ask | Score, *, is_told: bool) -> Iterator[Told]:
    """Answer by answer, where the same answers are told apart; else only that it is another matter now."""
    if [branch.when for branch in old.branches] != [branch.when for branch in new.branches]:
        if not is_told:
            yield f'"{new.name}" goes on otherwise after some answers.', True
        return
    for was, now in zip(old.branches, new.branches, strict=True):
        yield from _branch(new.name, was, now)


def _branch(name: str, old: Branch, new: Branch) -> Iterator[Told]:
    where = f" on {answers(new.when) or 'any answer'}{' if…' if new.condition else ''}"
    if old.condition != new.condition:
        yield f'"{name}" asks for other conditions{where}.', True
    yield from words(name, old.say or {}, new.say or {}, where=where)
    if old.goto != new.goto:
        yield (
            f'"{name}" goes on to "{new.goto or "the next step"}" instead of "{old.goto or "the next step"}"{where}.',
            True,
        )
    if old.task != new.task:
        yield f'"{name}" gives staff the task "{new.task}" instead of "{old.task}"{where}.', True
