"""Which answers a branch takes: every number exactly once, and what lies between two ranges goes to the worse."""

from __future__ import annotations

import pytest

from bot.core.flow import Ask, Chosen, Number, Unclear, Words
from bot.flowfile.library import from_sources
from tests.flowfile.small import FLOW, broken, small


def _ask(name: str, flow: str = FLOW) -> Ask:
    library = from_sources({**small(), "sample.yaml": flow}).library
    step = library.flows["sample"].step(name) if library else None
    assert isinstance(step, Ask)
    return step


def _taken(ask: Ask, value: float) -> list[int]:
    return [place for place, branch in enumerate(ask.branches) if branch.when.takes(Number(value))]


@pytest.mark.parametrize(
    ("value", "branch"),
    [(0, 1), (6.5, 1), (7, 1), (7.000001, 0), (7.5, 0), (7.9, 0), (8, 0), (9.5, 0), (10, 0)],
)
def test_between_seven_and_eight_pain_counts_as_eight(value: float, branch: int) -> None:
    assert _taken(_ask("pain"), value) == [branch]


@pytest.mark.parametrize(("value", "branch"), [(0, 0), (3, 0), (3.5, 0), (4, 1), (30, 1)])
def test_where_low_is_worse_what_lies_between_counts_as_lower(value: float, branch: int) -> None:
    flow = FLOW.replace("    unit: days\n", "    unit: days\n    worse: low\n")

    assert _taken(_ask("days", flow), value) == [branch]


@pytest.mark.parametrize(("value", "branch"), [(98.6, 1), (100.3, 1), (100.39, 1), (100.4, 0), (100.41, 0), (104, 0)])
def test_a_bound_may_be_a_number_of_the_practice(value: float, branch: int) -> None:
    flow = FLOW.replace("kind: scale", "kind: temperature")
    flow = flow.replace("when: 8..10", "when: fever_f..").replace("when: 0..7", "when: below fever_f")

    assert _taken(_ask("pain", flow), value) == [branch]


@pytest.mark.parametrize(("value", "branch"), [(100.3, 1), (100.35, 0), (100.4, 0)])
def test_tenths_meet_tenths(value: float, branch: int) -> None:
    flow = FLOW.replace("kind: scale", "kind: temperature")
    flow = flow.replace("when: 8..10", "when: 100.4..").replace("when: 0..7", "when: ..100.3")

    assert _taken(_ask("pain", flow), value) == [branch]


def test_a_single_number_is_a_range_too() -> None:
    flow = FLOW.replace("when: 0..7", "when: 1..7\n      - when: 0")
    ask = _ask("pain", flow)

    assert [_taken(ask, value) for value in (0, 0.5, 1)] == [[2], [1], [1]]


def test_tenths_do_not_meet_whole_numbers() -> None:
    sources = broken("sample.yaml", "- when: 8..10", "- when: 7.5..10")

    found = [problem.sentence for problem in from_sources(sources).problems]

    assert found == ['no answer takes what lies between "0..7" and "7.5..10".']


def test_options_and_any() -> None:
    where, any_words = _ask("where"), FLOW.replace("kind: scale", "kind: words")
    any_words = any_words.replace("      - when: 8..10\n        red_flag: uncontrolled_pain\n", "")
    words = _ask("pain", any_words.replace("when: 0..7", "when: any").replace("fall]", "fall, uncontrolled_pain]"))

    assert [branch.when.takes(Chosen("leg")) for branch in where.branches] == [False, True]
    assert words.branches[0].when.takes(Words())
    assert not words.branches[0].when.takes(Unclear("no answer in it"))
