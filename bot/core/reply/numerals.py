"""Numbers as people write them: 7, 7.5, 38,5, siete, ninety-nine point five, treinta y ocho y medio."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Item = float | str
"""A number, or a word or mark that is none."""

_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
)
# "Once" is left out: eleven in Spanish, one time in English.
_NOMBRES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez - doce trece catorce quince dieciseis"
    " diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco"
    " veintiseis veintisiete veintiocho veintinueve"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_DECENAS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"

SMALL: Mapping[str, float] = {
    word: float(value) for names in (_NAMES, _NOMBRES) for value, word in enumerate(names.split()) if word != "-"
}
_ROUND: Mapping[str, float] = {
    "twenty": 20.0,
    **{word: 10.0 * ten for names in (_TENS, _DECENAS) for ten, word in enumerate(names.split(), start=3)},
}
_HUNDREDS = frozenset({"hundred", "cien", "ciento"})
_POINTS = frozenset({"point", "punto", "coma"})
_NUMBER_WORDS = {**SMALL, **_ROUND}

UNREADABLE = "<?>"
"""Stands for digits that could be two numbers: "07", "1,000"."""

_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)?(?![0-9:])|[0-9][0-9:]*|[^\W\d_]+|\S")
_LEADING_POINT = re.compile(r"(?<!\S)\.(?=[0-9])")
_AND_A_HALF = re.compile(r"(?<=[0-9]) 1/2(?![0-9/])")


def items(plain: str) -> list[Item]:
    """The reply as numbers, words and marks, in order."""
    plain = _AND_A_HALF.sub(".5", _LEADING_POINT.sub("0.", plain.replace("'", "")))
    tokens = _TOKEN.findall(plain)
    if any(token in _NUMBER_WORDS or token in _HUNDREDS for token in tokens):
        return list(_spoken(tokens))
    return [_digits(token) for token in tokens]


def _spoken(tokens: list[str]) -> Iterator[Item]:
    place = 0
    while place < len(tokens):
        value, length = _number(tokens[place:])
        yield _digits(tokens[place]) if value is None else value
        place += length


def _number(rest: list[str]) -> tuple[float | None, int]:
    """The number that these tokens begin with, and how many of them it takes; None: they begin with another."""
    value, length = _whole(rest)
    if value is not None and len(rest) > length + 1 and rest[length] in _POINTS:
        fraction = _single_digit(rest[length + 1])
        if fraction is not None:
            return value + fraction / 10, length + 2
    return value, length


def _whole(rest: list[str]) -> tuple[float | None, int]:
    opening = 2 if rest[0] in {"a", "one"} and rest[1:2] == ["hundred"] else 1
    if rest[opening - 1] not in _HUNDREDS:
        return _below_hundred(rest)
    joined = opening + (rest[opening : opening + 1] == ["and"])
    more, length = _below_hundred(rest[joined:])
    return (100.0, opening) if more is None else (100 + more, joined + length)


def _below_hundred(rest: list[str]) -> tuple[float | None, int]:
    if not rest:
        return None, 1
    if rest[0] not in _ROUND:
        return SMALL.get(rest[0]), 1
    joined = 1 + (rest[1:2] in (["-"], ["y"]))
    unit = SMALL.get(rest[joined], 0) if len(rest) > joined else 0
    return (_ROUND[rest[0]] + unit, joined + 1) if 0 < unit < 10 else (_ROUND[rest[0]], 1)


def _single_digit(token: str) -> float | None:
    value = float(token) if token.isdecimal() else SMALL.get(token)
    return value if value is not None and value < 10 else None


def _digits(token: str) -> Item:
    if not token[0].isdecimal():
        return token
    whole, mark, fraction = token.replace(",", ".").partition(".")
    doubtful = ":" in token or len(fraction) == 3 or (len(whole) > 1 and whole[0] == "0")
    return UNREADABLE if doubtful else float(f"{whole}{mark}{fraction}")
