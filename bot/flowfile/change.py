"""What differs between two versions of the flows, in words an admin or a clinician can judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.flow import Ask, Flow, Say, Score, Step, Worse
from bot.core.plan import PlanItem
from bot.core.redflag.table import Handling, RedFlagTable, Wording
from bot.flowfile.library import Library
from bot.flowfile.written import answers, as_written

Alarm = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """`is_clinical`: it touches a red flag, or words that patients read. A clinician signs such changes."""

    file: str
    sentence: str
    is_clinical: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {self.sentence}"


def changes(before: Library, after: Library) -> tuple[Change, ...]:
    """In the order of the files; a change in a shared part is told once."""
    found = (
        *_flows(before, after),
        *_tips(before, after),
        *_plan(before, after),
        *_table(before, after),
        *_rest(before, after),
    )
    told = dict.fromkeys(sorted(found, key=lambda change: change.file))
    silent = _silent(before, after, {change.file for change in told})
    return (*told, *silent)


def _silent(before: Library, after: Library, told: set[str]) -> Iterator[Change]:
    """A file that differs in nothing that was told: comments, order, or something that this module does not know."""
    for file in sorted({*before.sources, *after.sources}):
        if file not in told and before.sources.get(file) != after.sources.get(file):
            yield Change(file, "its text differs.", is_clinical=file == "phrases.yaml")


def _flows(before: Library, after: Library) -> Iterator[Change]:
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


def _step(old: Step, new: Step) -> Iterator[tuple[str, bool]]:
    if type(old) is not type(new):
        yield f'"{new.name}" is another kind of step.', True
        return
    if old.skip_if != new.skip_if:
        yield f'"{new.name}" is skipped on other conditions.', True
    if isinstance(old, Say) and isinstance(new, Say):
        yield from _words(new.name, old.text, new.text)
    if isinstance(old, Ask) and isinstance(new, Ask):
        yield from _ask(old, new)
    if isinstance(old, Score) and isinstance(new, Score) and (old.of, old.by) != (new.of, new.by):
        yield f'the score "{new.name}" is made otherwise.', True
    if not isinstance(old, Say) and not isinstance(new, Say):
        yield from _answers(old, new)


def _ask(old: Ask, new: Ask) -> Iterator[tuple[str, bool]]:
    yield from _words(new.name, old.text, new.text)
    if old.question.kind is not new.question.kind:
        yield f'"{new.name}" asks for {new.question.kind.value} instead of {old.question.kind.value}.', True
    for what, was, now in (
        ("is reminded of after", old.nudge_after, new.nudge_after),
        ("waits for", old.expires_after, new.expires_after),
    ):
        if was != now:
            yield f'"{new.name}" {what} {now} instead of {was}.', False


def _answers(old: Ask | Score, new: Ask | Score) -> Iterator[tuple[str, bool]]:
    limits = _limit(old), _limit(new)
    if limits[0] is not None and limits[1] is not None and limits[0] != limits[1]:
        yield f"the {new.name} limit for an alert moves from {limits[0]:g} to {limits[1]:g}.", True
        return
    was, now = _alarms(old), _alarms(new)
    for alarm in sorted(was - now):
        yield f'"{new.name}" no longer alerts: {" ".join(alarm)}.', True
    for alarm in sorted(now - was):
        yield f'"{new.name}" now alerts: {" ".join(alarm)}.', True
    if was == now and _rest_of(old) != _rest_of(new):
        yield f'"{new.name}" goes on otherwise after some answers.', True


def _limit(step: Ask | Score) -> float | None:
    """The mildest number that alerts without a condition."""
    worse = step.question.worse if isinstance(step, Ask) else Worse.HIGH
    whens = [b.when for b in step.branches if b.red_flags and b.condition is None]
    ends = [when.low if worse is Worse.HIGH else when.high for when in whens]
    known = [as_written(end) for end in ends if end is not None]
    return (min(known) if worse is Worse.HIGH else max(known)) if known else None


def _alarms(step: Ask | Score) -> set[Alarm]:
    """Each red flag with the answers that raise it."""
    return {
        (
            concern.concept,
            *(("severe",) if concern.severe else ()),
            "on",
            answers(branch.when) or "any answer",
            *(("if…",) if branch.condition else ()),
        )
        for branch in step.branches
        for concern in branch.red_flags
    }


def _rest_of(step: Ask | Score) -> list[object]:
    return [(b.when, b.condition, b.goto, b.task, dict(b.say or {})) for b in step.branches]


def _words(name: str, old: Wording, new: Wording) -> Iterator[tuple[str, bool]]:
    for language in sorted({*old, *new}):
        if old.get(language) != new.get(language):
            yield f'"{name}" in "{language}" says "{new.get(language, "")}" instead of "{old.get(language, "")}".', True


def _tips(before: Library, after: Library) -> Iterator[Change]:
    for name in sorted({*before.tips, *after.tips}):
        old, new = before.tips.get(name), after.tips.get(name)
        if old is None or new is None:
            yield Change("tips.yaml", f'the tip "{name}" is {"gone" if new is None else "new"}.', is_clinical=True)
        else:
            yield from (Change("tips.yaml", *told) for told in _words(name, old.text, new.text))


def _plan(before: Library, after: Library) -> Iterator[Change]:
    old = {item.name: item for item in before.plan.items}
    new = {item.name: item for item in after.plan.items}
    for name in sorted({*old, *new}):
        if name not in new or name not in old:
            where = f"day {(old.get(name) or new[name]).day}"
            yield Change("plan.yaml", f'"{name}" of {where} is {"gone" if name not in new else "new"}.')
        else:
            yield from (Change("plan.yaml", sentence) for sentence in _item(old[name], new[name]))


def _item(old: PlanItem, new: PlanItem) -> Iterator[str]:
    if (old.day, old.after) != (new.day, new.after):
        yield f'"{new.name}" moves from day {old.day} to day {new.day}.'
    if (old.at, old.until) != (new.at, new.until):
        yield f'"{new.name}" goes out {new.at:%H:%M}-{new.until:%H:%M} instead of {old.at:%H:%M}-{old.until:%H:%M}.'
    if (old.sends, old.content) != (new.sends, new.content):
        yield f'"{new.name}" brings "{new.content}" instead of "{old.content}".'


def _table(before: Library, after: Library) -> Iterator[Change]:
    for sentence in _of_tables(before.table, after.table):
        yield Change("redflags.yaml", sentence, is_clinical=True)


def _of_tables(old: RedFlagTable, new: RedFlagTable) -> Iterator[str]:
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
        yield from (f"{form} {what}: {sentence}" for sentence, _ in _words(form, was, now))
    if (old.staff, old.acknowledge_within, old.call_within) != (new.staff, new.acknowledge_within, new.call_within):
        yield f"what staff do about {form} differs."


def _rest(before: Library, after: Library) -> Iterator[Change]:
    for name in sorted({*before.practice.numbers, *after.practice.numbers}):
        was, now = before.practice.numbers.get(name), after.practice.numbers.get(name)
        if was != now:
            yield Change("practice.yaml", f"{name} is {_plain(now)} instead of {_plain(was)}.", is_clinical=True)
    for name, notice in after.notices.notices.items():
        for sentence, _ in _words(name, before.notices[name].text, notice.text):
            yield Change("notices.yaml", sentence, is_clinical=True)


def _plain(number: float | None) -> str:
    return "nothing" if number is None else f"{number:g}"
