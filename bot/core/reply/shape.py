"""The shape of a reply with numbers in it: one letter for each thing said, so that patterns can be read off."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.flow import Question, Unclear, Worse
from bot.core.reply.numerals import Item

NOISE, UNKNOWN = "", "?"

_LETTERS = {
    "r": "to or o u al hasta through thru",
    "a": "a an un una",  # an article, or Spanish "to"
    "b": "between entre",
    "&": "and y &",
    "x": "not isnt aint",
    "X": "no",  # "not that", or "no, but this": cannot be known
    "p": "was were yesterday before earlier ayer antes era fue estaba anoche",
    "c": "now today currently ahora hoy ahorita actualmente",
    "m": "meant mean digo",
    "d": "of de",
    "D": "out outta over sobre",
    "h": "half medio media",
    "+": "+ more above least mas",
    "-": "- ~",
    "/": "/",
}
_NOISE = """
    the its it is im i my at about around like maybe think guess say would id only just still so roughly almost
    approximately approx aprox nearly close probably prob near ish lol haha jaja sorry oops oh um uh well hmm ok okay
    please thanks thank you gracias por favor hi hello hey hola buenos dias buenas tardes noches good morning
    afternoon evening es esta estoy en como mi el la los las que creo diria tengo me casi solo todavia nomas cerca
    pues bueno perdon yes si yeah very really right this im have got but pero sino rather instead number numero
    """
BASE: Mapping[str, str] = {
    **dict.fromkeys(_NOISE.split(), NOISE),
    **{word: letter for letter, words in _LETTERS.items() for word in words.split()},
}

# Words that together say something else than each alone; "the other day" and the like stay unknown.
_PHRASES: Mapping[tuple[str, ...], str] = {
    ("no", "es"): "x",
    ("no", "era"): "x",
    ("mas", "o", "menos"): NOISE,
    ("more", "or", "less"): NOISE,
    ("more", "like"): NOISE,
    ("mas", "bien"): NOISE,
    ("quise", "decir"): "m",
    ("this", "morning"): NOISE,
    ("esta", "manana"): NOISE,
    ("in", "the", "morning"): UNKNOWN,
    ("in", "the", "evening"): UNKNOWN,
    ("last", "night"): "p",
    ("al", "menos"): "+",
    ("right", "now"): "c",
}
_OPENING = {phrase[0] for phrase in _PHRASES}
_SILENT = frozenset(".,!;:?¡¿*()[]\"'=_#…|•")

_NEGATIVE = re.compile(r"(?<![0-9])(?<![0-9] )-\.?[0-9]")
_RANGE = re.compile(r"b#&a?#|b?#[-ra]+#")
_AND_A_HALF = re.compile(r"#&a?h")
_IDLE = str.maketrans("", "", "ad-")

# Which of the numbers is meant, 0 the first and -1 the last, for each way of saying more than one.
_MEANT = (
    (re.compile(r"c?#c?"), 0),
    (re.compile(r"#?mc?#c?"), -1),
    (re.compile(r"(?:x#)+c?#c?"), -1),
    (re.compile(r"c?#c?(?:x#)+"), 0),
    (re.compile(r"(?:p#p?|#p)(?:c#|#c)|p##c"), -1),
    (re.compile(r"(?:c#|#c)(?:p#p?|#p)"), 0),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """`letters` holds one # for each of `values`, in order."""

    letters: str
    values: tuple[float, ...]

    def join(self, match: re.Match[str], value: float) -> Shape:
        """The numbers in `match` give way to the one `value`."""
        before, after = self.letters[: match.start()], self.letters[match.end() :]
        first = before.count("#")
        rest = self.values[first + match[0].count("#") :]
        return Shape(f"{before}#{after}", (*self.values[:first], value, *rest))

    def between(self, match: re.Match[str]) -> tuple[float, ...]:
        """The numbers that `match` takes in."""
        first = self.letters[: match.start()].count("#")
        return self.values[first : first + match[0].count("#")]


def read(found: list[Item], words: Mapping[str, str]) -> Shape:
    letters: list[str] = []
    place = 0
    while place < len(found):
        letter, length = _letter(found, place, words)
        letters.append(letter)
        place += length
    return Shape("".join(letters), tuple(item for item in found if isinstance(item, float)))


def _letter(found: list[Item], place: int, words: Mapping[str, str]) -> tuple[str, int]:
    item = found[place]
    if isinstance(item, float):
        return "#", 1
    if item in _OPENING:
        for length in (3, 2):
            letter = _PHRASES.get(tuple(map(str, found[place : place + length])))
            if letter is not None:
                return letter, length
    letter = words.get(item)
    return (_mark(item) if letter is None else letter), 1


def _mark(item: str) -> str:
    return NOISE if item in _SILENT or (item != "°" and unicodedata.category(item[0]) == "So") else UNKNOWN


def settle(shape: Shape, worse: Worse) -> Shape:
    """Halves added, of each range the worse end kept, articles and dashes dropped."""
    shape = fold(shape, _AND_A_HALF, lambda values: values[0] + 0.5)
    shape = fold(shape, _RANGE, max if worse is Worse.HIGH else min)
    return Shape(shape.letters.translate(_IDLE), shape.values)


def fold(shape: Shape, pattern: re.Pattern[str], value: Callable[[tuple[float, ...]], float]) -> Shape:
    """Every match of `pattern`, from left to right, made one number."""
    match = pattern.search(shape.letters)
    while match:
        shape = shape.join(match, value(shape.between(match)))
        match = pattern.search(shape.letters, match.start() + 1)
    return shape


def meant(shape: Shape) -> float | None:
    """The one number that is said of now, corrections and the past put aside; None when that is not plain."""
    for pattern, which in _MEANT:
        if pattern.fullmatch(shape.letters):
            return shape.values[which]
    return None


def is_negative(plain: str) -> bool:
    return _NEGATIVE.search(plain) is not None


def unclear(shape: Shape) -> Unclear:
    many = {0: "no number in it", 1: "a number that may mean something else"}
    return Unclear(many.get(shape.letters.count("#"), "two different numbers"))


def within(question: Question, value: float) -> bool:
    return question.low <= value <= question.high
