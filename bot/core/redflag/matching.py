"""Finding phrases in a text: each element is a row of bits, one a word, and a step is a shift.

Nothing here can backtrack, so no phrase and no text makes it slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.redflag.pattern import END, GAP, START, Pattern, Sequence
from bot.core.redflag.tokens import Reading

MOST_MATCHES = 24
"""How many places of one phrase are looked at in one text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word stands for: the elements it is, and those it begins, by the word that must follow."""

    elements: tuple[int, ...] = ()
    longer: Mapping[str, tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]] = field(default_factory=dict)


class Elements(Protocol):
    """What a sheet needs of the lexicon."""

    @property
    def ranges(self) -> tuple[tuple[int, float, float], ...]: ...

    def entry(self, word: str) -> Entry | None: ...


@dataclass(slots=True)
class Sheet:
    """Where each element stands in one text. `rows[element]` pairs a length in words with its bits."""

    reading: Reading
    size: int
    rows: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def mark(self, element: int, place: int, length: int = 1) -> None:
        rows = self.rows.setdefault(element, [])
        for index, (known, bits) in enumerate(rows):
            if known == length:
                rows[index] = (length, bits | 1 << place)
                return
        rows.append((length, 1 << place))

    def covered(self, element: int) -> int:
        """Every word that this element takes up."""
        total = 0
        for length, bits in self.rows.get(element, ()):
            for shift in range(length):
                total |= bits << shift
        return total

    def without(self, words: int) -> Sheet:
        """The same text with these words no longer heard."""
        kept = {
            element: left
            for element, rows in self.rows.items()
            if (left := [(length, clear) for length, bits in rows if (clear := _clear(length, bits, words))])
        }
        return Sheet(self.reading, self.size, kept)


def _clear(length: int, bits: int, words: int) -> int:
    for shift in range(length):
        bits &= ~(words >> shift)
    return bits


def lay_out(reading: Reading, elements: Elements) -> Sheet:
    sheet = Sheet(reading, len(reading.words))
    singles: dict[int, int] = {}
    for place, word in enumerate(reading.words):
        entry = elements.entry(word)
        if entry is not None:
            bit = 1 << place
            for element in entry.elements:
                singles[element] = singles.get(element, 0) | bit
            if entry.longer:
                _mark_longer(sheet, place, entry)
        if (value := reading.values[place]) is not None:
            for element, low, high in elements.ranges:
                if low <= value <= high:
                    singles[element] = singles.get(element, 0) | 1 << place
    for element, bits in singles.items():
        sheet.rows.setdefault(element, []).append((1, bits))
    return sheet


def _mark_longer(sheet: Sheet, place: int, entry: Entry) -> None:
    words, hard = sheet.reading.words, sheet.reading.hard
    if place + 1 >= sheet.size:
        return
    for rest, elements in entry.longer.get(words[place + 1], ()):
        after = place + 1 + len(rest)
        inside = ((1 << after) - 1) & ~((1 << place + 1) - 1)
        if not hard & inside and tuple(words[place + 1 : after]) == rest:
            for element in elements:
                sheet.mark(element, place, len(rest) + 1)


@dataclass(frozen=True, slots=True)
class Match:
    """Words first..after-1."""

    first: int
    after: int


def find(pattern: Pattern, sheet: Sheet) -> list[Match]:
    """Where the first part of the pattern stands, provided that every part is somewhere."""
    if any(element not in sheet.rows for element in pattern.needs):
        return []
    everywhere = (1 << sheet.size) - 1
    for part in pattern.parts[1:]:
        if not any(_run(order, sheet, everywhere) for order in part):
            return []
    matches = [match for order in pattern.parts[0] for match in _spans(order, sheet, everywhere)]
    return sorted(set(matches), key=lambda match: (match.first, match.after))


def _spans(order: Sequence, sheet: Sheet, everywhere: int) -> list[Match]:
    if not _run(order, sheet, everywhere):
        return []
    matches: list[Match] = []
    starts = _starts(order, sheet, everywhere)
    while starts and len(matches) < MOST_MATCHES:
        bit = starts & -starts
        starts ^= bit
        ends = _run(order, sheet, bit)
        if ends:
            first = bit.bit_length() - 1
            matches.append(Match(first, (ends & -ends).bit_length() - 1))
    return matches


def _starts(order: Sequence, sheet: Sheet, everywhere: int) -> int:
    """Where the first element that must be there stands; anything when it may be missing."""
    for step in order:
        if step.element >= 0:
            if step.optional:
                return everywhere
            starts = 0
            for _, bits in sheet.rows.get(step.element, ()):
                starts |= bits
            return starts
    return everywhere


def _run(order: Sequence, sheet: Sheet, state: int) -> int:
    """Bits of the places just after a match that begins in `state`."""
    hard, rows = sheet.reading.hard, sheet.rows
    moved = False
    for step in order:
        element = step.element
        if element >= 0:
            following = state if step.optional else 0
            for length, bits in rows.get(element, ()):
                following |= (state & bits & (~hard if moved else -1)) << length
            state, moved = following, True
        elif element == GAP:
            reach = state & ~hard
            for _ in range(step.gap):
                reach |= (reach << 1) & ~hard
            state = reach | (state & hard)
        elif element == START:
            state &= hard | 1
        elif element == END:
            state &= hard | (1 << sheet.size)
        if not state:
            return 0
    return state
