"""A small trained ear beside the phrases: it may add a red flag that they left unheard, and never takes one away.

It is a linear model (naive Bayes ratios refined by a support vector machine, after Wang and Manning 2012) over what
`features` names. Its weights are data, bot/flowfile/listening/ear.json, trained from the labelled texts in
tests/core/redflag/data by tests/core/redflag/train.py; the heaviest words are the reason it gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import sqrt

from bot.core.redflag.features import words_of
from bot.core.redflag.senses import Senses
from bot.core.redflag.table import Concern
from bot.core.redflag.tokens import Reading
from bot.core.redflag.weights import Weight, Weights, unpacked

WINDOW = 18
"""A longer text is weighed in stretches of so many words, which overlap by half: a red flag may be buried in it."""

GRAVE_FIRST = 20
"""How much more a lesser red flag must weigh than an emergency to be named instead of it (in hundredths, as learnt):
to name an emergency too low is a failure, too high a cost (redflags/labelling-guide.md)."""

SEVERE = "!"
"""Behind a concept's name: its severe form."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What training found. `weights` says "a red flag or not", `concepts` (from single words and senses) says which."""

    version: str
    bias: float
    weights: Mapping[str, Weight] = field(repr=False)
    names: tuple[str, ...]
    concepts: Mapping[str, tuple[int, ...]] = field(repr=False)
    concept_biases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hunch:
    """What words first..after-1 sound like. `strength` above 0 is likelier a red flag than not."""

    name: str
    strength: float
    first: int
    after: int


def concern_of(name: str) -> Concern:
    return Concern(name.removesuffix(SEVERE), severe=name.endswith(SEVERE))


class Ear:
    """Listens with what was learnt. Built once; a text costs some look-ups a word, whatever it says."""

    def __init__(self, learnt: Learnt, senses: Senses) -> None:
        self.version = learnt.version
        self._learnt = learnt
        self._senses = senses
        self._weights = Weights(learnt.weights, senses)
        self._biases = tuple(
            bias + (GRAVE_FIRST if concern_of(name).is_grave else 0)
            for name, bias in zip(learnt.names, learnt.concept_biases, strict=True)
        )

    def listen(self, reading: Reading) -> Hunch | None:
        """The likeliest red flag in this text; None for a text without a word."""
        words, places = words_of(reading)
        if not words:
            return None
        senses = self._senses.of(words)
        totals = self._weights.running(words, senses)
        first, after = max(_windows(len(words)), key=lambda window: _score(totals, *window))
        strength = self._learnt.bias + _score(totals, first, after)
        start, end = _weightiest(totals, first, after)
        name = self._name(words[first:after], senses[first:after])
        return Hunch(name, strength, places[start], places[end - 1] + 1)

    def weight(self, feature: str) -> Weight:
        """What was learnt of one feature; 0 for what it does not know."""
        return self._learnt.weights.get(feature, 0)

    def total(self, words: Sequence[str]) -> Weight:
        """What a whole text weighs."""
        return self._weights.running(words, self._senses.of(words))[-1]

    def _name(self, words: Sequence[str], senses: Sequence[tuple[str, ...]]) -> str:
        """Which red flag it is, from what its words are and mean."""
        known = {*words, *chain.from_iterable(senses)}
        rows = [row for feature in known if (row := self._learnt.concepts.get(feature))]
        length = sqrt(len(rows) or 1)
        totals = [sum(column) / length + bias for *column, bias in zip(*rows, self._biases, strict=True)]
        return self._learnt.names[totals.index(max(totals))]


def _windows(size: int) -> Iterator[tuple[int, int]]:
    if size <= WINDOW:
        yield 0, size
        return
    for first in range(0, size - WINDOW // 2, WINDOW // 2):
        yield first, min(size, first + WINDOW)


def _score(totals: Sequence[Weight], first: int, after: int) -> float:
    """The weights of a stretch over its length, so that a long text does not outweigh a short one."""
    adds, squares = unpacked(totals[after] - totals[first])
    return adds / sqrt(100 * squares) if squares > 0 else 0.0


def _weightiest(totals: Sequence[Weight], first: int, after: int) -> tuple[int, int]:
    """The stretch that speaks most for a red flag, for the quote."""
    sums = [unpacked(total)[0] for total in totals[first : after + 1]]
    best = low = 0
    start, end = 0, 1
    for at in range(1, len(sums)):
        if sums[at - 1] < sums[low]:
            low = at - 1
        if at == 1 or sums[at] - sums[low] > best:
            best, start, end = sums[at] - sums[low], low, at
    return first + start, first + end
