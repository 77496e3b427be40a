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
from dataclasses import dataclass
from itertools import permutations

LARGEST_GAP = 10
MOST_STEPS = 14
MOST_TOGETHER = 3


class PatternError(ValueError):
    """A phrase that cannot be read; the message is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Step:
    """An element to find, or (element < 0) a gap of up to `gap` words or an edge of the sentence."""

    element: int
    gap: int = 0
    optional: bool = False


GAP, START, END = -1, -2, -3

Sequence = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every part must be found; a part is found when any of its orders is."""

    text: str
    parts: tuple[tuple[Sequence, ...], ...]
    needs: frozenset[int]


Resolve = Callable[[str], int]
"""The element for one written alternative set such as `$calf|chamorro`."""

GAP_FORM = re.compile(r"~(\d+)")
TOGETHER_FORM = re.compile(r"&(\d+)")


def parse(text: str, resolve: Resolve) -> Pattern:
    parts = tuple(_orders(part.split(), resolve) for part in text.split("&&"))
    needs = frozenset(step.element for part in parts for step in part[0] if step.element >= 0 and not step.optional)
    if not needs:
        raise PatternError(f"'{text}' asks for no word at all")
    return Pattern(text, parts, needs)


def _orders(tokens: list[str], resolve: Resolve) -> tuple[Sequence, ...]:
    groups: list[list[Step]] = [[]]
    gaps: list[Step] = []
    for token in tokens:
        if (together := TOGETHER_FORM.fullmatch(token)) is not None:
            gaps.append(Step(GAP, _gap(together.group(1))))
            groups.append([])
        else:
            groups[-1].append(_step(token, resolve))
    if any(not any(step.element >= 0 and not step.optional for step in group) for group in groups):
        raise PatternError(f"'{' '.join(tokens)}' has nothing to find on one side")
    if len(groups) > MOST_TOGETHER or sum(map(len, groups)) > MOST_STEPS:
        raise PatternError(f"'{' '.join(tokens)}' is too long")
    if not gaps:
        return (_chain((groups[0],), Step(GAP)),)
    widest = max(gaps, key=lambda gap: gap.gap)
    return tuple(_chain(order, widest) for order in permutations(groups))


def _chain(groups: tuple[list[Step], ...], gap: Step) -> Sequence:
    steps = list(groups[0])
    for group in groups[1:]:
        steps += [gap, *group]
    # A word that may be missing says nothing at the very beginning, where it would only widen the quote.
    while steps[0].optional:
        steps.pop(0)
    return tuple(steps)


def _step(written: str, resolve: Resolve) -> Step:
    if (gap := GAP_FORM.fullmatch(written)) is not None:
        return Step(GAP, _gap(gap.group(1)))
    if written == "^":
        return Step(START)
    if written == ".":
        return Step(END)
    optional = written.endswith("?")
    return Step(resolve(written.removesuffix("?")), optional=optional)


def _gap(digits: str) -> int:
    if (gap := int(digits)) > LARGEST_GAP:
        raise PatternError(f"a gap of {gap} words is too wide; the most is {LARGEST_GAP}")
    return gap
