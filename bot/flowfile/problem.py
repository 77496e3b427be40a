"""A problem in a file: where it is and what is wrong, in a sentence for whoever wrote the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.core.practice import LANGUAGES


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A warning does not keep a file from being used; anything else does. What is `unfit` can be read, so that what was
    published once stays whole, and is not published any more. `shown` is the shortest conversation that shows it."""

    file: str
    line: int
    sentence: str
    is_warning: bool = False
    shown: tuple[str, ...] = field(default=(), compare=False)
    unfit: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'warning: ' if self.is_warning else ''}{self.sentence}"


@dataclass(frozen=True, slots=True)
class Sent:
    """Words that go out as a text message. `may` holds the placeholders allowed besides the practice's own."""

    line: int
    language: str
    words: str
    may: frozenset[str] = frozenset()
    to_staff: bool = False


class Notes:
    """The problems found so far in one file. Reading goes on after a problem, so that all are shown at once.

    Words are kept aside as they are read: what is wrong with them shows only once the practice is known.
    """

    def __init__(self, file: str, languages: tuple[str, ...] = LANGUAGES) -> None:
        self.file = file
        self.languages = languages
        self.sent: list[Sent] = []
        self._problems: list[Problem] = []

    def wrong(self, line: int, sentence: str) -> None:
        self._problems.append(Problem(self.file, line, sentence))

    def unfit(self, line: int, sentence: str) -> None:
        """It can be read, and must be mended before it is published."""
        self._problems.append(Problem(self.file, line, sentence, is_warning=True, unfit=True))

    def doubtful(self, line: int, sentence: str) -> None:
        self._problems.append(Problem(self.file, line, sentence, is_warning=True))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted(set(self._problems)))

    @property
    def is_broken(self) -> bool:
        return any(not problem.is_warning for problem in self._problems)


def suggestion(word: str, known: Iterable[str]) -> str:
    """How to end a sentence about an unknown word: the nearest known one, or all of them when they are few."""
    known = tuple(known)
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; it may be {listed(known)}." if 0 < len(known) <= 12 else "."


def listed(words: Iterable[str]) -> str:
    words = tuple(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
