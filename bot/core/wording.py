"""What a text costs and how hard it is to read; and its placeholders filled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bot.core.syllables import english, spanish

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = frozenset(
    "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    "¡£¤¥§¿ÄÅÆÉÑÖØÜßàäåæÇèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ"
)
_EXTENDED = frozenset("\f[\\]^{|}~€")
_GSM_SIZES = {**dict.fromkeys(_BASIC, 1), **dict.fromkeys(_EXTENDED, 2)}

# One visible sign: a flag, or a character with its marks, tones and joined parts.
_SIGN = re.compile(
    r"[\U0001F1E6-\U0001F1FF]{2}"
    r"|.[\u0300-\u036F\u20D0-\u20FF\uFE00-\uFE0F\U0001F3FB-\U0001F3FF]*"
    r"(?:\u200D.[\uFE00-\uFE0F\U0001F3FB-\U0001F3FF]*)*\u200D?",
    re.DOTALL,
)

# What Twilio's SmartEncoded puts in place of what, by look. Accented vowels are not among it.
_SMART_GROUPS = {
    '"': "«»“”„‟ʺˮ❝❞〝〞＂",
    "'": "‘’‛‗ʻˈʼʽʹ´ˊ`ˋ❛❜＇\u0313\u0314\ufe10\ufe11",
    "-": "–—―‐⁃•⎼⎽﹣－",
    "/": "÷⁄∕⧸／\u0337\u0338",
    "\\": "⧹⧵﹨＼\u20e5",
    "|": "∣｜⎸⎹⏐⎜⎟\u20d2\u20d3",
    "_": "＿\u0332",
    "!": "ǃ﹗！\ufe15",
    "?": "﹖？\ufe16",
    ",": "‚﹐﹑，､、\u0326",
    ".": "。﹒．｡",
    ":": "ː˸⦂꞉：\ufe13",
    ";": "⁏﹔；\ufe14",
    "(": "❨❪﹙（⟮⦅",
    ")": "❩❫﹚）⟯⦆",
    "*": "⁎∗⊛✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋⧆﹡＊",
    "+": "˖﹢＋",
    "=": "꞊﹦＝\u0347",
    "<": "›﹤＜",
    ">": "‹﹥＞",
    "@": "﹫＠",
    "$": "﹩＄",
    "#": "﹟＃",
    "%": "﹪％",
    "&": "﹠＆",
    "^": "ˆ＾\u0302\u1dcd",
    "~": "˜˷∼～\u0303\u0330\u0334",
    "{": "❴﹛｛",
    "}": "❵﹜｝",
    "[": "［",
    "]": "］",
    "": "\u200b\u2060\ufeff\x00\x03\x04\x10\x11\x12\x13\x14\x17\x19",
    " ": "\u2001\u2028\u2029",
    "  ": "\xa0\u2000\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\x80\x8d\x90\x9b\x9f",
    "       ": "\t",
    "...": "…",
    "!!": "‼",
    "1/4": "¼",
    "1/2": "½",
    "3/4": "¾",
}
_SMART = {
    **{0xFEE0 + ord(char): char for char in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"},  # full width
    **dict(zip(map(ord, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"), "ABCDEFGHIJKLMNOPRSTUVWYZ", strict=True)),
    **{ord(char): plain for plain, look_alikes in _SMART_GROUPS.items() for char in look_alikes},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets or UTF-16 units of text, without the headers that join the parts."""

    encoding: Encoding
    segments: int
    units: int


def measure(text: str, *, smart_encoded: bool = False) -> Segments:
    """How Twilio will cut and bill a text. Dividing is not enough: no sign is ever split between parts."""
    if smart_encoded:
        text = text.translate(_SMART)
    if _GSM_SIZES.keys() >= set(text):
        return _cut("GSM-7", [_GSM_SIZES[char] for char in text], single=160, part=153)
    return _cut("UCS-2", [_utf16(sign) for sign in _SIGN.findall(text)], single=70, part=67)


def _utf16(sign: str) -> int:
    return sum(2 if char > "\uffff" else 1 for char in sign)


def _cut(encoding: Encoding, sizes: list[int], *, single: int, part: int) -> Segments:
    units = sum(sizes)
    return Segments(encoding, 1 if units <= single else _parts(sizes, part), units)


def _parts(sizes: list[int], part: int) -> int:
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            parts, filled = parts + 1, 0
        filled += size
    return parts


_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’.,:/-][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$|[\"'”’)])|\n+")

# Fernandez-Huerta's own levels of schooling as (ease, US grade); between them the line is straight.
_SPANISH_GRADES = (
    (120.0, 1.0), (110.0, 2.0), (100.0, 3.0), (90.0, 4.0), (80.0, 5.0), (70.0, 6.0),
    (60.0, 8.0), (50.0, 12.0), (30.0, 16.0), (0.0, 18.0),
)  # fmt: skip


def grade(text: str, language: str) -> float:
    """The US school grade that a text asks of its reader: below 0 for the simplest English, 0 for no words.

    English: Flesch-Kincaid (Kincaid and others 1975), 0.39 words/sentence + 11.8 syllables/word - 15.59.
    Spanish: Fernandez-Huerta's ease (1959) = 206.84 - 0.60 P - 1.02 F, with P the syllables in 100 words and
    F the words in a sentence (as Law corrected it in 2011; the first print had sentences in 100 words), read
    off as a grade: 120 is 1, 110 is 2, 100 is 3, 90 is 4, 80 is 5, 70 is 6, 60 is 8, 50 is 12, 30 is 16 and 0
    is 18, straight in between. Links are left out; a number counts as a word of one syllable.
    """
    sentences = [words for part in _SENTENCE_END.split(_LINK.sub(" ", text)) if (words := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    per_sentence = len(words) / len(sentences)
    if language.partition("-")[0].casefold() == "es":
        ease = 206.84 - 60 * sum(map(spanish, words)) / len(words) - 1.02 * per_sentence
        return round(_spanish_grade(ease), 1)
    syllables = sum(map(english, words)) / len(words)
    return round(0.39 * per_sentence + 11.8 * syllables - 15.59, 1)


def _spanish_grade(ease: float) -> float:
    if ease >= _SPANISH_GRADES[0][0]:
        return _SPANISH_GRADES[0][1]
    for (easier, lower), (harder, higher) in pairwise(_SPANISH_GRADES):
        if ease >= harder:
            return higher - (higher - lower) * (ease - harder) / (easier - harder)
    return _SPANISH_GRADES[-1][1]


_PLACEHOLDER = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


class UnknownPlaceholder(LookupError):
    """A text asks for a value that nobody gave."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no value for the placeholder {{{name}}}")
        self.name = name


def placeholders(template: str) -> frozenset[str]:
    """Whatever stands between braces, also what could never be filled: a text has no other use for them."""
    return frozenset(match[1] for match in _PLACEHOLDER.finditer(template))


def counted(template: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The placeholders that carry a noun, with its forms: {days:day|days}."""
    return tuple((m[1], tuple(m[2].split("|"))) for m in _PLACEHOLDER.finditer(template) if m[2] is not None)


def render(template: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled. Raises UnknownPlaceholder; values are not searched for more.

    {days} becomes "4"; {days:day|days} becomes "4 days", the form chosen by `plural`.
    """

    def put(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise UnknownPlaceholder(match[1])
        return _put(match, values[match[1]])

    return _PLACEHOLDER.sub(put, template)


def fill(wording: Mapping[str, str], values: Mapping[str, str]) -> Mapping[str, str]:
    """The wording with these placeholders filled, and any other left as it stands."""

    def put(match: re.Match[str]) -> str:
        return _put(match, values[match[1]]) if match[1] in values else match[0]

    if not any(f"{{{name}" in text for text in wording.values() for name in values):
        return wording
    return {language: _PLACEHOLDER.sub(put, text) for language, text in wording.items()}


def _put(match: re.Match[str], value: str) -> str:
    return f"{value} {plural(value, match[2].split('|'))}" if match[2] is not None else value


def plural(number: str, forms: Sequence[str]) -> str:
    """The form of a noun beside a number. Two forms: one, and any other number, as in English and Spanish.

    Three forms: one, a few (2 to 4, but not 12 to 14), and many, as in Polish and Russian. One form serves all.
    """
    if len(forms) == 1 or number == "1":
        return forms[0]
    is_few = number.isdecimal() and 2 <= int(number) % 10 <= 4 and not 12 <= int(number) % 100 <= 14
    return forms[1] if len(forms) == 2 or is_few else forms[2]


def choose(wording: Mapping[str, str], language: str) -> str:
    """The text in that language, else in its base ("es-MX": "es"), else in English.

    Raises LookupError when none of them is there.
    """
    for tag in (language, language.partition("-")[0], "en"):
        if tag in wording:
            return wording[tag]
    raise LookupError(f"no text in {language} or English")
