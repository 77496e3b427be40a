"""Which phrases are worth looking for in a text: from the rarest words of a phrase to the phrase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.core.redflag.matching import Sheet
from bot.core.redflag.pattern import Pattern

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Index(Generic[Key]):
    """Phrases, each with what it stands for, and by every atom those to try when it is in a text: bit n for the nth."""

    listed: tuple[tuple[Pattern, Key], ...] = field(repr=False)
    by_atom: Mapping[str, int] = field(repr=False)

    def possible(self, sheet: Sheet) -> list[tuple[Pattern, Key]]:
        """Those with every needed word in the text, in the order in which they are listed."""
        by_atom, listed, missing = self.by_atom, self.listed, ~sheet.present
        tried = 0
        for atom in sheet.names:
            if atom in by_atom:
                tried |= by_atom[atom]
        possible = []
        while tried:
            bit = tried & -tried
            tried ^= bit
            one = listed[bit.bit_length() - 1]
            if not one[0].needs & missing:
                possible.append(one)
        return possible


def index(
    phrases: Iterable[tuple[Pattern, Key]], members: Sequence[frozenset[str]], commonness: Sequence[int]
) -> Index[Key]:
    listed = tuple(phrases)
    by_atom: dict[str, int] = {}
    for number, (pattern, _) in enumerate(listed):
        rarest = min(pattern.elements, key=lambda element: commonness[element])
        for atom in members[rarest]:
            by_atom[atom] = by_atom.get(atom, 0) | 1 << number
    return Index(listed, by_atom)
