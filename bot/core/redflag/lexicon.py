"""Every word and class of the phrases as numbered elements, looked up by the word that was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.redflag.matching import Entry, Together
from bot.core.redflag.pattern import PatternError
from bot.core.redflag.spelling import Speller
from bot.core.redflag.tokens import SMALL, Spelling, read

Member = tuple[str, ...]
"""One way to say something: a word, or words that stand together. The last may end in "*"."""

SHORTEST_PREFIX = 3
LARGE = 12
"""An element of more atoms than this is marked while a text is laid out; a smaller one when it is asked for."""
RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:\+|-(\d+(?:\.\d+)?))")
"""A number of at least 4 ("4+"), or from 3 to 5 ("3-5")."""
RANGE_ATOM = "[{}]"
COMMON_WORDS = """
a i the to and of in it is my me on at for so im have had be not no dont cant your you he she we they this that
de la el que y en los las un una me se le lo mi es ya con por no al te su esta tengo muy pero si he
"""
VERY_COMMON = frozenset(COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`members` holds the atoms of each element; `stems` the elements of each beginning ("dormid")."""

    spelling: Spelling
    members: tuple[frozenset[str], ...] = field(repr=False)
    entries: Mapping[str, Entry] = field(repr=False)
    stems: Mapping[str, int] = field(repr=False)
    ranges: tuple[tuple[int, str, float, float], ...]
    classes: Mapping[str, int]
    stem_lengths: tuple[int, ...] = ()
    large: int = 0

    def entry(self, word: str) -> Entry | None:
        """What this word stands for; a word known only by its beginning is worked out here."""
        entry = self.entries.get(word)
        if entry is not None:
            return entry
        found = [word[:length] for length in self.stem_lengths if word[:length] in self.stems]
        if not found:
            return None
        elements = _together(self.stems[stem] for stem in found)
        return Entry(tuple(f"{stem}*" for stem in found), elements, _each(elements & self.large))


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
        self._ranges: list[tuple[int, str, float, float]] = []
        self._numbers: dict[str, int] = {}
        self._read: dict[str, Member] = {}
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
                self._ranges.append((len(self._members), RANGE_ATOM.format(choice), float(form.group(1)), high))
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
        """The words of one way to say something, spelled as a patient's are; read once however often it is used."""
        member = self._read.get(written)
        if member is None:
            member = self._read[written] = self._words(written)
        return member

    def _words(self, written: str) -> Member:
        star = written.endswith("*")
        plain = Spelling(self._written_out, self._joined, str)
        words = tuple(read(written.removesuffix("*"), plain).words)
        if not words or "$" in written:
            raise PatternError(f"'{written}' holds no word")
        if star and (len(words) > 1 or len(words[0]) < SHORTEST_PREFIX):
            raise PatternError(f"'{written}': only one word of at least {SHORTEST_PREFIX} letters may end in *")
        return (words[0] + "*",) if star else words

    def lexicon(self) -> Lexicon:
        elements: dict[Member, int] = {}
        for element, members in enumerate(self._members):
            for member in members:
                elements[member] = elements.get(member, 0) | 1 << element
        stems = {member[0][:-1]: bits for member, bits in elements.items() if member[0].endswith("*")}
        lengths = tuple(sorted({len(stem) for stem in stems}))
        atoms_of = self._atoms()
        large = _together(1 << element for element, atoms in enumerate(atoms_of) if len(atoms) > LARGE)
        entries = _entries(elements, stems, lengths, large)
        words = {word for member in elements for word in member if not word.endswith("*")}
        return Lexicon(
            spelling=self._spelling(words, stems, lengths),
            members=atoms_of,
            entries=entries,
            stems=stems,
            ranges=tuple(self._ranges),
            classes=self._names,
            stem_lengths=lengths,
            large=large,
        )

    def _atoms(self) -> tuple[frozenset[str], ...]:
        atoms = [{" ".join(member) for member in members} for members in self._members]
        for element, atom, _, _ in self._ranges:
            atoms[element].add(atom)
        return tuple(map(frozenset, atoms))

    def commonness(self) -> tuple[int, ...]:
        """How likely each element is to be in a text, roughly: by how many and how common its words are."""
        return tuple(_commonness(members) for members in self._members)

    def _spelling(self, words: set[str], stems: Mapping[str, int], lengths: tuple[int, ...]) -> Spelling:
        known = words | set(SMALL)
        speller = Speller(known, self._correctable, self._untouched)

        def correct(word: str) -> str:
            return word if any(word[:length] in stems for length in lengths) else speller.correct(word)

        settled = {word: word for word in (*speller.settled, *self._joined)}
        return Spelling({**settled, **self._written_out}, self._joined, correct)


def _entries(
    elements: Mapping[Member, int], stems: Mapping[str, int], lengths: tuple[int, ...], large: int
) -> Mapping[str, Entry]:
    longer: dict[str, dict[str, list[Together]]] = {}
    for member, bits in elements.items():
        if len(member) > 1:
            together = Together(member[1:], " ".join(member), bits, _each(bits & large))
            longer.setdefault(member[0], {}).setdefault(member[1], []).append(together)
    singles = {member[0]: bits for member, bits in elements.items() if len(member) == 1}
    words = {word for word in {*singles, *longer} if not word.endswith("*")}
    entries = {}
    for word in words:
        found = [word[:length] for length in lengths if word[:length] in stems and length <= len(word)]
        bits = _together([singles.get(word, 0), *(stems[stem] for stem in found)])
        atoms = ((word,) if word in singles else ()) + tuple(f"{stem}*" for stem in found)
        rests = {second: tuple(together) for second, together in longer.get(word, {}).items()}
        entries[word] = Entry(atoms, bits, _each(bits & large), rests)
    return entries


def _each(bits: int) -> tuple[int, ...]:
    places = []
    while bits:
        lowest = bits & -bits
        places.append(lowest.bit_length() - 1)
        bits ^= lowest
    return tuple(places)


def _together(elements: Iterable[int]) -> int:
    total = 0
    for bits in elements:
        total |= bits
    return total


def _commonness(members: frozenset[Member]) -> int:
    if not members:
        return 5
    return sum(40 if member[0] in VERY_COMMON and len(member) == 1 else 1 for member in members)


def _words(text: str) -> frozenset[str]:
    nothing = Spelling({}, {}, str)
    return frozenset(read(text, nothing).words)


def _spelling_tables(spelling: Mapping[str, str]) -> tuple[dict[str, str], dict[str, tuple[tuple[Member, str], ...]]]:
    written_out: dict[str, str] = {}
    joined: dict[str, list[tuple[Member, str]]] = {}
    nothing = Spelling({}, {}, str)
    for right, variants in spelling.items():
        for variant in variants.replace("\n", " ").split(","):
            words = tuple(read(variant, nothing).words)
            if len(words) == 1:
                written_out[words[0]] = right
            elif words:
                joined.setdefault(words[0], []).append((words[1:], right))
    return written_out, {first: tuple(sorted(rests, key=lambda r: -len(r[0]))) for first, rests in joined.items()}
