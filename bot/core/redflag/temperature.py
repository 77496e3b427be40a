"""Which numbers in a text are a feverish body temperature, in either scale and however they were typed."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.redflag.context import Scene
from bot.core.redflag.matching import Match

FEVER_F = (101.0, 109.9)
FEVER_C = (38.3, 43.0)
"""The labelling guide's line; what lies between 100.4 F and this is the practice's own rule."""
NEAR = 9


def fevers(scene: Scene) -> Iterator[Match]:
    for place, value in enumerate(scene.reading.values):
        if value is not None and (FEVER_F[0] <= value <= FEVER_F[1] or FEVER_C[0] <= value <= FEVER_C[1]):
            word = scene.words[place]
            if word[0].isdigit() and _is_body_heat(scene, place, value):
                yield Match(place, place + 1)
    yield from _spelled(scene)


def _is_body_heat(scene: Scene, place: int, value: float) -> bool:
    sentence = scene.reading.sentence_of(place)
    before = max(sentence.first, place - 1)
    if scene.within("not_temp_before", before, place) or scene.within("counted", place + 1, min(place + 2, len(scene.words))):
        return False
    if scene.within("hot_place", 0, len(scene.words)) and not scene.within("temp_word", sentence.first, sentence.after):
        return False
    if scene.within("temp_unit", place + 1, min(place + 2, len(scene.words))):
        return True
    near = scene.within("temp_word", max(0, place - NEAR), min(place + NEAR + 1, len(scene.words)))
    return near or _bare(scene, place, value)


def _bare(scene: Scene, place: int, value: float) -> bool:
    """ "101.8" alone, or standing by itself with a decimal: nothing else is counted so."""
    word = scene.words[place]
    decimal = "." in word or "," in word
    if len(scene.words) == 1:
        return decimal or value >= FEVER_F[0]
    return decimal and value >= FEVER_F[0] and len(word.replace(",", ".").partition(".")[2]) == 1


HUNDRED = frozenset({"hundred", "ciento", "cien"})
TENS_C = {"treinta": 30.0, "thirty": 30.0, "cuarenta": 40.0, "forty": 40.0}


def _spelled(scene: Scene) -> Iterator[Match]:
    """ "a hundred and two point five", "treinta y nueve", "38 y medio"."""
    words, values = scene.words, scene.reading.values
    for place, word in enumerate(words):
        after = place + 1
        base = 100.0 if word in HUNDRED else TENS_C.get(word, 0.0)
        if not base and word in {"38", "39"} and words[after : after + 2] in (["y", "medio"], ["and", "half"]):
            yield Match(place, after + 2)
        if not base:
            continue
        if after < len(words) and words[after] in {"and", "y"}:
            after += 1
        unit = values[after] if after < len(words) else None
        if unit is None or unit >= 10 or unit != int(unit):
            unit = 0.0
        else:
            after += 1
        if after < len(words) and words[after] in {"point", "punto", "y", "con"} and _half(words[after + 1 : after + 2]):
            unit += 0.5
            after += 2
        value = base + unit
        fever = FEVER_F[0] <= value <= FEVER_F[1] or FEVER_C[0] <= value <= FEVER_C[1]
        near = scene.within("temp_word", max(0, place - NEAR), min(after + NEAR, len(words)))
        if fever and (near or scene.within("temp_unit", after, min(after + 1, len(words)))):
            yield Match(place, after)


def _half(words: list[str]) -> bool:
    return bool(words) and (words[0] in {"medio", "media", "half"} or words[0] in {"five", "cinco", "5"})
