"""Which numbers in a text are a feverish body temperature, in either scale and however they were typed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bot.core.redflag.context import Scene
from bot.core.redflag.matching import Match

FEVER_F = (101.0, 109.9)
FEVER_C = (38.3, 43.0)
"""The labelling guide's line; what lies between 100.4 F and this is the practice's own rule."""
NEAR = 9
MOST_READINGS = 24
"""How many numbers of one text are looked at."""


def fevers(scene: Scene) -> Iterator[Match]:
    for place, value in islice(_readings(scene), MOST_READINGS):
        if _is_fever(value):
            word = scene.words[place]
            if word[0].isdigit() and _is_body_heat(scene, place, value):
                yield Match(place, place + 1)
    yield from _spelled(scene)


def _readings(scene: Scene) -> Iterator[tuple[int, float]]:
    """Numbers from 38 on with their places; "1015" and "385" near words of temperature have lost their point."""
    count = len(scene.words)
    for place, value in enumerate(scene.reading.values):
        if value is None or value < FEVER_C[0]:
            continue
        lost = scene.words[place].isdigit() and (1010 <= value <= 1069 or 383 <= value <= 419)
        if lost and scene.within("temp_word", max(0, place - NEAR), min(place + NEAR, count)):
            yield place, value / 10
        else:
            yield place, value


def _is_body_heat(scene: Scene, place: int, value: float) -> bool:
    sentence = scene.reading.sentence_of(place)
    before, after = max(sentence.first, place - 1), min(place + 2, len(scene.words))
    if scene.within("not_temp_before", before, place) or scene.within("counted", place + 1, after):
        return False
    if scene.within("hot_place", 0, len(scene.words)) and not scene.within("temp_word", sentence.first, sentence.after):
        return False
    if scene.within("temp_unit", place + 1, after):
        return True
    near = scene.within("temp_word", max(0, place - NEAR), min(place + NEAR + 1, len(scene.words)))
    return near or _bare(scene, place, value)


def _bare(scene: Scene, place: int, value: float) -> bool:
    """ "101.8" alone, or standing by itself with a decimal: nothing else is counted so."""
    word = scene.words[place]
    decimal = "." in word or "," in word
    if len(scene.words) == 1:
        return decimal or value >= FEVER_F[0]
    first = place == scene.reading.sentence_of(place).first
    if first and FEVER_F[0] <= value <= 106 and scene.within("temp_time", place + 1, min(place + 2, len(scene.words))):
        return True
    if decimal and value <= FEVER_C[1] and (first or scene.within("has_reading", max(0, place - 1), place)):
        return True
    following = scene.reading.values[place + 1] if place + 1 < len(scene.words) else None
    if value >= FEVER_F[0] and following is not None and 0 <= following - value <= 2 and word.isdigit():
        return True
    return decimal and value >= FEVER_F[0] and len(word.replace(",", ".").partition(".")[2]) == 1


ZERO = frozenset({"oh", "o", "zero", "cero", "0"})
HUNDRED = frozenset({"hundred", "ciento", "cien"})
TENS_C = {"treinta": 30.0, "thirty": 30.0, "cuarenta": 40.0, "forty": 40.0, "38": 38.0, "39": 39.0}
JOINING = frozenset({"and", "y", "point", "punto", "con"})
HALF = frozenset({"medio", "media", "half"})


def _spelled(scene: Scene) -> Iterator[Match]:
    """ "a hundred and two point five", "treinta y nueve", "38 y medio"."""
    for place, word in enumerate(scene.words):
        first = place + 1
        base = 100.0 if word in HUNDRED else TENS_C.get(word, 0.0)
        if word in {"one", "uno", "1"} and scene.words[first : first + 1] and scene.words[first] in ZERO:
            base, first = 100.0, first + 1  # "one oh two"
        if base:
            value, after = _spelled_out(scene, base, first)
            if after > first and _is_fever(value) and _near_temperature(scene, place, after):
                yield Match(place, after)


def _spelled_out(scene: Scene, value: float, after: int) -> tuple[float, int]:
    """Adds what follows a "hundred" or a "treinta": "and two", "point five", "y medio"."""
    for scale in (1.0, 0.1):
        rest = after + (scene.words[after : after + 1] != [] and scene.words[after] in JOINING)
        digit = scene.reading.values[rest] if rest < len(scene.words) else None
        if rest < len(scene.words) and scene.words[rest] in HALF:
            return value + 0.5, rest + 1
        if digit is None or digit >= 10 or digit != int(digit) or (scale < 1 and rest == after):
            continue
        value, after = value + digit * scale, rest + 1
    return value, after


def _is_fever(value: float) -> bool:
    return FEVER_F[0] <= value <= FEVER_F[1] or FEVER_C[0] <= value <= FEVER_C[1]


def _near_temperature(scene: Scene, place: int, after: int) -> bool:
    return (
        scene.within("temp_word", max(0, place - NEAR), min(after + NEAR, len(scene.words)))
        or scene.within("temp_unit", after, min(after + 1, len(scene.words)))
        or scene.words[after - 1] in HALF
    )
