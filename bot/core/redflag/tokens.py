"""A patient's text as words: folded, cut and spelled out, each word still knowing its place in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

ALIKE = {
    "a": "аАαΑᴀ", "b": "ВвΒЬ", "c": "сСϲ", "d": "ԁ", "e": "еЕΕεᴇ", "g": "ɡ", "h": "һнНΗ", "i": "іІιΙıɩӏ", "j": "јЈ",
    "k": "кКκΚ", "m": "мМΜ", "n": "Νпη", "o": "оОοΟᴏ", "p": "рРρΡ", "q": "ԛ", "r": "г", "s": "ѕЅ", "t": "тТτΤ",
    "u": "υ", "v": "νѵ", "w": "ԝω", "x": "хХχΧ", "y": "уУҮΥ", "z": "Ζ", "3": "з", "'": "’‘`´ʼ＇′ʻ", "°": "º˚",
}  # fmt: skip
LOOKALIKES = {ord(other): letter for letter, others in ALIKE.items() for other in others}
DROPPED = {"Mn", "Cf", "Sk", "Me", "Cc", "Cn", "Co", "Cs"}
"""Accents, zero-width characters, skin tones and variation selectors carry no meaning here."""
HALVES = {"½": ".5", "¼": ".25", "¾": ".75"}
GAP_LEFT = "\ue000"
"""Stands for a character that folds to none or to several, until the places are worked out."""

WORD, NUMBER, MIXED, SOFT, HARD, SIGN = range(1, 7)
TOKEN = re.compile(
    r"([^\W\d_]+)(?![\w'*@/])"
    r"|(\d+(?:o+\d+)*(?:(?:[.,:/]|\.\.)\d+)*)"
    r"|(w/o(?![a-z])|w/|[^\W\d_]+(?:'+[^\W\d_]+|[0134*@]+[^\W\d_]+)*)"
    r"|(\.{2,}|…|[,:/()\[\]–—¿¡]|(?<=\s)-+(?=\s))"
    r"|([.!?;\n]+)"
    r"|([$%°&<>=]|\+|([☀-➿⬀-⯿🀀-🫿])\7*)"
)
VERBS_WITH_S = frozenset(
    ("it's", "he's", "she's", "that's", "there's", "what's", "who's", "how's", "where's", "here's")
)
"""Here the s is a verb that matters; elsewhere ("Ken's", "fever's gone") it is left out."""
LEET = str.maketrans("0134@", "oieaa")
TOLD_BY_ACCENT = frozenset(("si", "ano", "anos"))
LETTER_BY_LETTER = re.compile(r"(?<![^\W_])[^\W\d_](?: [^\W\d_]){2,}(?![^\W_])")


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
    spans: list[tuple[int, int]]
    offsets: Sequence[int]
    values: list[float | None]
    hard: int
    soft: int
    sentences: tuple[Sentence, ...]

    def sentence_of(self, place: int) -> Sentence:
        return self.sentences[(self.hard & ((2 << place) - 1)).bit_count()]

    def quote(self, first: int, after: int) -> tuple[int, int]:
        """Where words first..after-1 stand in the original text."""
        return self.offsets[self.spans[first][0]], self.offsets[self.spans[after - 1][1] - 1] + 1


@dataclass(frozen=True, slots=True)
class Spelling:
    """How words are written out before anything is listened for. `correct` may give several words for one."""

    settled: Mapping[str, str]
    joined: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    correct: Callable[[str], str]


def read(text: str, spelling: Spelling) -> Reading:
    folded, offsets = fold(text)
    scan = _cut(text, folded, offsets)
    words, spans, kept = _write_out(scan, spelling)
    stops = {kept[place]: mark for place, mark in scan.stops.items()}
    count = len(words)
    edges = sorted({0, count} | {place for place in stops if place < count})
    sentences = tuple(Sentence(first, after, stops.get(after) == "?") for first, after in pairwise(edges))
    return Reading(
        text=text,
        words=words,
        spans=spans,
        offsets=offsets,
        values=[SMALL.get(word) if word.isalpha() else number(word) for word in words],
        hard=sum(1 << place for place in edges[1:-1]),
        soft=sum({1 << kept[place] for place in scan.soft if 0 < kept[place] < count}),
        sentences=sentences or (Sentence(0, 0, asks=False),),
    )


class _Table(dict[int, str]):
    """What each character folds to, worked out when it is first met; one for one, or the mark of a gap."""

    def __missing__(self, code: int) -> str:
        plain = _folded(chr(code))
        self[code] = plain if len(plain) == 1 else GAP_LEFT
        return self[code]


FOLDED = _Table()


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Lower case without accents or look-alikes, and the place each character came from, with one more at the end."""
    if text.isascii():
        folded: str = text.lower()
        offsets: Sequence[int] = range(len(text) + 1)
    else:
        folded, offsets = text.translate(FOLDED), range(len(text) + 1)
        if GAP_LEFT in folded:
            folded, offsets = _with_gaps(text)
    if LETTER_BY_LETTER.search(folded):
        return _closed_up(folded, offsets)
    return folded, offsets


def _with_gaps(text: str) -> tuple[str, Sequence[int]]:
    pieces: list[str] = []
    offsets: list[int] = []
    for place, character in enumerate(text):
        piece = _folded(character)
        pieces.append(piece)
        offsets.extend([place] * len(piece))
    offsets.append(len(text))
    return "".join(pieces), offsets


def _closed_up(folded: str, offsets: Sequence[int]) -> tuple[str, Sequence[int]]:
    """ "c a n t": letters set apart for weight are one word."""
    spaces = {
        place
        for found in LETTER_BY_LETTER.finditer(folded)
        for place in range(found.start(), found.end())
        if folded[place] == " "
    }
    kept = [place for place in range(len(folded)) if place not in spaces]
    return "".join(folded[place] for place in kept), [*(offsets[place] for place in kept), offsets[len(folded)]]


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    if character in HALVES:
        return HALVES[character]
    if character in "\n…":
        return character
    plain = character.translate(LOOKALIKES)
    if plain == "°":
        return plain
    parts = unicodedata.normalize("NFKD", plain)
    kept = "".join(part for part in parts if unicodedata.category(part) not in DROPPED)
    return kept.translate(LOOKALIKES).lower()


@dataclass(slots=True)
class _Scan:
    """The words as typed, their places in the folded text, and before which of them a sentence or a part ends."""

    words: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    stops: dict[int, str] = field(default_factory=dict)
    soft: set[int] = field(default_factory=set)


def _cut(text: str, folded: str, offsets: Sequence[int]) -> _Scan:
    scan = _Scan()
    words, spans = scan.words, scan.spans
    for found in TOKEN.finditer(folded):
        piece, kind = found[0], found.lastindex
        if kind == WORD:
            if piece in TOLD_BY_ACCENT:
                piece = _told_by_accent(piece, text[offsets[found.start()] : offsets[found.end() - 1] + 1])
            words.append(piece)
            spans.append(found.span())
        elif kind == SOFT:
            scan.soft.add(len(words))
        elif kind == HARD:
            place = len(words)
            scan.stops[place] = "?" if "?" in piece or scan.stops.get(place) == "?" else piece[0]
        else:
            words.append(_plain(piece, kind))
            spans.append(found.span())
    return scan


def _told_by_accent(piece: str, typed: str) -> str:
    """ "sí" is a yes and "si" an if; "año" is a year."""
    if typed.lower() == piece:
        return piece
    return "siyes" if piece == "si" else piece.replace("n", "ni")


def _plain(piece: str, kind: int | None) -> str:
    if kind == NUMBER:
        return piece.replace("o", "0").replace("..", ".")
    if kind != MIXED:
        return "and" if piece[0] in "&+" else piece[0]
    if piece.endswith("'s") and piece not in VERBS_WITH_S:
        piece = piece[:-2]
    return piece if "/" in piece else piece.replace("'", "").translate(LEET)


def _write_out(scan: _Scan, spelling: Spelling) -> tuple[list[str], list[tuple[int, int]], list[int]]:
    """Spell every word as the phrases do, joining what is written apart ("can not") and parting what is run together.

    The third list says where each word that was typed has come to stand, with one more at the end.
    """
    settled, joined = spelling.settled, spelling.joined
    typed = [settled.get(word) or spelling.correct(word) for word in scan.words]
    if joined.keys().isdisjoint(typed) and not any(" " in word for word in typed):
        return typed, scan.spans, list(range(len(typed) + 1))
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    kept: list[int] = []
    place = 0
    while place < len(typed):
        word, length = typed[place], 1
        if word in joined:
            word, length = _joined(typed, place, scan.stops, joined[word])
        kept += [len(words)] * length
        span = (scan.spans[place][0], scan.spans[place + length - 1][1])
        for part in word.split(" ") if " " in word else (word,):
            words.append(part)
            spans.append(span)
        place += length
    return words, spans, [*kept, len(words)]


def _joined(
    typed: Sequence[str], place: int, stops: Mapping[int, str], rests: Sequence[tuple[tuple[str, ...], str]]
) -> tuple[str, int]:
    for rest, word in rests:
        after = place + 1 + len(rest)
        if tuple(typed[place + 1 : after]) == rest and not any(p in stops for p in range(place + 1, after)):
            return word, len(rest) + 1
    return typed[place], 1


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
