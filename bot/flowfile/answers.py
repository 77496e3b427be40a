"""Reads what follows from each answer: red flags, something to say, and where to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.flow import END, Branch, Question, When
from bot.core.redflag.table import CONCEPTS, Concern, RedFlagTable
from bot.flowfile.condition import Names, read_condition
from bot.flowfile.form import Form, text_of
from bot.flowfile.problem import suggestion
from bot.flowfile.shape import ANSWER, RED_FLAG
from bot.flowfile.when import read_whens
from bot.flowfile.words import comfort
from bot.flowfile.yaml import Items, Node, Scalar


@dataclass(frozen=True, slots=True)
class Around:
    """What an answer may lean on: the red flags there are, the practice's numbers, the steps, and what is known."""

    table: RedFlagTable
    numbers: Mapping[str, float]
    steps: Sequence[str]
    names: Names


def read_answers(ask: Form, question: Question, around: Around) -> tuple[Branch, ...]:
    answers = [Form.of(part, ask.notes, ANSWER, "an answer") for part in ask.items("answers")]
    groups = _groups(answers)
    leaders = [group[-1] for group in groups]
    whens = read_whens(leaders, question, around.numbers, ask) if "answers" in ask else []
    pairs = [(answer, when) for group, when in zip(groups, whens, strict=True) for answer in group]
    branches = tuple(_branch(answer, when, around) for answer, when in pairs)
    if any(branch.red_flags for branch in branches):
        for (answer, _), branch in zip(pairs, branches, strict=True):
            _refuse_comfort(answer, branch)
    return branches


def _groups(answers: Sequence[Form]) -> list[list[Form]]:
    """The answers that share a "when": those under a condition, and last the one for when none of them holds."""
    groups: list[list[Form]] = []
    for answer in answers:
        if groups and "if" in groups[-1][-1] and _written(groups[-1][-1]) == _written(answer):
            groups[-1].append(answer)
        else:
            groups.append([answer])
    for group in groups:
        if "if" in group[-1]:
            group[-1].wrong(
                "if", 'what follows when this is not so is missing: add the same "when" without "if" below.'
            )
    return groups


def _written(answer: Form) -> tuple[str, ...]:
    node = answer.node("when")
    if isinstance(node, Items):
        return tuple(part.written for part in node.items if isinstance(part, Scalar))
    return (node.written,) if isinstance(node, Scalar) else ()


def _branch(answer: Form, when: When, around: Around) -> Branch:
    flags = _red_flags(answer, around.table)
    if flags and when.yes is False:
        answer.wrong("red_flag", "NO means trouble here; word the question so that YES always means trouble.")
    if flags and "say" in answer:
        answer.wrong("say", "this is never said: a red flag is answered with the words of the red-flag table.")
    return Branch(
        when=when,
        red_flags=flags,
        say=answer.sent("say") if "say" in answer else None,
        goto=read_goto(answer, around.steps),
        condition=read_condition(answer, "if", around.names),
        task=answer.text("task"),
        line=answer.line,
    )


def read_goto(form: Form, steps: Sequence[str]) -> str | None:
    if "goto" not in form:
        return None
    target = form.text("goto")
    if target and target not in (*steps, END):
        form.wrong("goto", f'there is no step "{target}" to go to{suggestion(target, (*steps, END))}')
    return target


def _red_flags(answer: Form, table: RedFlagTable) -> tuple[Concern, ...]:
    """One concept, one with its severe form, or a list of these."""
    node = answer.node("red_flag")
    if node is None:
        return ()
    parts = node.items if isinstance(node, Items) else (node,)
    return tuple(concern for part in parts if (concern := _red_flag(part, answer, table)))


def _red_flag(node: Node, answer: Form, table: RedFlagTable) -> Concern | None:
    if isinstance(node, Scalar):
        concern = Concern(text_of(node, answer.notes, '"red_flag"'))
    else:
        form = Form.of(node, answer.notes, RED_FLAG, "a red flag")
        concern = Concern(form.text("concept"), form.truth("severe"))
    if concern.concept not in CONCEPTS:
        if concern.concept:
            sentence = f'there is no red flag "{concern.concept}"{suggestion(concern.concept, CONCEPTS)}'
            answer.notes.wrong(node.line, sentence)
        return None
    known = table.concepts.get(concern.concept)
    if concern.severe and known and not known.severe:
        answer.notes.wrong(node.line, f'the red-flag table has no severe form of "{concern.concept}".')
    return concern


def _refuse_comfort(answer: Form, branch: Branch) -> None:
    """Nobody is told that all is well in answer to a red-flag question: one answer is not an examination."""
    word = comfort(branch.say or {})
    if word:
        answer.wrong("say", f'"{word}" comforts in answer to a question about a red flag.')
