"""How many, how much or how long, in the question's unit: "2 pills", "un par", "90 min", "ayer"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from bot.core.flow import Number, Question, Unclear
from bot.core.reply.numerals import Item, items
from bot.core.reply.shape import BASE, NOISE, Shape, is_negative, meant, read, settle, unclear, within
from bot.core.reply.units import Unit, unit_of

_NOISE = """
    ago hace took take taken had did do tome tomado he ate drank walked camine slept dormi went fui for during
    durante total
    """
_WORDS = {**BASE, **dict.fromkeys(_NOISE.split(), NOISE)}
_PAIRS: Mapping[str, float] = {"couple": 2.0, "par": 2.0}
_DAYS_AGO: Mapping[str, float] = {
    "today": 0.0,
    "hoy": 0.0,
    "yesterday": 1.0,
    "ayer": 1.0,
    "antier": 2.0,
    "anteayer": 2.0,
}

_DAY_PHRASES: Mapping[str, str] = {
    "this morning": "today",
    "esta manana": "hoy",
    "day before yesterday": "antier",
    "antes de ayer": "antier",
}
_DAY_PHRASE = re.compile("|".join(_DAY_PHRASES))

_A_UNIT = re.compile(r"(?<![#h])a(?=u)")
_A_HALF = re.compile(r"^h(?:a(?=u)|(?=u|$))")
_NONE = (
    "(?:i took |took |i had |i have |tome |he tomado |no )?"
    "(?:none|nothing|not any|ninguna|ninguno|nada|no he tomado(?: ninguna| nada)?|no tome(?: ninguna| nada)?"
    "|(?:i )?(?:didnt|did not) (?:take|need|have) any|(?:i )?(?:havent|have not) (?:taken|needed|had) any"
    "|(?:no|none|ninguna|ningun|not any) (?:UNIT))"
    "(?: at all| so far| now| today| hoy| thanks| thank you| gracias)*"
)
_MARKS = str.maketrans("", "", ".,!'")


def amount(question: Question, plain: str) -> Number | Unclear:
    unit = unit_of(question.unit)
    if question.low <= 0 <= question.high and _says_none(question.unit, plain):
        return Number(0.0)
    if is_negative(plain):
        return Unclear("a number that may mean something else")
    found = _counted(items(_DAY_PHRASE.sub(_day, plain) if unit.is_days else plain), unit)
    shape = read(found, _words_with(question.unit))
    worth = [unit.worth[item] for item in found if isinstance(item, str) and item in unit.worth]
    value = _value(_whole(shape, question), worth)
    if value is None:
        return unclear(shape)
    return Number(value) if within(question, value) else Unclear("out of range")


@lru_cache(maxsize=256)
def _words_with(name: str) -> Mapping[str, str]:
    return {**_WORDS, **dict.fromkeys(unit_of(name).worth, "u")}


@lru_cache(maxsize=256)
def _none_of(name: str) -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(unit_of(name).own))) or "of it"
    return re.compile(_NONE.replace("UNIT", words))


def _says_none(name: str, plain: str) -> bool:
    """Of days, "none" may be "not for days": no number at all."""
    if unit_of(name).is_days:
        return False
    return _none_of(name).fullmatch(plain.translate(_MARKS).strip()) is not None


def _day(phrase: re.Match[str]) -> str:
    return _DAY_PHRASES[phrase[0]]


def _counted(found: list[Item], unit: Unit) -> list[Item]:
    """Words that are numbers here only: a couple; "una" by itself; and for days, today and yesterday."""
    if found == ["una"]:
        return [1.0]
    also = {**_PAIRS, **_DAYS_AGO} if unit.is_days else _PAIRS
    return [also.get(item, item) if isinstance(item, str) else item for item in found]


def _whole(shape: Shape, question: Question) -> Shape:
    """ "A pill" is one, "half an hour" a half."""
    for pattern, value in ((_A_UNIT, 1.0), (_A_HALF, 0.5)):
        match = pattern.search(shape.letters)
        if match:
            shape = shape.join(match, value)
    return settle(shape, question.worse)


def _value(shape: Shape, worth: list[float]) -> float | None:
    letters, values = shape.letters.strip("c"), shape.values
    match letters:
        case "#u":
            return _rounded(values[0] * worth[0])
        case "#u&h" | "u&h":
            return _rounded(((values or (1.0,))[0] + 0.5) * worth[0])
        case "#u#u" | "#u&#u" if worth[0] > worth[1] and values[1] * worth[1] < worth[0]:
            return _rounded(values[0] * worth[0] + values[1] * worth[1])
    if any(size != 1 for size in worth):
        return None
    return meant(Shape(shape.letters.replace("u", ""), values))


def _rounded(value: float) -> float:
    return round(value, 4)
