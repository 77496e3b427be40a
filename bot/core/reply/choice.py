"""One of several options: by its place ("2", "la segunda"), by its name or label, or by other words for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from bot.core.flow import Chosen, Option, Question, Unclear
from bot.core.reply.numerals import SMALL
from bot.core.reply.shape import is_negative
from bot.core.text import normalise

SHORTEST_BEGINNING = 3
"""Letters of a label that are enough to mean it, if no other begins so."""

NO_SUCH = ""
"""Stands for a place beyond the last option."""

Phrase = tuple[str, ...]
Index = Mapping[Phrase, set[str]]

_WORD = re.compile(r"[^\W_]+")
_ORDINALS = (
    "first 1st primero primera 1ra 1ro|second 2nd segundo segunda 2da 2do|third 3rd tercero tercera 3ra 3ro"
    "|fourth 4th cuarto cuarta 4ta 4to|fifth 5th quinto quinta 5ta 5to|sixth 6th sexto sexta 6ta 6to"
)
_PLACES: Mapping[str, int] = {
    **{word: int(value) for word, value in SMALL.items()},
    **{str(place): place for place in range(1, 21)},
    **{word: place for place, words in enumerate(_ORDINALS.split("|"), start=1) for word in words.split()},
}
_ORDINAL_WORDS = frozenset(_ORDINALS.replace("|", " ").split())
_NOISE = """
    the a an el la los las un una option opcion choice number numero num answer respuesta is its it im i am id say
    would pick choose my mi es esta estoy elijo escojo por favor please thanks thank you gracias feel feeling feels
    me siento today hoy now ahora think guess creo que ok okay lol hi hello hola pues well just about or and o u y
    """
_NOTHING_SAID = frozenset(_NOISE.split())


def choice(question: Question, plain: str) -> Chosen | Unclear:
    words = _words(plain)
    index = _index(question.options)
    found = _whole(index, words) or _beside_others(question.options, index, words, plain)
    if len(found) == 1 and NO_SUCH not in found:
        return Chosen(*found)
    return Unclear("two different answers" if len(found) > 1 else "none of the options")


def _index(options: tuple[Option, ...]) -> Index:
    """The options by phrase; two options may share one, which then decides nothing."""
    index: dict[Phrase, set[str]] = {}
    for option in options:
        for phrase in _phrases(option):
            index.setdefault(phrase, set()).add(option.name)
    return index


def _whole(index: Index, words: Phrase) -> set[str]:
    """Options of which the whole reply is a phrase, or else the beginning of one."""
    if words in index:
        return set(index[words])
    typed = " ".join(words)
    if len(typed) < SHORTEST_BEGINNING or words[0] in _PLACES or _NOTHING_SAID.issuperset(words):
        return set()
    return {name for phrase, names in index.items() if " ".join(phrase).startswith(typed) for name in names}


def _beside_others(options: tuple[Option, ...], index: Index, words: Phrase, plain: str) -> set[str]:
    """Options named by phrase or by place among words that say nothing; any other word, and none is certain."""
    named, rest = _named(index, words)
    if _ORDINAL_WORDS & set(rest):
        rest = [word for word in rest if word not in {"one", "uno"}]
    places = [word for word in rest if word in _PLACES]
    if is_negative(plain) or not _NOTHING_SAID.issuperset(set(rest) - set(places)):
        return set()
    return named.union(*(_at(options, index, word) for word in places))


def _named(index: Index, words: Phrase) -> tuple[set[str], list[str]]:
    """What is named, the longest phrase first, and the words that are left over."""
    named: set[str] = set()
    rest: list[str] = []
    longest = max(map(len, index), default=0)
    place = 0
    while place < len(words):
        ends = range(min(place + longest, len(words)), place, -1)
        end = next((end for end in ends if words[place:end] in index), None)
        if end is None:
            rest.append(words[place])
        else:
            named |= index[words[place:end]]
        place = end or place + 1
    return named, rest


def _at(options: tuple[Option, ...], index: Index, word: str) -> set[str]:
    """The option at that place, and any that has the number in its words: "2" may mean "2 pills"."""
    place = _PLACES[word]
    at = options[place - 1].name if 0 < place <= len(options) else NO_SUCH
    return {at, *(name for phrase, names in index.items() if str(place) in phrase for name in names)}


def _phrases(option: Option) -> list[Phrase]:
    spoken = [option.name, *option.label.values(), *(also for words in option.also.values() for also in words)]
    return [phrase for phrase in map(_phrase, spoken) if phrase]


@lru_cache(maxsize=4096)
def _phrase(spoken: str) -> Phrase:
    return _words(normalise(spoken))


def _words(plain: str) -> Phrase:
    return tuple(_WORD.findall(plain.replace("'", "")))
