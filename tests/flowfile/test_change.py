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
    "a way": (
        "sample.yaml",
        "        goto: close\n",
        "",
        '"where" goes on to "the next step" instead of "close" on leg.',
        True,
    ),
    "a comment on an answer": (
        "sample.yaml",
        "      - when: back\n",
        '      - when: back\n        say: {en: "I see.", es: "Entiendo."}\n',
        '"where" in "es" says "Entiendo." instead of "" on back.',
        True,
    ),
    "a task": (
        "sample.yaml",
        "      - when: 4..\n",
        '      - when: 4..\n        task: "Look."\n',
        '"days" gives staff the task "Look." instead of "" on 4-30.',
        True,
    ),
    "an option": (
        "sample.yaml",
        'label: {en: "leg", es: "pierna"}',
        'label: {en: "a leg", es: "pierna"}',
        '"where: leg" in "en" says "a leg" instead of "leg".',
        True,
    ),
    "what may be answered": ("sample.yaml", "high: 30", "high: 40", '"days" takes 0 to 40 instead of 0 to 30.', True),
    "a day": (
        "plan.yaml",
        "item: second, day: 1",
        "item: second, day: 2",
        '"second" moves from day 1 to day 2.',
        True,
    ),
    "a check-in less": (
        "plan.yaml",
        '  - {item: second, day: 1, at: "10:00", until: "13:00", flow: sample}\n',
        "",
        '"second" of day 1 is gone.',
        True,
    ),
    "several days": (
        "plan.yaml",
        "item: second, day: 1,",
        "item: second, day: 1, last_day: 3,",
        '"second" moves from day 1 to day 1 to 3.',
        True,
    ),
    "a long silence": (
        "plan.yaml",
        "touches_a_day: 5\n",
        (
            'touches_a_day: 5\nstill_wanted: {missed: 3, from_day: 15, at: "10:00", until: "13:00", flow: sample, '
            "no: {flow: sample, answer: danger, is: no}}\n"
        ),
        (
            'long silence: "sample" asks after 3 check-ins from day 15 on, 10:00-13:00, and "danger" of "sample" is no '
            "ends it instead of: nothing is asked."
        ),
        True,
    ),
    "office hours": (
        "practice.yaml",
        "  saturday: closed\n",
        '  saturday: "09:00-12:00"\n',
        (
            "the office is open: monday 08:00-17:00, tuesday 08:00-17:00, wednesday 08:00-17:00, thursday 08:00-17:00, "
            "friday 08:00-17:00, saturday 09:00-12:00, sunday closed instead of monday 08:00-17:00, "
            "tuesday 08:00-17:00, wednesday 08:00-17:00, thursday 08:00-17:00, friday 08:00-17:00, saturday closed, "
            "sunday closed."
        ),
        False,
    ),
    "a quicker ladder": (
        "practice.yaml",
        "    everyone: 15m ",
        "    everyone: 10m ",
        "the ladder of emergency: everyone is 10m instead of 15m.",
        True,
    ),
    "a phone": (
        "practice.yaml",
        '"507-555-0100"',
        '"507-555-0111"',
        "the phone that patients call: 507-555-0111 instead of 507-555-0100.",
        True,
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


def test_a_limit_that_moves_hides_no_other_alarm() -> None:
    after = broken(
        "sample.yaml", HIGHER, LOWER.replace("red_flag: uncontrolled_pain", "red_flag: [uncontrolled_pain, fall]")
    )

    told = [change.sentence for change in changes(_read(small()), _read(after))]

    assert told == ["the pain limit for an alert moves from 8 to 7.", '"pain" now alerts: fall.']


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
