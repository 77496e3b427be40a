"""A patient's text as words: folded, cut and spelled out, each word still knowing its place in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

LOOKALIKES = str.maketrans(
    "аеосрхуікмтнвАЕОСРХУІКМТНВοανρικτυΟΑΡΙΚΤΥ’‘`´ʼ＇º",
    "aeocpxyikmthbaeocpxyikmthboavpiktuoapiktu''''''°",
)
DROPPED = {"Mn", "Cf", "Sk", "Me", "Cc"}
"""Accents, zero-width characters, skin tones and variation selectors carry no meaning here."""

TOKEN = re.compile(
    r"w/o(?![a-z])|w/"
    r"|\d+(?:o+\d+)*(?:[.,:/]\d+)*"
    r"|[^\W\d_]+(?:'+[^\W\d_]+|[0134]+[^\W\d_]+)*"
    r"|\.{2,}|…"
    r"|[.!?;\n]+"
    r"|[,:/()\[\]–—¿¡]|(?<=\s)-+(?=\s)"
    r"|[$%°+&<>=]|[☀-➿⬀-⯿🀀-🫿]"
)
HARD = frozenset(".!?;\n")
SOFT = frozenset(",:/()[]–—-…¿¡")
VERBS_WITH_S = frozenset(
    ("it's", "he's", "she's", "that's", "there's", "what's", "who's", "how's", "where's", "here's")
)
"""Here the s is a verb that matters; elsewhere ("Ken's", "fever's gone") it is left out."""
LEET = str.maketrans("0134", "oiea")


@dataclass(frozen=True, slots=True)
class Sentence:
    first: int
    after: int
    asks: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of one text. Bit p of `hard` is set where a sentence ends before word p; of `soft`, a comma."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    values: list[float | None]
    hard: int
    soft: int
    sentences: tuple[Sentence, ...]

    def sentence_of(self, place: int) -> Sentence:
        return next(s for s in self.sentences if s.first <= place < s.after)

    def quote(self, first: int, after: int) -> tuple[int, int]:
        """Where words first..after-1 stand in the original text."""
        return self.starts[first], self.ends[after - 1]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are written out before anything is listened for."""

    written_out: Mapping[str, str]
    joined: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    correct: Callable[[str], str]


def read(text: str, spelling: Spelling) -> Reading:
    folded, offsets = fold(text)
    scan = _Scan(text)
    for found in TOKEN.finditer(folded):
        scan.take(found.group(), found.start(), found.end(), offsets)
    _write_out(scan, spelling)
    return scan.reading()


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Lower case without accents or look-alikes, and the place each character came from, with one more at the end."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    pieces: list[str] = []
    offsets: list[int] = []
    for place, character in enumerate(text):
        piece = character.lower() if character < "\x80" else _folded(character)
        pieces.append(piece)
        offsets.extend([place] * len(piece))
    offsets.append(len(text))
    return "".join(pieces), offsets


@lru_cache(maxsize=2048)
def _folded(character: str) -> str:
    plain = character.translate(LOOKALIKES)
    if plain == "°":
        return plain
    parts = unicodedata.normalize("NFKD", plain)
    kept = "".join(part for part in parts if unicodedata.category(part) not in DROPPED)
    return kept.translate(LOOKALIKES).lower()


class _Scan:
    """Collects words while the text is cut."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.stops: dict[int, str] = {}
        self.soft: set[int] = set()

    def take(self, piece: str, start: int, end: int, offsets: Sequence[int]) -> None:
        first = piece[0]
        if piece[:2] == ".." or first in SOFT:
            self.soft.add(len(self.words))
        elif first in HARD:
            self._stop("?" if "?" in piece else first)
        else:
            first_at, last_at = offsets[start], offsets[end - 1] + 1
            self.words.append(_plain(piece, self.text, first_at, last_at))
            self.starts.append(first_at)
            self.ends.append(last_at)

    def _stop(self, mark: str) -> None:
        place = len(self.words)
        self.stops[place] = "?" if self.stops.get(place) == "?" else mark

    def reading(self) -> Reading:
        count = len(self.words)
        edges = sorted({0, count} | {place for place in self.stops if place < count})
        sentences = tuple(Sentence(first, after, self.stops.get(after) == "?") for first, after in pairwise(edges))
        return Reading(
            text=self.text,
            words=self.words,
            starts=self.starts,
            ends=self.ends,
            values=[number(word) for word in self.words],
            hard=sum(1 << place for place in edges[1:-1]),
            soft=sum(1 << place for place in self.soft if 0 < place < count),
            sentences=sentences or (Sentence(0, 0, asks=False),),
        )


def _plain(piece: str, text: str, start: int, end: int) -> str:
    first = piece[0]
    if first.isdigit():
        return piece.replace("o", "0")
    if piece.isalpha():
        if piece == "si" and text[start:end].lower() != "si":
            return "siyes"
        if piece in {"ano", "anos"} and text[start:end].lower() != piece:
            return piece.replace("n", "ni")
        return piece
    if piece in {"&", "+"}:
        return "and"
    if piece.endswith("'s") and piece not in VERBS_WITH_S:
        piece = piece[:-2]
    return piece.replace("'", "").translate(LEET) if first.isalpha() and "/" not in piece else piece


def _write_out(scan: _Scan, spelling: Spelling) -> None:
    """Spell every word as the phrases do, and join what is written apart ("can not")."""
    words = [spelling.written_out.get(word) or spelling.correct(word) for word in scan.words]
    place = 0
    while place < len(words):
        for rest, joined in spelling.joined.get(words[place], ()):
            after = place + 1 + len(rest)
            if tuple(words[place + 1 : after]) == rest and not any(p in scan.stops for p in range(place + 1, after)):
                words[place:after] = [joined]
                _join_spans(scan, place, after)
                break
        place += 1
    scan.words = words


def _join_spans(scan: _Scan, place: int, after: int) -> None:
    scan.starts[place:after] = [scan.starts[place]]
    scan.ends[place:after] = [scan.ends[after - 1]]
    lost = after - place - 1
    scan.stops = {p - lost if p >= after else p: mark for p, mark in scan.stops.items()}
    scan.soft = {p - lost if p >= after else p for p in scan.soft}


SMALL = {
    word: value
    for value, words in enumerate(
        (
            "zero cero", "one uno una", "two dos", "three tres", "four cuatro", "five cinco", "six seis",
            "seven siete", "eight ocho", "nine nueve", "ten diez", "eleven once", "twelve doce", "thirteen trece",
            "fourteen catorce", "fifteen quince", "sixteen dieciseis", "seventeen diecisiete",
            "eighteen dieciocho", "nineteen diecinueve", "twenty veinte",
        )
    )
    for word in words.split()
}  # fmt: skip


def number(word: str) -> float | None:
    """The value of "101,3", "1,020" or "siete"; none for a time, a ratio or a word."""
    if not word[0].isdigit():
        return SMALL.get(word)
    if ":" in word or "/" in word:
        return None
    whole, _, rest = word.replace(",", ".").partition(".")
    if "." in rest or ("," in word and len(rest) == 3):
        return float(whole + rest.replace(".", "")) if len(whole) < 9 else None
    return float(f"{whole[:9]}.{rest[:6] or 0}")
