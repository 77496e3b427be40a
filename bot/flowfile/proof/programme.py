"""What must hold across all flows: one name one meaning, one danger one alarm, no red flag weaker than it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.flow import Ask, Flow, Kind, Score
from bot.core.redflag.table import CONCEPTS, Concern, RedFlagTable, Tier
from bot.flowfile.calendar import NOT_ASKED
from bot.flowfile.library import Library
from bot.flowfile.problem import Problem
from bot.flowfile.proof.promise import Ledger
from bot.flowfile.proof.texts import judge_words
from bot.flowfile.redflags import fallback_table

HEARD = ("en", "es")
"""The languages whose free words the screen knows."""

Taken = Mapping[str, Mapping[str, set[int]]]
"""By flow and question: the branches that some answer falls into."""


def judge(library: Library, ledger: Ledger, taken: Taken) -> None:
    _saved(library, ledger)
    _reachable(library, ledger, taken)
    judge_table(library, ledger)
    _heard(library, ledger)
    asked = [concept for concept in CONCEPTS if concept not in NOT_ASKED]
    ledger.saw("asked", len(asked), example=asked)
    for tip in library.tips.values():
        judge_words(tip.text, ("tips.yaml", tip.line), library, ledger)


def _saved(library: Library, ledger: Ledger) -> None:
    """The first flow to use a name decides what it means; the others must agree."""
    types: dict[str, tuple[str, object]] = {}
    alarms: dict[str, tuple[str, object]] = {}
    for flow, step in _keeping(library):
        ledger.saw("saved", example=(f"{step.name}, first asked in {flow.name}",))
        ledger.saw("same_alarm", example=(f"{step.name}, first asked in {flow.name}",))
        of, kind = types.setdefault(step.name, (flow.name, _type(step)))
        if kind != _type(step):
            sentence = f'"{step.name}" is kept as something else in "{of}"; give one of them another name.'
            ledger.broke("saved", Problem(*library.place(flow, step), sentence))
        of, alarm = alarms.setdefault(step.name, (flow.name, _alarm(step)))
        if alarm != _alarm(step):
            sentence = f'"{step.name}" raises other red flags here than in "{of}"; share a part, or take another name.'
            ledger.broke("same_alarm", Problem(*library.place(flow, step), sentence))


def _keeping(library: Library) -> Iterator[tuple[Flow, Ask | Score]]:
    for flow in library.flows.values():
        yield from ((flow, step) for step in flow.steps if isinstance(step, Ask | Score))


def _type(step: Ask | Score) -> object:
    if isinstance(step, Score):
        return (Kind.NUMBER, step.of, step.by)
    question = step.question
    return (question.kind, question.unit, tuple(option.name for option in question.options))


def _alarm(step: Ask | Score) -> object:
    return tuple((branch.when, branch.condition, branch.red_flags) for branch in step.branches if branch.red_flags)


def _reachable(library: Library, ledger: Ledger, taken: Taken) -> None:
    """A branch of a shared part is reached when it is in some flow; one of a flow's own, in that flow."""
    branches: dict[tuple[str, int], set[int]] = {}
    reached: dict[tuple[str, int], set[int]] = {}
    names: dict[tuple[str, int], str] = {}
    for flow, step in _keeping(library):
        place = library.place(flow, step)
        names[place] = step.name
        branches.setdefault(place, set()).update(branch.line for branch in step.branches)
        fallen = taken.get(flow.name, {}).get(step.name)
        if fallen is not None or not step.branches:
            reached.setdefault(place, set()).update(step.branches[number].line for number in fallen or ())
    for (file, line), name in names.items():
        ledger.saw("reachable", 1 + len(branches[file, line]), example=(f"{file}:{line}: {name}",))
        if (file, line) not in reached:
            ledger.broke("reachable", Problem(file, line, f'no conversation ever comes to the step "{name}".'))
            continue
        for missed in branches[file, line] - reached[file, line]:
            ledger.broke(
                "reachable", Problem(file, missed, "no answer ever falls here, on any day and after any other.")
            )


def judge_table(library: Library, ledger: Ledger) -> None:
    """An admin may raise a tier. To lower one a clinician signs the table."""
    table, packaged = library.table, fallback_table()
    lines = _lines(library.sources.get("redflags.yaml", ""))
    for concern in _concerns(packaged):
        ledger.saw("floor", example=(concern.concept,))
        before, now = packaged.handling(concern).tier, table.handling(concern).tier
        if now.urgency < before.urgency and not table.approved_by:
            form = " (severe)" if concern.severe else ""
            sentence = (
                f'"{concern.concept}"{form} was {before.value} and is now {now.value}: a clinician must sign that.'
            )
            ledger.broke("floor", Problem("redflags.yaml", lines.get(concern.concept, 1), sentence))

    for name, concept in table.concepts.items():
        ledger.saw("night", example=(concept.usual.tell_out_of_hours.get("en", ""),))
        usual = concept.usual
        if usual.tier is not Tier.EMERGENCY and usual.tell == usual.tell_out_of_hours:
            sentence = f'"{name}" is told the same while nobody is there; say what to do then.'
            ledger.broke("night", Problem("redflags.yaml", lines.get(name, 1), sentence))


def _concerns(table: RedFlagTable) -> Iterator[Concern]:
    for name, concept in table.concepts.items():
        yield Concern(name)
        if concept.severe:
            yield Concern(name, severe=True)


def _lines(source: str) -> Mapping[str, int]:
    return {line.strip().removesuffix(":"): number for number, line in enumerate(source.splitlines(), 1)}


def _heard(library: Library, ledger: Ledger) -> None:
    for language in library.practice.languages:
        ledger.saw("heard", example=(language,))
        if language not in HEARD:
            sentence = (
                f'red flags in free words are heard in {" and ".join(HEARD)} only; in "{language}" nobody hears them.'
            )
            ledger.broke("heard", Problem("practice.yaml", 1, sentence, is_warning=True))
