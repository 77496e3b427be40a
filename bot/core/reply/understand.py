"""`understand`: a reply becomes exactly one answer class. English and Spanish both count, always."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

from bot.core.flow import AnswerClass, Kind, Number, Question, Unclear, Words
from bot.core.keyword import keyword
from bot.core.reply.amount import amount
from bot.core.reply.choice import choice
from bot.core.reply.scale import scale
from bot.core.reply.temperature import temperature
from bot.core.reply.yesno import yes_no
from bot.core.text import normalise

LONGEST_NUMBER = 160
"""A number among more letters than this is a story, not an answer."""

_NUMBERS: Mapping[Kind, Callable[[Question, str], Number | Unclear]] = {
    Kind.SCALE: scale,
    Kind.NUMBER: amount,
    Kind.TEMPERATURE: temperature,
}


def understand(question: Question, text: str) -> AnswerClass:
    """Never raises, and never guesses towards "fine": what could be read in two ways is Unclear."""
    plain = normalise(text)
    match question.kind:
        case Kind.YES_NO:
            return yes_no(plain)
        case Kind.WORDS:
            return _words(text, plain)
        case Kind.CHOICE:
            return Unclear("a keyword") if keyword(text) else choice(question, plain)
        case number:
            return _NUMBERS[number](question, plain) if len(plain) <= LONGEST_NUMBER else Unclear("a long text")


def _words(text: str, plain: str) -> AnswerClass:
    """STOP and its like are about the programme; marks alone say nothing, but a picture of a face does."""
    if keyword(text):
        return Unclear("a keyword")
    says = any(char.isalnum() or unicodedata.category(char) == "So" for char in plain)
    return Words() if says else Unclear("no answer in it")
