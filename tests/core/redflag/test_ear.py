"""The trained ear: it adds what the phrases leave unheard, and never takes a rule's finding away."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.redflag.features import features, words_of
from bot.core.redflag.screen import screen
from bot.core.redflag.tokens import read
from bot.core.redflag.weights import packed, unpacked
from bot.flowfile.ear import learnt, packaged_ear, packaged_senses
from bot.flowfile.phrases import fallback_phrases
from tests.core.redflag.train import Example, train

TRAINING = Path(__file__).parent / "data" / "training"
EAR = Path(__file__).parents[3] / "bot" / "flowfile" / "listening" / "ear.json"
PHRASES = fallback_phrases()
DEAF = replace(PHRASES, ear=None)

TEXTS = st.lists(
    st.sampled_from("no i cant feel pee my leg is numb , . ? fever 101.8 7 sin sentir pierna".split()), min_size=1
)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("every breath is a negotiation and the stairs are winning", "pe"),
        ("me siento y es como si la silla no estuviera, de la cintura para abajo nada", "cauda_equina"),
    ],
)
def test_a_red_flag_in_words_that_no_phrase_has_is_heard(text: str, concept: str) -> None:
    assert concept in {flag.concern.concept for flag in screen(text, PHRASES).flags}


def test_it_says_that_it_was_the_ear_and_in_which_words() -> None:
    text = "every breath is a negotiation and the stairs are winning"
    without = screen(text, DEAF).flags
    (flag,) = [flag for flag in screen(text, PHRASES).flags if flag.rule == "ear"]

    assert not without
    assert flag.quote
    assert flag.quote in text
    assert flag.version == packaged_ear().version
    assert "no phrase for it" in flag.denial


@given(words=TEXTS)
def test_a_rule_s_finding_stands_whatever_the_ear_says(words: list[str]) -> None:
    text = " ".join(words)
    ruled = {flag.concern.concept for flag in screen(text, DEAF).flags if not flag.is_hint}

    assert ruled <= {flag.concern.concept for flag in screen(text, PHRASES).flags}


@given(words=TEXTS)
def test_an_emergency_that_was_only_hinted_at_is_looked_at_by_staff_the_same_day(words: list[str]) -> None:
    text = " ".join(words)
    hinted = {flag.concern.concept for flag in screen(text, DEAF).flags if flag.concern.is_grave}
    heard = screen(text, PHRASES)

    assert hinted <= {flag.concern.concept for flag in (*heard.flags, *heard.review)}


@pytest.mark.parametrize("text", ["9", "left side", "no", "peor", "pierna izquierda", "si", "100"])
def test_the_ear_alone_makes_nothing_of_a_word_or_two(text: str) -> None:
    assert screen(text, PHRASES).flags == ()


@given(words=TEXTS)
def test_the_ear_looks_up_just_what_it_was_trained_on(words: list[str]) -> None:
    taken, _ = words_of(read(" ".join(words), PHRASES.spelling))
    ear = packaged_ear()
    by_training = sum(ear.weight(feature) for feature in features(taken, packaged_senses()))

    assert ear.total(taken) == by_training


@given(st.tuples(st.integers(-(10**6), 10**6), st.integers(0, 10**6)))
def test_a_weight_holds_two_numbers(numbers: tuple[int, int]) -> None:
    assert unpacked(packed(*numbers)) == numbers


def test_training_gives_the_same_ear_every_time() -> None:
    rows = [json.loads(line) for line in (TRAINING / "en_a.jsonl").read_text("utf-8").splitlines()[:200]]
    taught = [Example(row["text"], tuple(row["labels"]), row["severity"]) for row in rows]
    once, again = (train(taught, PHRASES.spelling, packaged_senses(), say=lambda _: None) for _ in range(2))

    assert once == again
    assert learnt(json.dumps({"version": "test", **once})).names


def test_the_senses_are_written_as_the_screen_reads_them() -> None:
    spelled = {word: read(word, PHRASES.spelling).words for word in packaged_senses().words}

    assert [word for word, words in spelled.items() if words != [word]] == []
