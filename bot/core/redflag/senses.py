"""Words that mean alike, in either language: what the ear has learnt of one it hears in the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

NONE: tuple[str, ...] = ()
LONGEST = 3
"""How many words a saying of the thesaurus may have."""


@dataclass(frozen=True, slots=True)
class Senses:
    """A thesaurus: each word's senses ("$numb"), and those of a few sayings, by their first word."""

    names: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(repr=False)
    sayings: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]] = field(repr=False)

    def of(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """The senses of each word; those of a saying stand with its first word."""
        found = [self.words.get(word, NONE) for word in words]
        for place, word in enumerate(words):
            if word in self.sayings:
                for rest, sense in self.sayings[word]:
                    if tuple(words[place + 1 : place + 1 + len(rest)]) == rest and sense not in found[place]:
                        found[place] = (*found[place], sense)
        return found


def thesaurus(senses: Mapping[str, Iterable[str]]) -> Senses:
    """Make one from the words of each sense; a saying's words are parted by blanks. Order does not matter."""
    words: dict[str, set[str]] = {}
    sayings: dict[str, set[tuple[tuple[str, ...], str]]] = {}
    for name, members in senses.items():
        for member in members:
            first, *rest = member.split()
            if rest:
                sayings.setdefault(first, set()).add((tuple(rest[: LONGEST - 1]), f"${name}"))
            else:
                words.setdefault(first, set()).add(f"${name}")
    return Senses(
        names=tuple(f"${name}" for name in senses),
        words={word: tuple(sorted(names)) for word, names in words.items()},
        sayings={first: tuple(sorted(found)) for first, found in sayings.items()},
    )
