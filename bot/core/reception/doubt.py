"""Every plausible reading of a reply, to the waiting question, the one after it and the one before: is any red?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.core.binding import STILL_MEANT_FOR, Bound, bind, is_too_soon, readings
from bot.core.flow import AnswerClass, Flow, Unclear
from bot.core.redflag.table import Concern
from bot.core.reply import understand
from bot.core.session import Facts, Session, State, advance, asked, red_if


@dataclass(frozen=True, slots=True)
class Doubt:
    """Red flags that a reply holds if it was meant for this step."""

    step: str
    concerns: tuple[Concern, ...]

    @property
    def why(self) -> str:
        return f"may answer: {self.step}"


def is_for_waiting(flow: Flow, session: Session, words: str, at: datetime) -> bool:
    """Plainly an answer to the question that waits, so that no other reading is asked about."""
    bond = bind(words, session.closed, at=at, has_arrived=True)
    is_clear = not isinstance(understand(asked(flow, session.step).question, words), Unclear)
    return bond.to is Bound.HERE and is_clear and not is_too_soon(session.closed, at)


def concerns_of(doubts: tuple[Doubt, ...]) -> tuple[Concern, ...]:
    return tuple(dict.fromkeys(concern for doubt in doubts for concern in doubt.concerns))


def why_doubted(doubts: tuple[Doubt, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(doubt.why for doubt in doubts))


def of_step(flow: Flow, session: Session, step: str | None, words: str, facts: Facts) -> tuple[Doubt, ...]:
    """What these words would be as an answer to that question, whole or in parts."""
    if not step:
        return ()
    found = tuple(
        concern for answer in ways_to_read(flow, step, words) for concern in red_if(flow, session, step, answer, facts)
    )
    return (Doubt(step, found),) if found else ()


def ways_to_read(flow: Flow, step: str, words: str) -> tuple[AnswerClass, ...]:
    question = asked(flow, step).question
    whole = understand(question, words)
    return tuple(readings(question, words)) if isinstance(whole, Unclear) else (whole,)


def of_closed(flow: Flow, session: Session, words: str, at: datetime | None, facts: Facts) -> tuple[Doubt, ...]:
    """Words that may still be meant for the question before."""
    closed = session.closed
    if closed is None or at is None or at - closed.at > STILL_MEANT_FOR:
        return ()
    return of_step(flow, session, closed.step, words, facts)


def of_parts(flow: Flow, session: Session, words: str, facts: Facts) -> tuple[Doubt, ...]:
    """ "1 and 7" may answer the waiting question with one and the one after it with the other."""
    return tuple(_of_parts(flow, session, session.step or "", words, facts))


def _of_parts(flow: Flow, session: Session, step: str, words: str, facts: Facts) -> Iterator[Doubt]:
    yield from of_step(flow, session, step, words, facts)
    for answer in readings(asked(flow, step).question, words):
        onward = advance(flow, session, answer, facts).session
        if onward.state is State.ACTIVE:
            yield from of_step(flow, onward, onward.step, words, facts)
