"""Finding phrases in a text: each element is a row of bits, one a word, and a step is a shift.

Nothing here can backtrack. A phrase is looked for only when everything it needs is in the text, which is one
comparison; so neither a phrase nor a text can make this slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from bot.core.redflag.pattern import END, START, Pattern, Sequence
from bot.core.redflag.tokens import Reading

MOST_MATCHES = 8
"""How many places of one phrase are looked at in one text."""

Row = tuple[int, tuple[tuple[int, int], ...]]
"""Where an element begins: bits for one word, then (words, bits) for those that take up more."""

NOWHERE: Row = (0, ())


@dataclass(frozen=True, slots=True)
class Together:
    """Words that stand together: those after the first, the atom they make up and its elements."""

    rest: tuple[str, ...]
    atom: str
    elements: int
    large: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one word stands for. An atom is a word, a beginning ("dormid*") or words that stand together.

    `elements` has bit e set for each element that one of the atoms belongs to; `large` names those of them that have
    many atoms, and are therefore marked at once. `longer` is by the word that must follow.
    """

    atoms: tuple[str, ...] = ()
    elements: int = 0
    large: tuple[int, ...] = ()
    longer: Mapping[str, tuple[Together, ...]] = field(default_factory=dict)


class Elements(Protocol):
    """What a sheet needs of the lexicon."""

    @property
    def ranges(self) -> tuple[tuple[int, str, float, float], ...]: ...

    @property
    def large(self) -> int: ...

    @property
    def members(self) -> tuple[frozenset[str], ...]: ...

    def entry(self, word: str) -> Entry | None: ...


class Sheet:
    """Where each element stands in one text. The rows of small elements are worked out when first asked for."""

    def __init__(self, reading: Reading, elements: Elements) -> None:
        self.reading = reading
        self.size = len(reading.words)
        self.present = 0
        self.hidden = 0
        self.atoms: dict[str, tuple[int, int]] = {}
        self.names: frozenset[str] = frozenset()
        self.unbroken = _unbroken(reading.hard)
        self._members = elements.members
        self._is_large = elements.large
        self._large: dict[int, list[tuple[int, int]]] = {}
        self.rows = self._whole = dict[int, Row]()

    def is_large(self, element: int) -> bool:
        return bool(self._is_large >> element & 1)

    def mark(self, atom: str, length: int, bits: int) -> None:
        known = self.atoms.get(atom)
        self.atoms[atom] = (length, known[1] | bits) if known else (length, bits)

    def mark_large(self, elements: tuple[int, ...], length: int, bits: int) -> None:
        large = self._large
        for element in elements:
            if element in large:
                large[element].append((length, bits))
            else:
                large[element] = [(length, bits)]

    def row(self, element: int) -> Row:
        row = self.rows.get(element)
        if row is None:
            row = self.rows[element] = self._heard(element) if self.hidden else self._found(element)
        return row

    def _heard(self, element: int) -> Row:
        """Where the whole text has it and none of its words is hidden."""
        row = self._whole.get(element)
        if row is None:
            row = self._whole[element] = self._found(element)
        ones, more = row
        if more:
            more = tuple((length, heard) for length, bits in more if (heard := bits & ~self._hides(length)))
        return ones & ~self.hidden, more

    def _found(self, element: int) -> Row:
        if self._is_large >> element & 1:
            where = self._large.get(element, ())
        else:
            atoms = self.atoms
            where = [atoms[atom] for atom in self._members[element] & self.names]
        ones = 0
        more: dict[int, int] = {}
        for length, bits in where:
            if length == 1:
                ones |= bits
            else:
                more[length] = more.get(length, 0) | bits
        return (ones, tuple(more.items())) if more else (ones, ())

    def _hides(self, length: int) -> int:
        """Where so many words that stand together would hold one that is not heard."""
        hides = self.hidden
        for shift in range(1, length):
            hides |= self.hidden >> shift
        return hides

    def covered(self, element: int) -> int:
        """Every word that this element takes up."""
        total, more = self.row(element)
        for length, bits in more:
            for shift in range(length):
                total |= bits << shift
        return total

    def without(self, words: int) -> Sheet:
        """The same text with these words no longer heard."""
        if not words:
            return self
        sheet = object.__new__(Sheet)
        sheet.__dict__ = {**self.__dict__, "hidden": self.hidden | words, "rows": {}}
        return sheet


def lay_out(reading: Reading, elements: Elements) -> Sheet:
    sheet = Sheet(reading, elements)
    places: dict[str, int] = {}
    for place, word in enumerate(reading.words):
        places[word] = places.get(word, 0) | 1 << place
    begun: dict[str, Mapping[str, tuple[Together, ...]]] = {}
    for word, bits in places.items():
        if (entry := elements.entry(word)) is not None:
            sheet.present |= entry.elements
            for atom in entry.atoms:
                sheet.mark(atom, 1, bits)
            sheet.mark_large(entry.large, 1, bits)
            if entry.longer:
                begun[word] = entry.longer
    _mark_longer(sheet, begun)
    _mark_numbers(sheet, elements, places)
    sheet.names = frozenset(sheet.atoms)
    return sheet


def _unbroken(hard: int) -> tuple[int, ...]:
    """By number of words: the places that one can get to by passing over so many without leaving the sentence."""
    one = ~hard
    two = one & (one << 1 | 1)
    return -1, one, two, two & (two << 1 | 1), two & (two << 2 | 3)


def _mark_longer(sheet: Sheet, begun: Mapping[str, Mapping[str, tuple[Together, ...]]]) -> None:
    """What words of one sentence make up together, by the first of them and then the second."""
    words, unbroken = sheet.reading.words, sheet.unbroken[1]
    for place, (word, following) in enumerate(pairwise(words)):
        if word not in begun or following not in begun[word]:
            continue
        for together in begun[word][following]:
            length = len(together.rest) + 1
            inside = ((1 << length - 1) - 1) << place + 1
            if (length == 2 or tuple(words[place + 1 : place + length]) == together.rest) and not inside & ~unbroken:
                sheet.present |= together.elements
                sheet.mark(together.atom, length, 1 << place)
                sheet.mark_large(together.large, length, 1 << place)


def _mark_numbers(sheet: Sheet, elements: Elements, places: Mapping[str, int]) -> None:
    values = sheet.reading.values
    for bits in places.values():
        value = values[bits.bit_length() - 1]
        if value is not None:
            for element, atom, low, high in elements.ranges:
                if low <= value <= high:
                    sheet.present |= 1 << element
                    sheet.mark(atom, 1, bits)
                    if sheet.is_large(element):
                        sheet.mark_large((element,), 1, bits)


@dataclass(frozen=True, slots=True)
class Match:
    """Words first..after-1."""

    first: int
    after: int


def stands(pattern: Pattern, sheet: Sheet) -> bool:
    """Whether the phrase is anywhere in the text."""
    if pattern.needs & ~sheet.present:
        return False
    everywhere = (2 << sheet.size) - 1
    return all(any(_run(order, sheet, everywhere) for order in part) for part in pattern.parts)


def find(pattern: Pattern, sheet: Sheet) -> list[Match]:
    """Where the first part of the pattern stands, provided that every part is somewhere."""
    if pattern.needs & ~sheet.present:
        return []
    everywhere = (2 << sheet.size) - 1
    for part in pattern.parts[1:]:
        if not any(_run(order, sheet, everywhere) for order in part):
            return []
    matches = [match for order in pattern.parts[0] for match in _spans(order, sheet, everywhere)]
    return sorted(set(matches), key=lambda match: (match.first, match.after))


def _spans(order: Sequence, sheet: Sheet, everywhere: int) -> list[Match]:
    ends = _run(order, sheet, everywhere)
    if not ends:
        return []
    matches: list[Match] = []
    starts = _starts(order, sheet, everywhere)
    if not starts & starts - 1:
        return [_match(starts, ends)]
    while starts and len(matches) < MOST_MATCHES:
        bit = starts & -starts
        starts ^= bit
        if ends := _run(order, sheet, bit):
            matches.append(_match(bit, ends))
    return matches


def _match(start: int, ends: int) -> Match:
    return Match(start.bit_length() - 1, (ends & -ends).bit_length() - 1)


def _starts(order: Sequence, sheet: Sheet, everywhere: int) -> int:
    """Where the first element stands; it may not be missing."""
    first = next(step for step in order if step.element >= 0)
    starts, more = sheet.row(first.element)
    for _, bits in more:
        starts |= bits
    return starts & everywhere


def _run(order: Sequence, sheet: Sheet, state: int) -> int:
    """Bits of the places just after a match that begins in `state`."""
    rows, unbroken = sheet.rows, sheet.unbroken
    moved = False
    for step in order:
        element = step.element
        if element >= 0:
            at = state
            if moved:
                at &= unbroken[1]
                for hop in step.hops:
                    at |= (at << hop) & unbroken[hop]
            moved = True
            ones, more = rows.get(element) or sheet.row(element)
            following = (at & ones) << 1
            for length, bits in more:
                following |= (at & bits) << length
            state = following | state if step.optional else following
        elif element == START:
            state &= sheet.reading.hard | 1
        elif element == END:
            at = state & unbroken[1]
            for hop in step.hops:
                at |= (at << hop) & unbroken[hop]
            state = (at | state) & (sheet.reading.hard | 1 << sheet.size)
        if not state:
            return 0
    return state
