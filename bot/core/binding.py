"""Which question a reply belongs to: the one that waits, or the one before it; and every way it could be read.

People send "2" again when no answer comes, "sorry i meant 3" after the next question has arrived, and "1 and 7" to
be done with both. What belongs to another question is never scored against this one, and whatever could be red in
any reading reaches staff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.flow import AnswerClass, Question, Unclear, Words
from bot.core.reply import normalise, understand
from bot.core.session import Closed

SENT_AGAIN_WITHIN = timedelta(minutes=2)
"""The same words again, while nothing proves that the next question arrived, were sent again for want of an answer."""

UNSEEN_FOR = timedelta(seconds=5)
"""Nobody has read and answered a question so soon after the one before it was answered, also when it did arrive.

Clinic's time. A texted question is about 100 characters, which take a second or two to arrive and some three to read.
"""

STILL_MEANT_FOR = timedelta(hours=1)
"""How long words that do not answer the waiting question may still be meant for the one before it."""

LATE_WITHIN = timedelta(days=3)
"""How long after its end the question of an expired conversation may still be answered; then it is only words."""

LONGEST_CORRECTION = 80
"""More letters than this are a story, in which "i meant" corrects nothing that was texted."""

MOST_PARTS = 6

_SURE = re.compile(
    r"\b(?:i|we)? ?(?:meant|ment)(?: to (?:say|put|text|type))?\b|\bi mean\b|\bcorrection\b|\btypo\b"
    r"|\b(?:make|change) (?:that|it|my answer)(?: to)?\b|\b(?:my|a) mistake\b"
    r"|\bshould(?:'?ve| have)? (?:be|been|said)\b"
    r"|\bwrong (?:answer|button|one|key)\b|\bfat finger(?:ed)?\b"
    r"|\b(?:quise|queria|quiero) (?:decir|poner)\b|\bdigo\b|\bme equivoque\b|\bcorri(?:jo|ge|geme)\b|\bcorreccion\b"
    r"|\bmejor dicho\b|\b(?:cambie|cambia|cambio) (?:eso|mi respuesta)\b|^\*|\*$"
)
_SLIP = re.compile(r"^(?:(?:sorry|perdon) )?(?:oops|opps|whoops|no wait|wait|ay no|espera|no no)\b")
_SORRY = re.compile(r"^(?:sorry|srry|sry|perdon|perdona|perdone|disculpe|disculpa)\b")
_LEFT_OUT = re.compile(
    r"\b(?:sorry|srry|sry|oops|opps|whoops|wait|no wait|perdon|perdona|perdone|disculpe|disculpa|ay no|espera|that was"
    r"|it was|it is|its|it's|era|eran|es|fue|for the|to the|last one|first one|first|last|previous|before|primera"
    r"|anterior|pasada|antes|question|pregunta|la|my|to|a|an|un|una)\b|[*.,!:;()-]"
)
_BETWEEN = re.compile(r"\s*(?:[,;/\n&+]|(?<=\d)-(?=\d)|\b(?:and|y|then|luego|pero|but|or|o|to|a)\b)\s*")
_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d+)?(?![\d.])")


class Bound(StrEnum):
    """To which question a reply belongs. SENT_BEFORE: it was written before the waiting question was asked."""

    HERE = "here"
    SENT_AGAIN = "sent_again"
    SENT_BEFORE = "sent_before"
    CORRECTS = "corrects"


@dataclass(frozen=True, slots=True)
class Bond:
    """Where a reply belongs, and the words that are left to be understood there.

    `is_sure`: "sorry, no" may correct the answer before, or answer this question politely.
    """

    to: Bound
    words: str
    is_sure: bool = True


def bind(words: str, closed: Closed | None, *, at: datetime | None, has_arrived: bool) -> Bond:
    """`has_arrived`: the carrier has told that the waiting question reached the phone. `at`: None binds to nothing."""
    if closed is None or at is None:
        return Bond(Bound.HERE, words)
    age = at - closed.at
    # Once the question was asked again, the same words are an answer to that, unless they come at the same moment.
    is_seen = has_arrived or closed.copies > 0
    if _is_same(words, closed) and age <= (UNSEEN_FOR if is_seen else SENT_AGAIN_WITHIN):
        return Bond(Bound.SENT_AGAIN, words)
    plain = normalise(words)
    if len(plain) <= LONGEST_CORRECTION and (_SURE.search(plain) or age <= SENT_AGAIN_WITHIN):
        if _SURE.search(plain) or _SLIP.search(plain):
            return Bond(Bound.CORRECTS, corrected(plain))
        if _SORRY.search(plain):
            return Bond(Bound.CORRECTS, corrected(plain), is_sure=False)
    return Bond(Bound.SENT_BEFORE if age < timedelta() else Bound.HERE, words)


def hangs_on_receipt(words: str, closed: Closed | None, at: datetime) -> bool:
    """Whether it makes a difference that the waiting question has arrived: only then is it worth looking up."""
    if closed is None or closed.copies or not _is_same(words, closed):
        return False
    return UNSEEN_FOR < at - closed.at <= SENT_AGAIN_WITHIN


def _is_same(words: str, closed: Closed) -> bool:
    return normalise(words) == normalise(closed.words)


def is_too_soon(closed: Closed | None, at: datetime | None) -> bool:
    """Whether it came too soon after the answer before it to be sure that the waiting question had been read."""
    return closed is not None and at is not None and at - closed.at <= UNSEEN_FOR


def corrected(plain: str) -> str:
    """ "sorry i meant 3" without what only says that it is a correction: what comes after that, else what is before."""
    return _rest(_SURE.split(plain)[-1]) or _rest(_SURE.sub(" ", plain))


def _rest(plain: str) -> str:
    return " ".join(_LEFT_OUT.sub(" ", plain).split())


def readings(question: Question, words: str) -> Iterator[AnswerClass]:
    """Every way in which words that are no plain answer could still be one, in order: "1 and 9" may be either.

    Only for what `understand` found unclear; nothing is scored by it, it only asks whether a reading is red.
    """
    plain = normalise(words)
    parts = [part for part in _BETWEEN.split(plain) if part]
    if not 1 < len(parts) <= MOST_PARTS:
        parts = plain.split()
    if not 1 < len(parts) <= MOST_PARTS:
        return
    for part in parts:
        answer = understand(question, part)
        if isinstance(answer, Unclear):
            numbers = _NUMBER.findall(part)
            answer = understand(question, numbers[0]) if len(numbers) == 1 else answer
        if not isinstance(answer, Unclear | Words):
            yield answer
