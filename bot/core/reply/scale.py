"""A number on a scale such as 0 to 10: "7/10", "like a 6", "8 or 9", "was 8 now 5", "sin dolor"."""

from __future__ import annotations

import re

from bot.core.flow import Number, Question, Unclear, Worse
from bot.core.reply.numerals import items
from bot.core.reply.shape import BASE, NOISE, Shape, is_negative, meant, read, settle, unclear, within

_NOISE = """
    pain dolor level nivel score rate rating hurts hurting hurt duele ouch ow solid strong constant bad feel feels
    feeling when walk walking move moving sit sitting stand standing lying laying rest
    resting cuando camino muevo sentado sentada acostado acostada
    """
_PLACES = "back espalda leg pierna foot pie hip cadera neck cuello"
_WORDS = {**BASE, **dict.fromkeys(_NOISE.split(), NOISE), **dict.fromkeys(_PLACES.split(), "B")}

# "Back 7" is a score; "one leg hurts" is none.
_PLACE_FIRST = re.compile(r"^([^#]*?)B")

_OF_THE_SCALE = re.compile(
    r"(?:(?:on|from|in|en|de) )?(?:(?:a|the|una|la) )?(?:(?:scale|escala) (?:of|from|de|del) )"
    r"[0-9]+ ?(?:to|-|a|al) ?[0-9]+"
)
_OUT_OF = re.compile(r"#(?:/|d|D|Dd)a?#")
_AT_LEAST = re.compile(r"[+D]?#\+*")
# "8,9" is two answers to some and 8.9 to others; only a half is written so without doubt. And ".7" may lack a digit.
_LISTED = re.compile(r"[0-9],(?![05](?![0-9]))[0-9]|(?<!\S)\.[0-9]")
_NO_PAIN = re.compile(
    r"(?:(?:i have|im|its|i feel|feeling|there is|tengo|estoy|yes|no) )?"
    r"(?:no pain|none|nothing|nothing hurts|pain free|no hurt|it doesnt hurt|doesnt hurt|nada|nada de dolor"
    r"|ningun dolor|ninguno|sin dolor|no dolor|no tengo dolor|no tengo nada de dolor|no me duele|no me duele nada)"
    r"(?: (?:at all|now|right now|today|hoy|ahora|ahorita|en absoluto|thanks|thank you|gracias|thank god"
    r"|gracias a dios))*"
)
_MARKS = str.maketrans("", "", ".,!'")


def scale(question: Question, plain: str) -> Number | Unclear:
    if _says_none(question, plain):
        return Number(0.0)
    if is_negative(plain) or _LISTED.search(plain):
        return Unclear("a number that may mean something else")
    shape = read(items(_OF_THE_SCALE.sub(" ", plain)), _WORDS)
    shape = Shape(_PLACE_FIRST.sub(r"\1", shape.letters), shape.values)
    if _is_the_scale(question, shape):
        return Unclear("the whole scale")
    return _answer(question, settle(_without_top(question, shape), question.worse))


def _answer(question: Question, shape: Shape) -> Number | Unclear:
    value = meant(shape)
    if value is None and _AT_LEAST.fullmatch(shape.letters) and shape.values == (question.high,):
        # "10+" goes beyond the scale, and on it.
        value = question.high if question.worse is Worse.HIGH else None
    if value is None:
        return unclear(shape)
    return Number(value) if within(question, value) else Unclear("out of range")


def _says_none(question: Question, plain: str) -> bool:
    """Words for no pain are the good end only where a low number is the good one."""
    may = question.low <= 0 <= question.high and question.worse is Worse.HIGH
    return may and _NO_PAIN.fullmatch(plain.translate(_MARKS).strip()) is not None


def _is_the_scale(question: Question, shape: Shape) -> bool:
    """ "0-10" repeats the question."""
    ends = set(shape.values)
    return (
        len(shape.values) == 2
        and shape.letters in {"#-#", "#r#", "#a#", "d#a#"}
        and ends >= {question.high}
        and (min(ends) <= max(question.low, 1))
    )


def _without_top(question: Question, shape: Shape) -> Shape:
    """ "7 out of 10" is 7."""
    match = _OUT_OF.search(shape.letters)
    while match:
        value, top = shape.between(match)
        if top == question.high:
            shape = shape.join(match, value)
        match = _OUT_OF.search(shape.letters, match.start() + 1)
    return shape
