"""Reads the steps of one flow or part, and takes in the parts that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.core.condition import Condition, Some
from bot.core.flow import END, Ask, Branch, By, Flow, Kind, Question, Say, Score, Step
from bot.core.notices import Asking
from bot.core.plan import CarePlan
from bot.core.practice import Practice
from bot.core.redflag.table import RedFlagTable, Wording
from bot.flowfile.answers import Around, read_answers, read_goto
from bot.flowfile.condition import NUMBER, Names, read_condition
from bot.flowfile.form import Form
from bot.flowfile.notices import QUESTION
from bot.flowfile.problem import Notes, Sent, suggestion
from bot.flowfile.question import read_question
from bot.flowfile.shape import ASK, SAY, SCORE, USE, Shape
from bot.flowfile.yaml import Fields, Node, Scalar

_KINDS: Mapping[str, tuple[Shape, str]] = {
    "say": (SAY, 'a "say" step'),
    "ask": (ASK, 'an "ask" step'),
    "score": (SCORE, 'a "score" step'),
    "use": (USE, 'a "use" step'),
}
MOMENT = frozenset({"day", "week"})
"""Placeholders of a conversation's words that only the moment of sending can fill."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the steps lean on from the other files."""

    practice: Practice
    asking: Mapping[Kind, Asking]
    plan: CarePlan
    table: RedFlagTable
    parts: Mapping[str, Flow]


class Steps:
    """The steps of one file. Their names are gathered first, because a step may go to a later one."""

    def __init__(self, form: Form, notes: Notes, around: Surroundings) -> None:
        self._form = form
        self._notes = notes
        self._around = around
        self._targets = [name for part in form.items("steps") for name in self._names_of(part)]
        self._questions: dict[str, Question] = {}
        practice = around.practice
        self._names = Names(practice.languages, practice.numbers, tuple(practice.bands))

    def read(self) -> tuple[Step, ...]:
        found = [step for part in self._form.items("steps") for step in self._steps(part)]
        if not found and "steps" in self._form:
            self._form.wrong("steps", "a flow needs at least one step.")
        lines: dict[str, int] = {}
        for step in found:
            if step.name in lines:
                self._notes.wrong(self._line(step), f'there is a step "{step.name}" already.')
            lines.setdefault(step.name, step.line)
        return tuple(found)

    def _line(self, step: Step) -> int:
        """Where a step stands in this file: that of a part stands where the part is taken in."""
        if not step.part:
            return step.line
        uses = (part for part in self._form.items("steps") if isinstance(part, Fields) and "use" in part.fields)
        return next((use.line for use in uses if _word(use, "use") == step.part), 1)

    def _names_of(self, node: Node) -> list[str]:
        """Whatever a step is called, before it is known to be a good step; of a part, all of its steps."""
        name = _word(node, "use")
        if not name:
            return [found for key in ("say", "ask", "score") if (found := _word(node, key))]
        part = self._around.parts.get(name)
        return [step.name for step in part.steps] if part else []

    def _steps(self, node: Node) -> Iterable[Step]:
        kinds = [kind for kind in _KINDS if isinstance(node, Fields) and kind in node.fields]
        if len(kinds) != 1:
            self._notes.wrong(node.line, 'a step begins with "say", "ask", "score" or "use", and a name.')
            return ()
        shape, what = _KINDS[kinds[0]]
        form = Form.of(node, self._notes, shape, what)
        reading = {"say": self._say, "ask": self._ask, "score": self._score, "use": self._use}
        return reading[kinds[0]](form)

    def _say(self, form: Form) -> tuple[Step, ...]:
        step = Say(
            name=_step_name(form, "say"),
            text=form.sent("text", may=MOMENT),
            goto=read_goto(form, self._targets),
            line=form.line,
            skip_if=read_condition(form, "skip_if", self._names),
        )
        return (step,)

    def _ask(self, form: Form) -> tuple[Step, ...]:
        kind = form.one_of("kind", Kind, Kind.WORDS)
        text = form.sent("text", may=MOMENT)
        question = read_question(form, kind, text)
        name = _step_name(form, "ask")
        skip_if = read_condition(form, "skip_if", self._names)
        self._names.learn(name, question)
        self._questions[name] = question
        usual = self._around.asking.get(kind, Asking({}, {}))
        step = Ask(
            name=name,
            text=text,
            question=question,
            again=_asked_again(form, "again", usual.again, text),
            branches=read_answers(form, question, self._leaning()),
            nudge=_asked_again(form, "nudge", usual.nudge, text),
            nudge_after=form.duration("nudge_after", self._around.plan.nudge_after),
            expires_after=form.duration("expires_after", self._around.plan.expires_after),
            line=form.line,
            skip_if=skip_if,
        )
        return (step,)

    def _leaning(self) -> Around:
        return Around(self._around.table, self._around.practice.numbers, self._targets, self._names)

    def _score(self, form: Form) -> tuple[Step, ...]:
        name = _step_name(form, "score")
        of, by = form.texts("of"), form.one_of("by", By, By.SUM)
        skip_if = read_condition(form, "skip_if", self._names)
        spans = [span for question in of if (span := self._span(form, question))]
        low, high = (round(sum(ends) / (len(ends) or 1 if by is By.MEAN else 1), 2) for ends in _ends(spans))
        self._names.answers[name] = NUMBER
        question = Question(Kind.NUMBER, low, high)
        branches: tuple[Branch, ...] = ()
        if "answers" in form and len(spans) == len(of):
            branches = read_answers(form, question, self._leaning())
        self._questions[name] = question
        return (Score(name, of, by, branches, self._values(of), form.line, skip_if),)

    def _span(self, form: Form, name: str) -> tuple[float, float] | None:
        """The least and the most that this question adds to a score."""
        question = self._questions.get(name)
        if question is None:
            form.wrong("of", f'"{name}" has not been asked when the score is made{suggestion(name, self._questions)}')
            return None
        if question.kind is Kind.CHOICE:
            worth = [option.value for option in question.options if option.value is not None]
            if len(worth) == len(question.options):
                return min(worth), max(worth)
            form.wrong("of", f'every option of "{name}" needs a "value", because it counts in this score.')
            return None
        if question.kind in {Kind.SCALE, Kind.NUMBER}:
            return question.low, question.high
        form.wrong("of", f'"{name}" cannot be added up; a score is made of numbers, scales and choices.')
        return None

    def _values(self, of: Iterable[str]) -> Mapping[str, Mapping[str, float]]:
        asked = {name: self._questions[name] for name in of if name in self._questions}
        return {
            name: {option.name: option.value for option in question.options if option.value is not None}
            for name, question in asked.items()
            if question.options
        }

    def _use(self, form: Form) -> tuple[Step, ...]:
        name = form.name("use")
        part = self._around.parts.get(name)
        if part is None:
            form.wrong("use", f'there is no part "{name}"{suggestion(name, self._around.parts)}')
            return ()
        skip_if = read_condition(form, "skip_if", self._names)
        for step in part.steps:
            self._learn(step)
        steps = [_skipping(replace(step, part=step.part or name), skip_if) for step in part.steps]
        if "opening" in form:
            steps[0] = self._opened(form, steps[0])
        return self._joined(form, steps)

    def _learn(self, step: Step) -> None:
        if isinstance(step, Ask):
            self._names.learn(step.name, step.question)
            self._questions[step.name] = step.question
        elif isinstance(step, Score):
            self._names.answers[step.name] = NUMBER

    def _opened(self, form: Form, step: Step) -> Step:
        if isinstance(step, Score):
            form.wrong("opening", f'"{step.part}" begins with a score, so nothing can be said before it.')
            return step
        opening = form.wording("opening")
        text = {language: f"{words} {step.text.get(language, '')}" for language, words in opening.items()}
        lines = form.line_of("opening")
        self._notes.sent.extend(Sent(lines, language, words, MOMENT) for language, words in text.items())
        if isinstance(step, Say):
            return replace(step, text=text)
        # The reminder comes hours later and by itself, so it too says from whom it is.
        return replace(step, text=text, nudge=_reworded(step.nudge, step.text, text))

    def _joined(self, form: Form, steps: list[Step]) -> tuple[Step, ...]:
        """Where the part ends, this flow goes on with what follows."""
        following = self._following(form)
        return tuple(_bent(step, following, is_last=step is steps[-1]) for step in steps)

    def _following(self, form: Form) -> str:
        nodes = self._form.items("steps")
        place = next(place for place, node in enumerate(nodes) if node is form.whole_node)
        return next((name for node in nodes[place + 1 :] for name in self._names_of(node)), END)


def _word(node: Node, key: str) -> str:
    value = node.fields.get(key) if isinstance(node, Fields) else None
    return value.written.strip() if isinstance(value, Scalar) else ""


def _step_name(form: Form, key: str) -> str:
    name = form.name(key)
    if name == END:
        form.wrong(key, f'a step cannot be called "{END}": that is where a conversation goes to stop.')
    return name


def _asked_again(form: Form, key: str, usual: Wording, question: Wording) -> Wording:
    """The flow's own words for it, or the usual ones; with the question itself where they ask for it."""
    wording = form.sent(key, may=QUESTION | MOMENT) if key in form else usual
    filled = {language: text.replace("{question}", question.get(language, "")) for language, text in wording.items()}
    form.notes.sent.extend(
        Sent(form.line, language, text, MOMENT) for language, text in filled.items() if text != wording[language]
    )
    return filled


def _reworded(wording: Wording, before: Wording, after: Wording) -> Wording:
    """The same words with another question in them."""
    return {
        language: words.replace(before[language], after[language])
        if language in before and language in after
        else words
        for language, words in wording.items()
    }


def _ends(spans: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [low for low, _ in spans], [high for _, high in spans]


def _skipping(step: Step, condition: Condition | None) -> Step:
    if condition is None:
        return step
    return replace(step, skip_if=Some((condition, step.skip_if)) if step.skip_if else condition)


def _bent(step: Step, following: str, *, is_last: bool) -> Step:
    """The same step with every way out of its part leading to what follows the part."""
    if isinstance(step, Say):
        return replace(step, goto=_target(step.goto, following, is_last=is_last))
    branches = tuple(replace(branch, goto=_target(branch.goto, following, is_last=is_last)) for branch in step.branches)
    return replace(step, branches=branches)


def _target(goto: str | None, following: str, *, is_last: bool) -> str | None:
    return following if goto == END or (is_last and goto is None) else goto
