"""What differs is told in words that a clinician can judge."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.flowfile.change import changes
from bot.flowfile.graph import svg
from bot.flowfile.library import Library, from_sources, load
from tests.flowfile.small import SHIPPED, broken, small


def _read(sources: Mapping[str, str]) -> Library:
    library = from_sources(sources).library
    assert library is not None, [str(problem) for problem in from_sources(sources).problems]
    return library


LOWER = "      - when: 7..10\n        red_flag: uncontrolled_pain\n      - when: 0..6\n"
HIGHER = "      - when: 8..10\n        red_flag: uncontrolled_pain\n      - when: 0..7\n"
WEAK = """pe, fall]
      - when: no

  - ask: weak
    kind: yes_no
    text: {en: "Weak? Reply YES or NO.", es: "¿Débil? Responda SÍ o NO."}
    answers:
      - when: yes
        red_flag: motor_deficit
      - when: no
"""
CASES = {
    "a limit": ("sample.yaml", HIGHER, LOWER, "the pain limit for an alert moves from 8 to 7.", True),
    "an alarm dropped": (
        "sample.yaml",
        "      - when: yes\n        red_flag: [cauda_equina, motor_deficit, ",
        "      - when: yes\n        red_flag: [cauda_equina, ",
        '"danger" no longer alerts: motor_deficit on yes.',
        True,
    ),
    "words": (
        "sample.yaml",
        '"Thank you."',
        '"Thanks."',
        '"close" in "en" says "Thanks." instead of "Thank you.".',
        True,
    ),
    "a way": ("sample.yaml", "        goto: close\n", "", '"where" goes on otherwise after some answers.', True),
    "a day": (
        "plan.yaml",
        "item: second, day: 1",
        "item: second, day: 2",
        '"second" moves from day 1 to day 2.',
        False,
    ),
    "a time": (
        "plan.yaml",
        'at: "15:00"',
        'at: "14:00"',
        '"advice" goes out 14:00-17:00 instead of 15:00-17:00.',
        False,
    ),
    "a tip": (
        "tips.yaml",
        '"Walk a little."',
        '"Walk a bit."',
        '"walk" in "en" says "Walk a bit." instead of "Walk a little.".',
        True,
    ),
    "a number": ("practice.yaml", "fever_f: 100.4", "fever_f: 101", "fever_f is 101 instead of 100.4.", True),
    "a comment": ("plan.yaml", "items:", "items:  # all of them", "its text differs.", False),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_change_is_told_in_words(case: tuple[str, str, str, str, bool]) -> None:
    file, old, new, sentence, is_clinical = case
    after = broken(file, old, new)
    if "motor_deficit" in sentence:  # somebody must still ask about it
        after = {**after, "sample.yaml": after["sample.yaml"].replace("pe, fall]\n      - when: no\n", WEAK)}

    found = changes(_read(small()), _read(after))

    assert (f"{file}: {sentence}", is_clinical) in [(str(change), change.is_clinical) for change in found]


def test_nothing_changed_is_nothing_told() -> None:
    assert changes(_read(small()), _read(small())) == ()


def test_a_changed_part_is_told_once() -> None:
    before = load(SHIPPED).library
    assert before is not None
    pain = before.sources["parts/pain.yaml"].replace("8..10", "7..10").replace("0..7", "0..6")

    found = changes(before, _read({**before.sources, "parts/pain.yaml": pain}))

    assert [str(change) for change in found] == ["parts/pain.yaml: the pain limit for an alert moves from 8 to 7."]


@pytest.mark.parametrize("name", ["day-11", "weekly", "three-months"])
def test_a_drawing_has_every_step_and_every_red_flag(name: str) -> None:
    library = load(SHIPPED).library
    assert library is not None
    flow = library.flows[name]

    drawn = svg(flow, library.table)

    assert all(f"<title>{step.name}, " in drawn for step in flow.steps)
    assert drawn.count('class="emergency"') >= 1 or name == "three-months"
    assert "⚠ uncontrolled pain" in drawn
