"""A small trained ear beside the phrases. It may only add what they left unheard; it never silences anything.

It is a linear model over the words, pairs of words, classes and pairs of classes of a sentence, trained on the labelled
texts in tests/core/redflag/data by tests/core/redflag/train.py. Its figures are data, like the phrases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, sqrt

from bot.core.redflag.matching import Match, Sheet
from bot.core.redflag.table import CONCEPTS

SCALE = 100
"""Weights are kept as whole numbers of hundredths, so that the file is small and reads the same everywhere."""

SHORT = 40
"""A text of at most so many words is weighed as a whole; a longer one sentence by sentence."""


@dataclass(frozen=True, slots=True)
class Learned:
    """`alarms` weighs a feature for "any red flag"; `concepts` tells which, by the place in CONCEPTS."""

    version: str
    threshold: float
    bias: int
    alarms: Mapping[str, int] = field(repr=False)
    concepts: Mapping[str, Mapping[int, int]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hunch:
    concept: str
    match: Match
    likelihood: float


def guess(sheet: Sheet, class_names: Mapping[int, str], learned: Learned) -> Hunch | None:
    """The likeliest red flag in this text, when it is likelier than the threshold."""
    best: Hunch | None = None
    for span in _spans(sheet):
        features = list(features_of(sheet, class_names, span))
        likelihood = _likelihood(features, learned)
        if likelihood >= learned.threshold and (best is None or likelihood > best.likelihood):
            best = Hunch(_concept(features, learned), span, likelihood)
    return best


def _spans(sheet: Sheet) -> Iterator[Match]:
    if sheet.size <= SHORT:
        yield Match(0, sheet.size)
        return
    for sentence in sheet.reading.sentences:
        if sentence.after - sentence.first > 2:
            yield Match(sentence.first, sentence.after)


def features_of(sheet: Sheet, class_names: Mapping[int, str], span: Match) -> Iterator[str]:
    words = sheet.reading.words[span.first : span.after]
    yield from set(words)
    yield from {f"{one} {two}" for one, two in pairwise(words)}
    mask = (1 << span.after) - (1 << span.first)
    names = sorted(
        class_names[element]
        for element, rows in sheet.rows.items()
        if element in class_names and any(bits & mask for _, bits in rows)
    )
    for place, name in enumerate(names):
        yield f"${name}"
        for other in names[:place]:
            yield f"${other}&{name}"


def _likelihood(features: list[str], learned: Learned) -> float:
    total = sum(learned.alarms.get(feature, 0) for feature in features)
    return 1 / (1 + exp(-(learned.bias + total / sqrt(len(features) or 1)) / SCALE))


def _concept(features: list[str], learned: Learned) -> str:
    totals = [0] * len(CONCEPTS)
    for feature in features:
        for place, weight in learned.concepts.get(feature, {}).items():
            totals[place] += weight
    return CONCEPTS[totals.index(max(totals))]
