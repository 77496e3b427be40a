"""Misspelt words brought back to the words that are listened for: by sound, or one letter away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

SHORTEST = 5
"""Below five letters one letter makes another word ("leg", "lag")."""

LONGEST = 24
SHORTEST_RUN, SHORTEST_PART, LONGEST_PART = 6, 3, 12
HEAD = 3
"""How many letters are looked at first: few words begin like any that is listened for."""
SMALL_PARTS = frozenset(("i", "my", "no", "me", "se", "la", "el", "le", "in", "is", "it", "go", "to", "of", "mi", "ya"))
"""Words run together are parted only into words of at least three letters, and these."""
RUN = re.compile(r"(.)\1{2,}")
SOUNDS = (
    ("ch", "1"), ("qu", "k"), ("h", ""), ("ll", "y"), ("rr", "r"), ("v", "b"), ("z", "s"), ("ce", "se"),
    ("ci", "si"), ("ge", "je"), ("gi", "ji"), ("c", "k"), ("gu", "u"), ("w", "u"), ("x", "s"), ("nn", "n"), ("ss", "s"),
)  # fmt: skip


class Speller:
    """Corrects a word to one of the `targets`, unless it is itself known or is one of the `untouched`.

    Everything is worked out beforehand, so a word costs a few look-ups whatever was typed.
    """

    def __init__(self, known: Iterable[str], targets: Iterable[str], untouched: Iterable[str]) -> None:
        targets = frozenset(targets)
        self._known = frozenset(known) | targets
        self.settled = self._known | frozenset(untouched)
        self._near: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._targets = targets
        for word in sorted(targets):
            self._alike.setdefault(sound(word), word)
            for shorter in _without_one(word):
                self._near.setdefault(shorter, word)
        self._heads = {word[:HEAD] for word in (*targets, *self._near)}
        self._parts = {word for word in self._known if len(word) >= SHORTEST_PART} | (SMALL_PARTS & self._known)
        for word in sorted(self._known):
            if len(word) >= SHORTEST:
                self._alike.setdefault(sound(word), word)

    def correct(self, word: str) -> str:
        if word in self.settled or not word.isalpha():
            return word
        if len(word) >= 3 and RUN.search(word):
            return self._drawn_out(word)
        if not SHORTEST - 1 <= len(word) <= LONGEST:
            return word
        if word.endswith("in") and f"{word}g" in self._known:
            return f"{word}g"
        near = self._one_away(word) if len(word) >= SHORTEST else None
        return self._alike.get(sound(word)) or near or self._parted(word) or word

    def _drawn_out(self, word: str) -> str:
        """ "nooooo", "feeeever": a letter held down stands for two of it, or one."""
        for kept in (r"\1\1", r"\1"):
            shorter = RUN.sub(kept, word)
            if shorter in self.settled:
                return shorter
            if (found := self.correct(shorter)) in self._known:
                return found
        return RUN.sub(r"\1", word)

    def _parted(self, word: str) -> str:
        """ "cantpee", "nopuedorespirar": words run together, each of them one that is listened for."""
        if len(word) < SHORTEST_RUN:
            return ""
        # By where a part may begin: how the word is parted up to there. Each place is reached once, so it is bounded.
        reached: dict[int, tuple[str, ...]] = {0: ()}
        for place in range(len(word)):
            if place in reached:
                for end in range(place + 1, min(len(word), place + LONGEST_PART) + 1):
                    if word[place:end] in self._parts and end not in reached:
                        reached[end] = (*reached[place], word[place:end])
        parts = reached.get(len(word), ())
        return " ".join(parts) if max(map(len, parts), default=0) > SHORTEST_PART else ""

    def _one_away(self, word: str) -> str | None:
        if (found := self._near.get(word)) and _close(word, found):
            return found
        for shorter in self._without_one(word):
            if len(shorter) >= SHORTEST and shorter in self._targets and _close(word, shorter):
                return shorter
            if (found := self._near.get(shorter)) and abs(len(found) - len(word)) <= 1 and _close(word, found):
                return found
        return None

    def _without_one(self, word: str) -> Iterator[str]:
        """The word without each of its letters in turn, where what is left begins like a word listened for."""
        for place in range(HEAD):
            if word[:place] + word[place + 1 : HEAD + 1] in self._heads:
                yield word[:place] + word[place + 1 :]
        if word[:HEAD] in self._heads:
            for place in range(HEAD, len(word)):
                yield word[:place] + word[place + 1 :]


def sound(word: str) -> str:
    """How a Spanish speaker hears the word: "adormesimiento" and "adormecimiento" are one."""
    for letters, heard in SOUNDS:
        word = word.replace(letters, heard)
    return word


def _without_one(word: str) -> Iterable[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def _close(typed: str, word: str) -> bool:
    """One letter left out, put in or changed, or two swapped; a first letter is seldom the one mistyped."""
    if typed[0] != word[0] and typed[1:2] != word[0:1] and typed[0] != word[1]:
        return False
    if abs(len(typed) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    tail, rest = typed[start:], word[start:]
    swapped = len(tail) > 1 and tail[1::-1] == rest[:2] and tail[2:] == rest[2:]
    return swapped or tail[1:] == rest[1:] or tail[1:] == rest or tail == rest[1:]
