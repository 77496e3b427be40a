"""Reads what follows from each answer: red flags, something to say, and where to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.flow import END, Branch, Question, When
from bot.core.redflag.table import CONCEPTS, Concern, RedFlagTable
from bot.flowfile.form import Form, text_of
from bot.flowfile.problem import suggestion
from bot.flowfile.when import read_whens
from bot.flowfile.words import comfort
from bot.flowfile.yaml import Items, Node, Scalar

_ANSWER = ("when", "red_flag", "say", "goto")


def read_answers(
    ask: Form, question: Question, *, table: RedFlagTable, numbers: Mapping[str, float], steps: Sequence[str]
) -> tuple[Branch, ...]:
    answers = [Form(part, ask.notes, what="an answer", known=_ANSWER, needs=("when",)) for part in ask.items("answers")]
    whens = read_whens(answers, question, numbers, ask) if "answers" in ask else []
    branches = tuple(_branch(answer, when, table, steps) for answer, when in zip(answers, whens, strict=True))
    if any(branch.red_flags for branch in branches):
        for answer, branch in zip(answers, branches, strict=True):
            _refuse_comfort(answer, branch)
    return branches


def _branch(answer: Form, when: When, table: RedFlagTable, steps: Sequence[str]) -> Branch:
    flags = _red_flags(answer, table)
    if flags and when.yes is False:
        answer.wrong("red_flag", "NO means trouble here; word the question so that YES always means trouble.")
    if flags and "say" in answer:
        answer.wrong("say", "this is never said: a red flag is answered with the words of the red-flag table.")
    return Branch(
        when=when, red_flags=flags, say=answer.sent("say") if "say" in answer else None, goto=read_goto(answer, steps)
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
        form = Form(node, answer.notes, what="a red flag", known=("concept", "severe"), needs=("concept",))
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
