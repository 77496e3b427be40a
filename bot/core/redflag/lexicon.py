"""Every word and class of the phrases as numbered elements, looked up by the word that was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.core.redflag.matching import Entry
from bot.core.redflag.pattern import PatternError
from bot.core.redflag.spelling import Speller
from bot.core.redflag.tokens import SMALL, Spelling, read

Member = tuple[str, ...]
"""One way to say something: a word, or words that stand together. The last may end in "*"."""

SHORTEST_PREFIX = 3
RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:\+|-(\d+(?:\.\d+)?))")
"""A number of at least 4 ("4+"), or from 3 to 5 ("3-5")."""
COMMON_WORDS = """
a i the to and of in it is my me on at for so im have had be not no dont cant your you he she we they this that
de la el que y en los las un una me se le lo mi es ya con por no al te su esta tengo muy pero si he
"""
VERY_COMMON = frozenset(COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Lexicon:
    spelling: Spelling
    entries: Mapping[str, Entry] = field(repr=False)
    prefixes: Mapping[str, tuple[int, ...]] = field(repr=False)
    ranges: tuple[tuple[int, float, float], ...]
    classes: Mapping[str, int]
    commonness: Mapping[int, int] = field(repr=False)
    prefix_lengths: tuple[int, ...] = ()

    def entry(self, word: str) -> Entry | None:
        """What this word stands for; a word known only by its beginning is worked out here."""
        entry = self.entries.get(word)
        if entry is not None:
            return entry
        elements: tuple[int, ...] = ()
        for length in self.prefix_lengths:
            elements += self.prefixes.get(word[:length], ())
        return Entry(elements) if elements else None


class LexiconBuilder:
    """Numbers elements as patterns ask for them, then lays the whole lexicon out."""

    def __init__(
        self,
        *,
        spelling: Mapping[str, str],
        classes: Mapping[str, str],
        correctable: str,
        untouched: str,
        problem: Callable[[tuple[str | int, ...], str], None],
    ) -> None:
        self._problem = problem
        self._written_out, self._joined = _spelling_tables(spelling)
        self._untouched = _words(untouched) | frozenset(self._written_out.values())
        self._correctable = _words(correctable)
        self._raw_classes = classes
        self.class_names = frozenset(classes)
        self._classes: dict[str, frozenset[Member]] = {}
        self._members: list[frozenset[Member]] = []
        self._ranges: list[tuple[int, float, float]] = []
        self._numbers: dict[str, int] = {}
        self._names: dict[str, int] = {}
        for name in classes:
            try:
                self._names[name] = self.element(f"${name}")
            except PatternError as error:
                problem(("classes", name), str(error))

    def element(self, written: str) -> int:
        known = self._numbers.get(written)
        if known is not None:
            return known
        members = self._alternatives(written)
        self._members.append(members)
        self._numbers[written] = len(self._members) - 1
        return self._numbers[written]

    def _alternatives(self, written: str) -> frozenset[Member]:
        members: set[Member] = set()
        for choice in written.split("|"):
            if choice.startswith("$"):
                members |= self._class(choice[1:], ())
            elif form := RANGE.fullmatch(choice):
                high = float(form.group(2)) if form.group(2) else 10.0**9
                self._ranges.append((len(self._members), float(form.group(1)), high))
            else:
                members.add(self._member(choice.replace("_", " ")))
        return frozenset(members)

    def _class(self, name: str, within: tuple[str, ...]) -> frozenset[Member]:
        if name in self._classes:
            return self._classes[name]
        if name not in self._raw_classes:
            raise PatternError(f"there is no class '${name}'")
        if name in within:
            raise PatternError(f"the class '${name}' holds itself")
        members: set[Member] = set()
        for choice in self._raw_classes[name].replace("\n", " ").split(","):
            written = choice.strip()
            if written.startswith("$"):
                members |= self._class(written[1:], (*within, name))
            elif written:
                members.add(self._member(written))
        self._classes[name] = frozenset(members)
        return self._classes[name]

    def _member(self, written: str) -> Member:
        star = written.endswith("*")
        plain = Spelling(self._written_out, self._joined, lambda word: word)
        words = tuple(read(written.removesuffix("*"), plain).words)
        if not words or "$" in written:
            raise PatternError(f"'{written}' holds no word")
        if star and (len(words) > 1 or len(words[0]) < SHORTEST_PREFIX):
            raise PatternError(f"'{written}': only one word of at least {SHORTEST_PREFIX} letters may end in *")
        return (words[0] + "*",) if star else words

    def lexicon(self) -> Lexicon:
        singles: dict[str, list[int]] = {}
        longer: dict[str, dict[Member, list[int]]] = {}
        prefixes: dict[str, list[int]] = {}
        for element, members in enumerate(self._members):
            for member in members:
                if member[0].endswith("*"):
                    prefixes.setdefault(member[0][:-1], []).append(element)
                elif len(member) == 1:
                    singles.setdefault(member[0], []).append(element)
                else:
                    longer.setdefault(member[0], {}).setdefault(member[1:], []).append(element)
        entries = {word: _entry(word, singles, longer, prefixes) for word in {*singles, *longer}}
        words = set(entries).union(*(rest for rests in longer.values() for rest in rests))
        return Lexicon(
            spelling=Spelling(self._written_out, self._joined, self._speller(words, prefixes)),
            entries=entries,
            prefixes={stem: tuple(elements) for stem, elements in prefixes.items()},
            ranges=tuple(self._ranges),
            classes=self._names,
            commonness={element: _commonness(members) for element, members in enumerate(self._members)},
            prefix_lengths=tuple(sorted({len(stem) for stem in prefixes})),
        )

    def _speller(self, words: set[str], prefixes: Mapping[str, object]) -> Callable[[str], str]:
        lengths = tuple(sorted({len(stem) for stem in prefixes}))
        speller = Speller(words | set(SMALL), self._correctable, self._untouched)

        def correct(word: str) -> str:
            if speller.knows(word) or any(word[:length] in prefixes for length in lengths):
                return word
            return speller.correct(word)

        return correct


def _entry(
    word: str,
    singles: Mapping[str, list[int]],
    longer: Mapping[str, Mapping[Member, list[int]]],
    prefixes: Mapping[str, list[int]],
) -> Entry:
    elements = set(singles.get(word, ()))
    for length in range(SHORTEST_PREFIX, len(word) + 1):
        elements.update(prefixes.get(word[:length], ()))
    by_next: dict[str, list[tuple[Member, tuple[int, ...]]]] = {}
    for rest, found in longer.get(word, {}).items():
        by_next.setdefault(rest[0], []).append((rest, tuple(found)))
    return Entry(tuple(sorted(elements)), {second: tuple(rests) for second, rests in by_next.items()})


def _commonness(members: frozenset[Member]) -> int:
    if not members:
        return 5
    return sum(40 if member[0] in VERY_COMMON and len(member) == 1 else 1 for member in members)


def _words(text: str) -> frozenset[str]:
    nothing = Spelling({}, {}, lambda word: word)
    return frozenset(read(text, nothing).words)


def _spelling_tables(spelling: Mapping[str, str]) -> tuple[dict[str, str], dict[str, tuple[tuple[Member, str], ...]]]:
    written_out: dict[str, str] = {}
    joined: dict[str, list[tuple[Member, str]]] = {}
    nothing = Spelling({}, {}, lambda word: word)
    for right, variants in spelling.items():
        for variant in variants.replace("\n", " ").split(","):
            words = tuple(read(variant, nothing).words)
            if len(words) == 1:
                written_out[words[0]] = right
            elif words:
                joined.setdefault(words[0], []).append((words[1:], right))
    return written_out, {first: tuple(sorted(rests, key=lambda r: -len(r[0]))) for first, rests in joined.items()}
