"""phrases.yaml: the shipped file is good, the packaged copy is the same, and a bad one is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.redflag.canary import unheard
from bot.core.redflag.screen import screen
from bot.flowfile.phrases import fallback_phrases, load_phrases

SHIPPED = Path(__file__).parents[2] / "flows" / "phrases.yaml"
PACKAGED = Path(__file__).parents[2] / "bot" / "flowfile" / "fallback" / "phrases.yaml"


def test_the_shipped_phrases_load_without_a_problem() -> None:
    phrases, problems = load_phrases(SHIPPED.read_text("utf-8"), "flows/phrases.yaml")

    assert problems == ()
    assert phrases is not None


def test_the_packaged_copy_is_the_shipped_file() -> None:
    assert PACKAGED.read_bytes() == SHIPPED.read_bytes()
    assert list(unheard(fallback_phrases())) == []


def with_rule(lines: str) -> str:
    return SHIPPED.read_text("utf-8").replace("rules:\n", f"rules:\n{lines}", 1)


def test_a_practice_may_add_a_phrase() -> None:
    phrases, problems = load_phrases(with_rule("  - {id: splat, concept: fall, hear: [went splat]}\n"))

    assert problems == ()
    assert phrases is not None
    assert [flag.rule for flag in screen("i went splat", phrases).flags] == ["splat"]


def test_a_phrase_of_the_package_that_is_left_out_is_said_loudly() -> None:
    text = SHIPPED.read_text("utf-8")
    shorter = "\n".join(line for line in text.splitlines() if "- $bumps" not in line)

    phrases, problems = load_phrases(shorter)

    assert phrases is not None
    assert [problem.is_warning for problem in problems] == [True]
    assert "allergic_reaction" in problems[0].sentence
    assert "bumps-and-pill" in problems[0].sentence


def test_a_saying_of_a_practice_hides_nothing_of_an_emergency() -> None:
    text = SHIPPED.read_text("utf-8") + "harmless:\n  - numb between\n  - my nose bleeds\n"

    phrases, problems = load_phrases(text)

    assert problems == ()
    assert phrases is not None
    assert {flag.concern.concept for flag in screen("numb between my legs", phrases).flags} == {"cauda_equina"}


BAD = [
    ("version: [1\n", 2, "missing"),
    ("- fell\n- slipped\n", 1, "group with version"),
    ("version: '1'\nrules:\n  - id: x\n    concept: gout\n    hear: [toe]\n", 4, "gout"),
    ("version: '1'\nrules:\n  - id: x\n    concept: fall\n    hear:\n      - fell\n      - $nowhere\n", 7, "nowhere"),
    ("version: '1'\nharmless:\n  - a ~80 b\n", 3, "too wide"),
    ("version: '1'\nclasses:\n  fun: haha\n  no: nope\n", 4, "belongs to the program"),
    ("version: '1'\nrules: fell\n", 2, "list"),
]


@pytest.mark.parametrize(("text", "line", "words"), BAD)
def test_a_bad_file_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    phrases, problems = load_phrases(text, "phrases.yaml")

    assert phrases is None
    assert any(problem.line == line and words in problem.sentence for problem in problems), problems


REFUSED = [
    ("harmless:\n  - i fell\n", '"I fell" as fall'),
    ("intents:\n  robot:\n    - cant pee\n", '"I cant pee" for robot'),
    ("opt_out:\n  - i fell\n", '"I fell" for a wish for no more texts'),
    ("not_opt_out:\n  - texting me\n", '"please stop texting me"'),
    ("spelling:\n  fine: numb\n", "'spelling' cannot be set here"),
    ("untouched: nummb\n", "'untouched' cannot be set here"),
]


@pytest.mark.parametrize(("lines", "words"), REFUSED)
def test_a_file_that_would_mute_or_misread_a_plain_emergency_is_refused(lines: str, words: str) -> None:
    phrases, problems = load_phrases(SHIPPED.read_text("utf-8") + lines, "phrases.yaml")

    assert phrases is None
    assert any(words in problem.sentence for problem in problems), problems
