"""Counting syllables, near enough for a reading grade: English by rule of thumb, Spanish by its rules."""

from __future__ import annotations

import re
import unicodedata

_SOUNDS = re.compile(r"[aeiouy]+")
# Vowels side by side that are spoken apart: "medium", "quieter", "trying", "usual", "video".
_APART = re.compile(r"(?<![tscgx])i[aou]|ie[tr]|[aeiouy]ing$|ua[lt]|(?<!g)eo")
# An e that is written and not spoken: at the end ("time", "times", "walked") and within ("safely").
_SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l)e$"
    r"|(?:[^aeiouycgsxzhl]|[^cs]h|[aeiouy]l)es$"
    r"|[^aeioutd]ed$"
)
_SILENT_WITHIN = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)e(?=(?:ly|ments?|ful|less|ness|where|thing|body)$)")

# Common words in our texts that the rule of thumb gets wrong.
_ENGLISH_BY_COUNT = {
    1: "am are be clothes eye eyes he hey hour hours me once one our she the walked we your",
    2: (
        "being business create diet different doing er evening every fever fluid fluids going maybe needed never "
        "ok people pm poem quiet react rn science seeing someone something sometimes swollen "
        "wednesday"
    ),
    3: (
        "area areas everyone everything gradual idea medicine medicines mri naloxone opioid opioids "
        "period radio reaction recipe tylenol usual video"
    ),
    4: "diarrhea february ibuprofen january sciatica usually",
    6: "acetaminophen",
}
_ENGLISH = {word: count for count, words in _ENGLISH_BY_COUNT.items() for word in words.split()}


def english(word: str) -> int:
    """Syllables of one word, 1 at least; of a joined word ("follow-up") the sum of its parts."""
    parts = re.findall(r"[a-z']+", word.casefold().replace("’", "'")) or [""]
    return sum(map(_english_part, parts))


def _english_part(word: str) -> int:
    word = word.replace("'", "")
    if word in _ENGLISH:
        return _ENGLISH[word]
    spoken = len(_SOUNDS.findall(word)) + len(_APART.findall(word))
    silent = bool(_SILENT.search(word)) + bool(_SILENT_WITHIN.search(word))
    return max(spoken - silent, 1)


_SILENT_U = re.compile(r"qu(?=[eiéí])|gu(?=[eiéí])")
_NUCLEI = re.compile(r"[iuüy]?[aeoáéó][iuüy]?(?![aeiouáéíóúü])|[iuüy]?[aeoáéó]|[íú]|[iuüy]+")
_CONSONANT_Y = re.compile(r"y(?=[aeiouáéíóú])")


def spanish(word: str) -> int:
    """Syllables of one word, 1 at least: two strong vowels, or an accented weak one, stand apart."""
    word = unicodedata.normalize("NFC", word.casefold())
    word = _SILENT_U.sub("k", _CONSONANT_Y.sub("j", word))
    return max(len(_NUCLEI.findall(word)), 1)
