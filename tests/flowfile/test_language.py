"""What the language of flows can say: conditions, shared parts, scores, other languages; and plurals."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.core.flow import END, Ask, By, Flow, Score
from bot.core.wording import render
from bot.flowfile.library import Library, from_sources
from tests.flowfile.small import FLOW, broken, small

PART = """\
part: twice
title: "Two questions"
status: draft
sources: [house]
steps:
  - ask: first
    kind: yes_no
    text: {en: "Is it so? Reply YES or NO.", es: "¿Es así? Responda SÍ o NO."}
    answers:
      - when: yes
      - when: no
        goto: end
  - ask: second
    kind: yes_no
    text: {en: "And so? Reply YES or NO.", es: "¿Y así? Responda SÍ o NO."}
    answers:
      - when: any
"""
USE = """\
  - use: twice
    opening: {en: "Day {day}.", es: "Día {day}."}
    skip_if: pain <= 2
  - say: close
"""
SCORE = """\
  - score: sum
    of: [pain, days]
    by: mean
    answers:
      - when: 10..
        task: "look"
      - when: below 10
  - say: close
"""


def _read(sources: Mapping[str, str]) -> Library:
    loaded = from_sources(sources)
    assert loaded.library is not None, [str(problem) for problem in loaded.problems]
    return loaded.library


def _with_part() -> dict[str, str]:
    return {**broken("sample.yaml", "  - say: close\n", USE), "parts/twice.yaml": PART}


def _ask(flow: Flow, name: str) -> Ask:
    step = flow.step(name)
    assert isinstance(step, Ask)
    return step


def test_a_part_is_taken_in_and_goes_on_with_what_follows_it() -> None:
    library = _read(_with_part())
    flow = library.flows["sample"]

    first, second = _ask(flow, "first"), _ask(flow, "second")

    assert [step.name for step in flow.steps][-3:] == ["first", "second", "close"]
    assert first.text["en"] == "Day {day}. Is it so? Reply YES or NO."
    assert [branch.goto for branch in (*first.branches, *second.branches)] == [None, "close", "close"]
    assert library.place(flow, second) == ("parts/twice.yaml", 13)
    assert first.skip_if == second.skip_if is not None


def test_the_reminder_of_a_part_says_from_whom_it_is() -> None:
    first = _ask(_read(_with_part()).flows["sample"], "first")

    assert first.nudge["en"] == "Reminder: Day {day}. Is it so? Reply YES or NO."
    assert "Day" not in first.again["en"]


def test_a_flow_is_no_more_signed_than_its_parts() -> None:
    signed = 'status: {approved_by: "Dr. A", on: 2026-12-01}'
    sources = _with_part()
    sources["sample.yaml"] = sources["sample.yaml"].replace("status: draft", signed)

    assert _read(sources).flows["sample"].approved_by == ""
    sources["parts/twice.yaml"] = PART.replace("status: draft", signed)
    assert _read(sources).flows["sample"].approved_by == "Dr. A, 2026-12-01"


def test_a_score_knows_its_span() -> None:
    flow = _read(broken("sample.yaml", "  - say: close\n", SCORE)).flows["sample"]
    step = flow.step("sum")

    assert isinstance(step, Score)
    assert (step.of, step.by, step.branches[0].task) == (("pain", "days"), By.MEAN, "look")
    assert (step.branches[0].when.high, step.branches[1].when.low) == (20.0, 0.0)


def test_a_part_that_ends_a_flow_ends_it() -> None:
    sources = _with_part()
    sources["sample.yaml"] = sources["sample.yaml"].partition("  - say: close")[0].replace("goto: close", "goto: end")

    flow = _read(sources).flows["sample"]

    assert [branch.goto for branch in _ask(flow, "second").branches] == [END]


MISTAKES = {
    "an unknown name": ("pain2 > 3", 'nothing called "pain2" is known at this place; did you mean "pain"?'),
    "a name asked later": ("danger is yes", 'nothing called "danger" is known at this place'),
    "a word for a number": ("pain > danger", 'nothing called "danger" is known at this place'),
    "a sign between words": (
        "language > es",
        '"language" is no number, so it cannot be compared by ">"; write "language is en".',
    ),
    "a word it never is": ("language is fr", '"language" is never "fr"; it is en or es.'),
    "no value": (
        "pain >",
        'a value is missing at the end of this condition; write it like "pain >= 5 and new_pain is yes".',
    ),
    "no comparison": ("pain and day > 3", 'after "pain" comes "is", "is not" or one of <, <=, > or >=, not "and".'),
    "two in a row": (
        "pain > 3 day > 4",
        '"day" stands where "and", "or" or the end should; write it like "pain >= 5 and new_pain is yes".',
    ),
    "an open bracket": ("(pain > 3 or day < 4", 'a "(" is never closed in this condition.'),
    "a pattern": ("pain ~ 3", '"~ 3" cannot be read in a condition; write it like "pain >= 5 and new_pain is yes".'),
    "a number and a word": ("pain > language", '"pain" is a number and "language" is not, so they cannot be compared.'),
    "an unknown band": (
        "pain > band.walk",
        'nothing called "band.walk" is known at this place; did you mean "band.pain"?',
    ),
    "the past of nothing": (
        "change.walk > 3",
        'nothing called "change.walk" is known at this place; did you mean "change.pain"?',
    ),
}


@pytest.mark.parametrize(("condition", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_condition_that_cannot_be_meant_is_refused_where_it_stands(condition: str, sentence: str) -> None:
    change = f'      - when: 0..7\n        if: "{condition}"\n      - when: 0..7\n'
    sources = broken("sample.yaml", "      - when: 0..7\n", change)

    found = [str(problem) for problem in from_sources(sources).problems]

    assert [line.startswith(f"sample.yaml:15: {sentence}") for line in found] == [True], found


@pytest.mark.parametrize(
    "condition",
    [
        "pain >= 5",
        "change.pain >= 3 and day <= 42",
        "not (language is es or in_hours is no)",
        "rise.pain > lowest.pain + 2",
        "pain > band.pain - 1",
        "pain >= lift_lb",
        "last.pain is 3",
    ],
)
def test_a_condition_that_makes_sense_is_read(condition: str) -> None:
    change = f'      - when: 0..7\n        if: "{condition}"\n        task: "look"\n      - when: 0..7\n'

    assert from_sources(broken("sample.yaml", "      - when: 0..7\n", change)).problems == ()


def test_an_answer_under_a_condition_needs_the_same_without() -> None:
    sources = broken("sample.yaml", "      - when: 0..7\n", "      - when: 0..7\n        if: day > 3\n")

    found = [str(problem) for problem in from_sources(sources).problems]

    assert found == [
        'sample.yaml:15: what follows when this is not so is missing: add the same "when" without "if" below.'
    ]


def test_a_third_language_is_asked_for_everywhere() -> None:
    sources = small()
    sources["practice.yaml"] += "languages: [en, es, fr]\n"

    found = [problem.sentence for problem in from_sources(sources).problems]

    assert '"text" is missing in "fr".' in found
    assert len(found) > 50


@pytest.mark.parametrize(
    ("languages", "sentence"),
    [
        ("[es]", '"en" must be among them: it is what anybody else reads.'),
        ("[en, spanish!]", '"spanish!" is no language; write a tag like en, es or pt-BR.'),
        ("[en, en]", "a language is named twice."),
    ],
)
def test_the_languages_of_a_practice_are_made_sure_of(languages: str, sentence: str) -> None:
    sources = small()
    sources["practice.yaml"] += f"languages: {languages}\n"

    assert sentence in [problem.sentence for problem in from_sources(sources).problems]


@pytest.mark.parametrize(
    ("template", "number", "expected"),
    [
        ("{days:day|days}", "1", "1 day"),
        ("{days:day|days}", "4", "4 days"),
        ("{days:día|días}", "0", "0 días"),
        ("{days:dzień|dni|dni}", "3", "3 dni"),
        ("{days:godzina|godziny|godzin}", "22", "22 godziny"),
        ("{days:godzina|godziny|godzin}", "12", "12 godzin"),
        ("{days:日}", "2", "2 日"),
    ],
)
def test_a_noun_goes_with_its_number(template: str, number: str, expected: str) -> None:
    assert render(template, {"days": number}) == expected


def test_a_noun_without_its_forms_is_refused() -> None:
    sources = broken("sample.yaml", '"Thank you."', '"Thank you, {lift_lb:|}."')

    found = [problem.sentence for problem in from_sources(sources).problems]

    assert found == ['"{lift_lb:...}" needs one to 3 forms of its noun, like day|days.']


def test_the_shape_of_a_sample_is_read() -> None:
    assert FLOW in _read(small()).sources.values()
