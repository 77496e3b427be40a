"""STOP, START and HELP: the few words that mean the programme itself, in any conversation or in none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from bot.core.text import normalise


class Keyword(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


# Twilio's default list, the words the FCC names (47 CFR 64.1200(a)(10)), and Spanish.
_CLEAR_STOP = (
    "stop|stop all|stopall|unsubscribe|unsubscribe me|optout|opt out|opt me out|stop texting|stop texting me"
    "|stop messaging me|stop sending me texts|stop sending me messages"
)
# No less certain as a whole message; as one sentence of a longer text they may be about something else.
_STOP = (
    "end|quit|revoke|cancel|stop please|please stop|please stop texting me|stop texting me please"
    "|please unsubscribe me|alto|parar|pare|cancelar|baja|no mas|detener"
)
_START = "start|unstop|iniciar|comenzar"
_HELP = "help|info|ayuda"

_CLEAR = frozenset(_CLEAR_STOP.split("|"))
_WHOLE: Mapping[str, Keyword] = {
    **dict.fromkeys(_CLEAR, Keyword.STOP),
    **dict.fromkeys(_STOP.split("|"), Keyword.STOP),
    **dict.fromkeys(_START.split("|"), Keyword.START),
    **dict.fromkeys(_HELP.split("|"), Keyword.HELP),
}
_LONGEST = 200
"""A keyword with ever so many marks around it; what is longer is read as sentences only."""

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"[^.!?;:\n\r…]+[.!?;:\n\r…]*")

_YES = "y yes yeah yep yup si sip claro start unstop join agree accept acepto iniciar comenzar"
_JOINS = frozenset(_YES.split())
_POLITE = "i please thanks thank you por favor gracias ok okay"
_ALLOWED = _JOINS.union(_POLITE.split())


def keyword(text: str) -> Keyword | None:
    """A whole message that is a keyword, or STOP as a clear sentence at either end of a longer one.

    Only certain cases: "the bleeding won't stop" and "stop? or go on" are none.
    """
    return _whole(text) or _at_an_end(text)


def is_join(text: str) -> bool:
    """Is this a clear yes to "may we text you?"; a question or a longer sentence is none."""
    if len(text) > 60 or "?" in text:
        return False
    words = set(_WORD.findall(normalise(text)))
    return bool(words & _JOINS) and words <= _ALLOWED


def _whole(text: str) -> Keyword | None:
    return _WHOLE.get(_words(text)) if len(text) <= _LONGEST else None


def _at_an_end(text: str) -> Keyword | None:
    if "stop" not in text.casefold():
        return None
    sentences = [sentence for sentence in _SENTENCE.findall(text) if _words(sentence)]
    ends = (sentences[0], sentences[-1]) if sentences else ()
    return Keyword.STOP if any(map(_says_stop, ends)) else None


def _says_stop(sentence: str) -> bool:
    return "?" not in sentence and _words(sentence) in _CLEAR


def _words(text: str) -> str:
    return " ".join(_WORD.findall(normalise(text)))


__all__ = ["Keyword", "is_join", "keyword"]
