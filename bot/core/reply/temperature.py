"""A body temperature, kept in Fahrenheit: "101.3", "38,5 C", "ciento uno", "treinta y ocho y medio"."""

from __future__ import annotations

import re

from bot.core.flow import Number, Question, Unclear
from bot.core.reply.numerals import items
from bot.core.reply.shape import BASE, NOISE, is_negative, read, settle, unclear

CELSIUS = (30.0, 45.0)
FAHRENHEIT = (90.0, 115.0)
"""What a thermometer can show of a living person; a bare number is taken for the scale it lies in."""

_NOISE = """
    temp temps temperature temperatura fever fiebre degree degrees deg degs grado grados ° was era fue says reads
    reading thermometer termometro marca marco salio took low high
    """
_WORDS = {
    **BASE,
    **dict.fromkeys(_NOISE.split(), NOISE),
    **dict.fromkeys(("f", "fahrenheit", "farenheit", "farenheight"), "F"),
    **dict.fromkeys(("c", "celsius", "celcius", "centigrade", "centigrados"), "C"),
}
# Said beside the number, which decides.
_NO_FEVER = re.compile(r"\b(?:no (?:tengo )?(?:fever|fiebre|temp|temperature|temperatura)|sin fiebre)\b")
_ONE = re.compile(r"c?#([FC]?)c?")


def temperature(question: Question, plain: str) -> Number | Unclear:
    """Two temperatures are never weighed against each other, past against present: a fever may be in either."""
    if is_negative(plain):
        return Unclear("a number that may mean something else")
    shape = settle(read(items(_NO_FEVER.sub(" ", plain)), _WORDS), question.worse)
    match = _ONE.fullmatch(shape.letters)
    if not match:
        return unclear(shape)
    value = _in_fahrenheit(shape.values[0], match[1])
    low, high = _bounds(question)
    return Unclear("out of range") if value is None or not low <= value <= high else Number(value)


def _in_fahrenheit(value: float, unit: str) -> float | None:
    if unit != "F" and CELSIUS[0] <= value <= CELSIUS[1]:
        return round(value * 1.8 + 32, 2)
    if unit != "C" and FAHRENHEIT[0] <= value <= FAHRENHEIT[1]:
        return value
    return None


def _bounds(question: Question) -> tuple[float, float]:
    """A question that sets no bounds has those of a 0-10 scale, where no temperature lies."""
    return (question.low, question.high) if question.high > CELSIUS[1] else FAHRENHEIT
