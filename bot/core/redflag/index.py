"""Which phrases are worth looking for in a text: from the rarest words of a phrase to the phrase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.core.redflag.matching import Sheet
from bot.core.redflag.pattern import Pattern

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Index(Generic[Key]):
    """Phrases, each with what it stands for, and by every atom the numbers of those to try when it is in a text."""

    listed: tuple[tuple[Pattern, Key], ...] = field(repr=False)
    by_atom: Mapping[str, tuple[int, ...]] = field(repr=False)

    def possible(self, sheet: Sheet) -> Iterator[tuple[Pattern, Key]]:
        """Those with every needed word in the text, in the order in which they are listed."""
        numbers: set[int] = set()
        for atom in sheet.names:
            if atom in self.by_atom:
                numbers.update(self.by_atom[atom])
        missing = ~sheet.present
        for number in sorted(numbers):
            if not self.listed[number][0].needs & missing:
                yield self.listed[number]


def index(
    phrases: Iterable[tuple[Pattern, Key]], members: Sequence[frozenset[str]], commonness: Sequence[int]
) -> Index[Key]:
    listed = tuple(phrases)
    by_atom: dict[str, list[int]] = {}
    for number, (pattern, _) in enumerate(listed):
        rarest = min(pattern.elements, key=lambda element: commonness[element])
        for atom in members[rarest]:
            by_atom.setdefault(atom, []).append(number)
    return Index(listed, {atom: tuple(numbers) for atom, numbers in by_atom.items()})
