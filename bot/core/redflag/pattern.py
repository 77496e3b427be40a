"""The small language in which phrases are written, read into steps that can neither backtrack nor run away.

cant ~2 feel ~3 $saddle     words in order, with at most 2 and 3 others in between
$calf &6 $swollen           in either order, at most 6 others in between, in one sentence
$headache && $when_up       both, anywhere in the text
chest|pecho pain?           one of these; a word that may be missing
dormid*                     any ending
down_there                  words that stand together, as one
4+  3-5                     a number of at least 4; from 3 to 5
^  .                        where a sentence begins; where it ends
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations

LARGEST_GAP = 10
MOST_STEPS = 14
MOST_TOGETHER = 3


class PatternError(ValueError):
    """A phrase that cannot be read; the message is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Step:
    """An element to find, or (element < 0) an edge of the sentence, after passing over some words.

    `hops` adds up to how many words at most; each is 1, 2 or 4 and no larger than all before it and one, so that
    every lesser number is reached as well.
    """

    element: int
    hops: tuple[int, ...] = ()
    optional: bool = False


def hops(gap: int) -> tuple[int, ...]:
    taken: list[int] = []
    while (left := gap - sum(taken)) > 0:
        taken.append(next(hop for hop in (4, 2, 1) if hop <= min(left, sum(taken) + 1)))
    return tuple(taken)


START, END = -1, -2

Sequence = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every part must be found; a part is found when any of its orders is.

    `elements` are those that must be in the text, and `needs` the same as bits, for one quick comparison.
    """

    text: str
    parts: tuple[tuple[Sequence, ...], ...]
    elements: frozenset[int]
    needs: int


Resolve = Callable[[str], int]
"""The element for one written alternative set such as `$calf|chamorro`."""

GAP_FORM = re.compile(r"~(\d+)")
TOGETHER_FORM = re.compile(r"&(\d+)")


def parse(text: str, resolve: Resolve) -> Pattern:
    parts = tuple(_orders(part.split(), resolve) for part in text.split("&&"))
    elements = frozenset(step.element for part in parts for step in part[0] if step.element >= 0 and not step.optional)
    if not elements:
        raise PatternError(f"'{text}' asks for no word at all")
    return Pattern(text, parts, elements, sum(1 << element for element in elements))


def _orders(tokens: list[str], resolve: Resolve) -> tuple[Sequence, ...]:
    groups: list[list[Step]] = [[]]
    together: list[int] = []
    gap = 0
    for token in tokens:
        if (apart := GAP_FORM.fullmatch(token)) is not None:
            gap = min(gap + _gap(apart.group(1)), LARGEST_GAP)
        elif (either := TOGETHER_FORM.fullmatch(token)) is not None:
            together.append(_gap(either.group(1)))
            groups.append([])
        else:
            groups[-1].append(_step(token, gap, resolve))
            gap = 0
    if any(not any(step.element >= 0 and not step.optional for step in group) for group in groups):
        raise PatternError(f"'{' '.join(tokens)}' has nothing to find on one side")
    if len(groups) > MOST_TOGETHER or sum(map(len, groups)) > MOST_STEPS:
        raise PatternError(f"'{' '.join(tokens)}' is too long")
    return tuple(_chain(order, max(together, default=0)) for order in permutations(groups))


def _chain(groups: tuple[list[Step], ...], gap: int) -> Sequence:
    steps = [*groups[0]]
    for group in groups[1:]:
        steps += [replace(group[0], hops=hops(gap)), *group[1:]]
    # A word that may be missing says nothing at the very beginning, where it would only widen the quote.
    while steps[0].optional:
        steps.pop(0)
    return tuple(steps)


def _step(written: str, gap: int, resolve: Resolve) -> Step:
    if written == "^":
        return Step(START)
    if written == ".":
        return Step(END, hops(gap))
    optional = written.endswith("?")
    return Step(resolve(written.removesuffix("?")), hops(gap), optional=optional)


def _gap(digits: str) -> int:
    if (gap := int(digits)) > LARGEST_GAP:
        raise PatternError(f"a gap of {gap} words is too wide; the most is {LARGEST_GAP}")
    return gap
