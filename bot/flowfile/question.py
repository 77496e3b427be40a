"""Reads what a question wants to hear: its kind, its bounds, its options."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.core.flow import Kind, Option, Question, Worse
from bot.core.keyword import keyword
from bot.core.redflag.table import Wording
from bot.flowfile.form import Form
from bot.flowfile.problem import Notes
from bot.flowfile.shape import OPTION
from bot.flowfile.yaml import Node

_BOUNDS: Mapping[Kind, tuple[float, float]] = {Kind.SCALE: (0, 10), Kind.TEMPERATURE: (90, 115)}
"""Where the kind itself says what is possible. No thermometer on a living body shows less or more, in Fahrenheit."""

_USED_BY: Mapping[str, frozenset[Kind]] = {
    "low": frozenset({Kind.NUMBER}),
    "high": frozenset({Kind.NUMBER}),
    "unit": frozenset({Kind.NUMBER}),
    "worse": frozenset({Kind.NUMBER, Kind.SCALE, Kind.TEMPERATURE}),
    "options": frozenset({Kind.CHOICE}),
}
_NEEDED_BY: Mapping[Kind, tuple[str, ...]] = {Kind.NUMBER: ("low", "high", "unit"), Kind.CHOICE: ("options",)}


def read_question(form: Form, kind: Kind, text: Wording) -> Question:
    low, high = _BOUNDS.get(kind, (0, 10))
    _refuse_idle(form, kind)
    question = Question(
        kind=kind,
        low=form.number("low", low),
        high=form.number("high", high),
        unit="F" if kind is Kind.TEMPERATURE else form.text("unit"),
        worse=form.one_of("worse", Worse, Worse.HIGH),
        options=_options(form),
    )
    if question.low >= question.high:
        form.wrong("high", '"high" must be more than "low".')
    _refuse_unnumbered(form, question, text)
    _refuse_keywords(form, text)
    return question


def _refuse_idle(form: Form, kind: Kind) -> None:
    """A setting that this kind of question never looks at was meant to do something."""
    for key, kinds in _USED_BY.items():
        if key in form and kind not in kinds:
            form.wrong(key, f'a question of kind "{kind}" has no use for "{key}".')
    for key in _NEEDED_BY.get(kind, ()):
        if key not in form:
            form.notes.wrong(form.line, f'a question of kind "{kind}" needs "{key}".')


def _options(form: Form) -> tuple[Option, ...]:
    options = tuple(_option(part, form.notes) for part in form.items("options"))
    names = [option.name for option in options]
    for name in sorted({name for name in names if names.count(name) > 1}):
        form.wrong("options", f'the option "{name}" is given twice.')
    if "options" in form and len(options) < 2:
        form.wrong("options", "a choice needs at least two options.")
    return options


def _option(node: Node, notes: Notes) -> Option:
    form = Form.of(node, notes, OPTION, "an option")
    label = form.wording("label")
    also = Form(form.node("also"), notes, what='"also"', known=notes.languages)
    words = {language: also.texts(language) for language in notes.languages if language in also}
    for said in (*label.values(), *(word for some in words.values() for word in some)):
        if keyword(said):
            notes.wrong(form.line, f'"{said}" is a keyword of the programme itself, so it can never be an answer.')
    return Option(form.name("name"), label, words, form.number("value") if "value" in form else None)


def _refuse_unnumbered(form: Form, question: Question, text: Wording) -> None:
    """An option is most surely answered by its number: the text must show it."""
    for language, words in text.items():
        missing = [str(n) for n, _ in enumerate(question.options, 1) if not re.search(rf"\b{n}\b", words)]
        if missing:
            form.wrong("text", f'the text in "{language}" does not show option {missing[0]} by its number.')


_SHOUTED = re.compile(r"[A-ZÁÉÍÓÚÑ]{3,}")


def _refuse_keywords(form: Form, text: Wording) -> None:
    """ "Reply END when done" would sign the patient off: the carrier itself listens for these words."""
    for language, words in text.items():
        for word in _SHOUTED.findall(words):
            if keyword(word):
                sentence = f'the question in "{language}" offers {word}, a keyword of the programme itself.'
                form.wrong("text", sentence)
