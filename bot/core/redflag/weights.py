"""What the ear has learnt, laid out by word and by meaning, so that hearing a text spells out no feature's name.

`features` says what the features of a text are; `Weights` sums the very same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bot.core.redflag.features import NEAR, in_order, together
from bot.core.redflag.scopes import SCOPES, scopes_of
from bot.core.redflag.senses import NONE, Senses

Weight = int
"""Two hundredths in one number, so that a whole text is one sum: what a feature adds in the lower HALF bits, and what
it adds to the square of the text's length above them."""
HALF = 32
Table = dict[str, Weight]


def packed(adds: int, squares: int) -> Weight:
    return (squares << HALF) + adds


def unpacked(weight: Weight) -> tuple[int, int]:
    """What it adds, and its share of the square of the length."""
    squares = (weight + (1 << HALF - 1)) >> HALF
    return weight - (squares << HALF), squares


@dataclass(slots=True)
class OfWord:
    """What a word weighs alone, with the word or the sense after it, and with the word after the next."""

    alone: Weight = 0
    following: Table = field(default_factory=dict)
    second: Table = field(default_factory=dict)


@dataclass(slots=True)
class OfMeaning:
    """What the senses of a word weigh: by what they stand under, with the word after it, and with the senses near."""

    scoped: Table = field(default_factory=dict)
    following: Table = field(default_factory=dict)
    near: Table = field(default_factory=dict)


class Weights:
    """Built once from the weight of each feature."""

    def __init__(self, learnt: Mapping[str, Weight], senses: Senses) -> None:
        self._words: dict[str, OfWord] = {}
        self._senses = {sense: _of_sense(sense, learnt, senses.names) for sense in senses.names}
        for feature, weight in learnt.items():
            self._lay_out(feature.split(" "), weight)
        self._meanings = {meant: self._joined(meant) for meant in senses.words.values()}

    def running(self, words: Sequence[str], senses: Sequence[tuple[str, ...]]) -> list[Weight]:
        """Running totals, one more than there are words."""
        scopes = scopes_of(words, senses)
        ahead, meant = [*words, "", ""], [*senses, NONE]
        totals = [0]
        total = 0
        for place, word in enumerate(words):
            following = ahead[place + 1]
            if (known := self._words.get(word)) is not None:
                table = known.following
                total += known.alone + table.get(following, 0) + known.second.get(ahead[place + 2], 0)
                for sense in meant[place + 1]:
                    total += table.get(sense, 0)
            if own := senses[place]:
                meaning = self._meanings.get(own) or self._meaning(own)
                total += meaning.scoped[scopes[place]] + meaning.following.get(following, 0)
                for sense in chain.from_iterable(senses[place + 1 : place + 1 + NEAR]):
                    total += meaning.near.get(sense, 0)
            totals.append(total)
        return totals

    def _meaning(self, senses: tuple[str, ...]) -> OfMeaning:
        """Of senses that no single word has: those of a word and of a saying that it begins."""
        return self._meanings.setdefault(senses, self._joined(senses))

    def _joined(self, senses: Iterable[str]) -> OfMeaning:
        joined = OfMeaning()
        for meaning in map(self._senses.__getitem__, senses):
            _add(joined.scoped, meaning.scoped)
            _add(joined.following, meaning.following)
            _add(joined.near, meaning.near)
        return joined

    def _lay_out(self, parts: Sequence[str], weight: Weight) -> None:
        """A feature of words; those of senses alone are looked up by sense."""
        first, last = parts[0], parts[-1]
        if first in self._senses:
            if len(parts) > 1:
                self._senses[first].following[last] = weight
            return
        word = self._words.setdefault(first, OfWord())
        if len(parts) == 1:
            word.alone = weight
        else:
            (word.following if len(parts) == 2 else word.second)[last] = weight


def _of_sense(sense: str, learnt: Mapping[str, Weight], others: Iterable[str]) -> OfMeaning:
    alone = learnt.get(sense, 0)
    near = {o: learnt.get(together(sense, o), 0) + learnt.get(in_order(sense, o), 0) for o in others}
    return OfMeaning(
        scoped={scope: alone + learnt.get(f"{scope}={sense}", 0) for scope in SCOPES},
        near={other: weight for other, weight in near.items() if weight},
    )


def _add(table: Table, more: Table) -> None:
    for key, weight in more.items():
        table[key] = table.get(key, 0) + weight
