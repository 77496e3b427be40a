"""phrases.yaml: the shipped file is good, the packaged copy is the same, and a bad one is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.redflag.canary import unheard
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


def test_a_file_that_mutes_a_plain_emergency_is_refused() -> None:
    text = SHIPPED.read_text("utf-8").replace("harmless:\n", "harmless:\n  - cant pee\n", 1)

    phrases, problems = load_phrases(text, "phrases.yaml")

    assert phrases is None
    assert any("I cant pee" in problem.sentence for problem in problems)
