"""The words of a file, each language side by side: what they cost, how hard they are to read, and what is missing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.wording import Segments, grade, measure, render
from bot.errors import Refused
from bot.flowfile import po
from bot.flowfile.library import Library
from bot.flowfile.problem import Problem
from bot.flowfile.words import MOST_GRADE, SAMPLES
from bot.service.drafts.folder import Folder, digest


@dataclass(frozen=True, slots=True)
class Measured:
    """What one text costs. `plain` are the segments without the signs that make it Unicode, which are `costly`."""

    language: str
    words: str
    line: int
    cut: Segments
    grade: float
    costly: str = ""
    plain: int = 0

    @property
    def is_hard(self) -> bool:
        return self.grade > MOST_GRADE

    @property
    def accent_costs(self) -> int:
        """Segments that would be saved by other signs."""
        return self.cut.segments - self.plain if self.costly else 0


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    by_language: Mapping[str, Measured | None]


@dataclass(frozen=True, slots=True)
class Words:
    file: str
    base: str
    rows: tuple[Row, ...]

    @property
    def missing(self) -> int:
        return sum(text is None for row in self.rows for text in row.by_language.values())


def words(folder: Folder, library: Library | None, file: str, languages: tuple[str, ...]) -> Words:
    """Raises LookupError for a file that is not there."""
    source = folder.text(file)
    values = library.practice.values if library else {}
    rows = tuple(
        Row(
            text.name,
            {
                language: measured(text.words[language].written, language, values, text.words[language].line)
                if language in text.words
                else None
                for language in languages
            },
        )
        for text in po.texts({file: source})
    )
    return Words(file, digest(source), rows)


def measured(text: str, language: str, values: Mapping[str, str], line: int = 0) -> Measured:
    """As it goes out, with the practice's values in it, and samples for what differs from patient to patient."""
    said = render(text, {**SAMPLES, **values})
    cut = measure(said)
    if cut.encoding == "GSM-7":
        return Measured(language, text, line, cut, grade(said, language))
    costly = "".join(dict.fromkeys(sign for sign in said if measure(sign).encoding != "GSM-7"))
    plain = measure("".join(_without_marks(sign) if sign in costly else sign for sign in said))
    return Measured(language, text, line, cut, grade(said, language), costly, plain.segments)


def _without_marks(sign: str) -> str:
    """a for á; "?" where a sign has no plain form."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(each))
    return bare if measure(bare).encoding == "GSM-7" else "?"


def save(folder: Folder, file: str, base: str, said: Mapping[tuple[str, str], str]) -> int:
    """Put these words into the file, by name and language; returns how many changed it. Raises Overtaken."""
    before = folder.text(file)
    filled = {key: words for key, words in said.items() if words}
    after = po.put(before, file, filled)
    if after == before:
        return 0
    folder.save(file, after, base)
    return sum(1 for key, words in filled.items() if _words_of(before, file).get(key) != words)


def _words_of(source: str, file: str) -> dict[tuple[str, str], str]:
    texts = po.texts({file: source})
    return {(text.name, language): scalar.written for text in texts for language, scalar in text.words.items()}


def export(folder: Folder, language: str) -> str:
    return po.export(folder.sources()[0], language)


def take_in(folder: Folder, sent: bytes, language: str) -> tuple[list[str], tuple[Problem, ...]]:
    """A translator's file into the flows: the files that changed, and what could not be taken in."""
    try:
        text = sent.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("this is not UTF-8: save the PO file as UTF-8") from None
    if not text.strip():
        raise Refused("choose a PO file first")
    before, unreadable = folder.sources()
    if unreadable:
        raise Refused(str(unreadable[0]))
    after, problems = po.take_in(before, text, language)
    changed = {file: words for file, words in after.items() if words != before[file]}
    folder.change(changed)
    return sorted(changed), problems
