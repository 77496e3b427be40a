"""The language of phrases: what it finds, and what it refuses."""

from __future__ import annotations

import pytest

from bot.core.redflag.lexicon import LexiconBuilder
from bot.core.redflag.matching import find, lay_out
from bot.core.redflag.pattern import PatternError, parse
from bot.core.redflag.phrases import CUES, PhrasesError, compile_phrases
from bot.core.redflag.spelling import Speller
from bot.core.redflag.table import CONCEPTS
from bot.core.redflag.tokens import read

CLASSES = {"leg": "leg, legs, lower limb", "numb": "numb, dormid*, no feeling"}


def found(pattern: str, text: str) -> list[str]:
    builder = LexiconBuilder(
        spelling={"cant": "cnt, can not"}, classes=CLASSES, correctable="", untouched="", problem=lambda *_: None
    )
    parsed = parse(pattern, builder.element)
    lexicon = builder.lexicon()
    sheet = lay_out(read(text, lexicon.spelling), lexicon)
    return [text[slice(*sheet.reading.quote(match.first, match.after))] for match in find(parsed, sheet)]


FINDS = [
    ("$leg numb", "my leg numb", ["leg numb"]),
    ("$leg numb", "my lower limb numb", ["lower limb numb"]),
    ("$leg numb", "my leg is numb", []),
    ("$leg ~1 numb", "my leg is numb", ["leg is numb"]),
    ("$leg ~1 numb", "my leg. is numb", []),
    ("$leg ~3 numb", "my leg, is, numb", ["leg, is, numb"]),
    ("$leg &3 $numb", "no feeling in the leg", ["no feeling in the leg"]),
    ("$leg &3 $numb", "tengo dormidas mis legs", ["dormidas mis legs"]),
    ("$leg && $numb", "leg first. much later numb", ["leg"]),
    ("$leg && $numb", "leg only", []),
    ("cant walk|stand", "i can not stand", ["can not stand"]),
    ("cant walk|stand", "i cnt walk", ["cnt walk"]),
    ("leg very? numb", "leg very numb and leg numb", ["leg very numb", "leg numb"]),
    ("very? leg numb", "very leg numb", ["leg numb"]),
    ("4+ days", "5 days, 3 days, four days", ["5 days", "four days"]),
    ("2-3 pills", "3 pills 4 pills", ["3 pills"]),
    ("^ stop .", "STOP. please", ["STOP"]),
    ("^ stop .", "please stop now", []),
    ("lower_limb hurts", "lower limb hurts", ["lower limb hurts"]),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), FINDS)
def test_a_pattern_finds_its_words(pattern: str, text: str, expected: list[str]) -> None:
    assert found(pattern, text) == expected


REFUSED = ["$nobody", "a ~99 b", "$leg &3", "&& leg", "a? b?", "x*", "1-2-3+ $", "a &2 b &2 c &2 d"]


@pytest.mark.parametrize("pattern", REFUSED)
def test_a_pattern_that_cannot_work_is_refused_in_a_sentence(pattern: str) -> None:
    with pytest.raises(PatternError, match=r"'|gap"):
        found(pattern, "leg")


def test_a_long_hostile_text_and_pattern_stay_bounded() -> None:
    assert len(found("a ~10 a ~10 a ~10 a ~10 b", "a " * 800)) == 0


SPELLER = Speller({"numbness", "orinar", "feel"}, {"numbness", "orinar", "pantorrilla", "herida"}, {"numbers"})
SPELT = [
    ("numness", "numbness"),
    ("nubmness", "numbness"),
    ("numbnesss", "numbness"),
    ("horinar", "orinar"),
    ("pantoriya", "pantorrilla"),
    ("erida", "herida"),
    ("numbers", "numbers"),
    ("fell", "fell"),
    ("sumbness", "sumbness"),
    ("x" * 500, "x"),
]


@pytest.mark.parametrize(("typed", "meant"), SPELT)
def test_misspelt_words_come_back_to_the_words_listened_for(typed: str, meant: str) -> None:
    assert SPELLER.correct(typed) == meant


OWN = {
    "version": "1",
    "classes": {cue: f"{cue.replace('_', '')}x" for cue in CUES},
    "rules": [{"id": f"own-{concept}", "concept": concept, "hear": ["ouch"]} for concept in CONCEPTS],
}


def test_a_good_file_adds_to_the_programs_own() -> None:
    phrases = compile_phrases(
        {"version": "7", "rules": [{"id": "more", "concept": "fall", "hear": ["went splat"]}]}, OWN
    )

    assert phrases.version == "7/1"
    assert [rule.id for rule in phrases.rules][-1] == "more"


BAD = [
    ({}, (), "version"),
    ({"version": "7", "classes": {"no": "nope"}}, ("classes", "no"), "belongs to the program"),
    ({"version": "7", "rules": [{"id": "x", "concept": "gout", "hear": ["toe"]}]}, ("rules", 0, "concept"), "gout"),
    ({"version": "7", "rules": [{"id": "own-fall", "concept": "fall", "hear": ["a"]}]}, ("rules", 0), "twice"),
    ({"version": "7", "rules": [{"id": "x", "concept": "fall", "hear": ["$oops"]}]}, ("rules", 0, "hear", 0), "oops"),
    ({"version": "7", "rules": [{"id": "x", "concept": "fall", "heer": []}]}, ("rules", 0, "heer"), "heer"),
    ({"version": "7", "rules": [{"id": "x", "concept": "fall", "despite": ["rain"]}]}, ("rules", 0, "despite"), "rain"),
    ({"version": "7", "rules": ["fell"]}, ("rules", 0), "mapping"),
]


@pytest.mark.parametrize(("data", "path", "words"), BAD)
def test_a_bad_file_is_refused_where_it_is_wrong(data: dict[str, object], path: tuple[object, ...], words: str) -> None:
    with pytest.raises(PhrasesError) as caught:
        compile_phrases(data, OWN)

    assert any(at == path and words in sentence for at, sentence in caught.value.problems), caught.value.problems


def test_no_concept_may_be_left_unheard() -> None:
    with pytest.raises(PhrasesError, match="nothing is listened for as pe"):
        compile_phrases({"version": "7"}, OWN | {"rules": [r for r in OWN["rules"] if r["concept"] != "pe"]})  # type: ignore[index,attr-defined]
