"""What each word of a text stands under: a no before it, a past, another's body or an "if" in its sentence.

Coarser than the context that judges phrases, and not a judgement: the ear has learnt what each is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, product

REACH = 7
"""How many words a "no" goes on for, until a stop, a "but" or an "I" ends it."""
LISTED_REACH = 4
"""How many more each "or" or comma of a list gives it."""

NO, BUT, ME = "$scope_no", "$scope_but", "$scope_me"
LISTING = frozenset({"or", "nor", "and", "o", "ni", "y", ","})
STOPS = frozenset(".?")
OF_SENTENCE = (("$scope_if", "?"), ("$scope_past", "<"), ("$scope_other", "@"))

DENIED, SAID = "!", "+"
SCOPES = tuple(
    mark + "".join(about) for mark in (DENIED, SAID) for about in product(*(("", m) for _, m in OF_SENTENCE))
)
"""Every mark that a word may have."""


def scopes_of(words: Sequence[str], senses: Sequence[tuple[str, ...]]) -> list[str]:
    """Marks for each word: "!" or "+" for denied or said, then "?", "<" and "@" for if, past and another."""
    found: list[str] = []
    start = 0
    last = len(words) - 1
    for place, mark in enumerate(_denials(words, senses)):
        found.append(mark)
        if place == last or words[place] in STOPS:
            about = _about(senses[start : place + 1], asks=words[place] == "?")
            if about:
                found[start:] = [mark + about for mark in found[start:]]
            start = place + 1
    return found


def _denials(words: Sequence[str], senses: Sequence[tuple[str, ...]]) -> list[str]:
    marks: list[str] = []
    until = -1
    for place, (word, own) in enumerate(zip(words, senses, strict=True)):
        if word in STOPS or (own and (BUT in own or (ME in own and NO not in own))):
            until = -1
        marks.append(DENIED if place <= until else SAID)
        if NO in own:
            until = place + REACH
        elif place <= until and word in LISTING:
            until = place + LISTED_REACH
    return marks


def _about(senses: Sequence[tuple[str, ...]], *, asks: bool) -> str:
    inside = set(chain.from_iterable(senses))
    return "".join(mark for cue, mark in OF_SENTENCE if cue in inside or (asks and mark == "?"))
