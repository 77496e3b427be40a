"""Which numbers are a feverish body temperature."""

from __future__ import annotations

import pytest

from bot.core.redflag.screen import screen
from tests.core.redflag.evaluate import shipped_phrases

PHRASES = shipped_phrases()

FEVERS = [
    "101.8",
    "101,3 took tylenol",
    "temp 101",
    "fever of 102",
    "102F",
    "101 point 4 fever",
    "101..4 temp",
    "temp 1015 this morning",
    "temp one oh two point four",
    "fever of one hundred two",
    "38½ de fiebre",
    "39 y medio de calentura",
    "101.8 under the arm",
    "temperatura １０２",
    "102 degrees and shaking",
    "101.3°F",
    "38.5c",
    "38,5 C",
    "38.9",
    "38.3º",
    "39 de calentura",
    "tengo 39 de temperatura",
    "38 y medio de temperatura desde anoche",
    "1o2.2 and shivvering",
    "a hundred and two point five on the thermometer",
    "my temp is one hundred and two",
    "treinta y nueve de fiebre",
    "ciento dos de temperatura",
    "It's been hovering around 101-102 all day",
    "hows 38.7 in american? thats what the thermometer says",
]


@pytest.mark.parametrize("text", FEVERS)
def test_a_fever_in_any_form_is_heard(text: str) -> None:
    assert "infection" in {concern.concept for concern in screen(text, PHRASES).concerns}


NOT_FEVERS = [
    "98.6",
    "99.1",
    "temp 100.4",
    "temperature 37.9",
    "38.2",
    "36.8 C",
    "101 fwy was a mess",
    "room 102 right?",
    "its 103 degrees in phoenix so im walking in the mall",
    "the baby has a temp of 101.5 so cant make it",
    "copay 38.50 is that right",
    "bp 102/68 pulse 74",
    "walked 1020 steps",
    "tengo 39 años",
    "psalm 103 got me through",
    "weigh 102 kilos now",
    "estamos a 40 grados en Monterrey, qué calor",
    "sugar was 103 this morning",
    "what temp counts as a fever, 101 or 102?",
]


@pytest.mark.parametrize("text", NOT_FEVERS)
def test_other_numbers_are_no_fever(text: str) -> None:
    assert screen(text, PHRASES).flags == ()
