"""A text that belongs to another question than the one that waits: the same words again, or a correction."""

from __future__ import annotations

from dataclasses import replace

from bot.core.binding import Bond, Bound
from bot.core.flow import Flow, Unclear, Words
from bot.core.reception.decision import Decision, Spoken, Text
from bot.core.reception.doubt import Doubt, concerns_of, of_closed, of_step
from bot.core.reception.turning import closing, from_turn
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Concern
from bot.core.reply import understand
from bot.core.session import Facts, Session, Turn, advance, answer_late, asked, red_if


def not_scored(text: Text, to: Bound, heard: Heard, flow: Flow, session: Session, facts: Facts) -> Decision:
    """It is no answer to the waiting question, which is asked again once. Were it a red one, staff hear of it."""
    doubts = _other_readings(text, to, flow, session, facts)
    flags = heard.concerns + concerns_of(doubts)
    nothing = Unclear("sent again" if to is Bound.SENT_AGAIN else "written before the question")
    turn = _counted(_told(flow, session, nothing, facts, flags) if flags else Turn(session))
    decision = replace(from_turn(turn, nothing, heard, facts, doubts), understood=nothing.why)
    if session.closed and session.closed.copies:
        return replace(decision, say=tuple(spoken for spoken in decision.say if spoken.urgent))
    return decision if flags else replace(decision, say=_next(flow, session, "sent_again"))


def _other_readings(text: Text, to: Bound, flow: Flow, session: Session, facts: Facts) -> tuple[Doubt, ...]:
    here = () if session.is_over else of_step(flow, session, session.step, text.body, facts)
    if to is Bound.SENT_BEFORE or session.is_over:
        return here + of_closed(flow, session, text.body, text.at, facts)
    return here


def _told(flow: Flow, session: Session, nothing: Unclear, facts: Facts, flags: tuple[Concern, ...]) -> Turn:
    if session.is_over:
        return Turn(session, say=facts.table.tells(flags, in_hours=facts.in_hours), red_flags=flags)
    return advance(flow, session, nothing, facts, flags)


def _counted(turn: Turn) -> Turn:
    """Fifty copies of one text are answered once."""
    closed = turn.session.closed
    if closed is None:
        return turn
    return replace(turn, session=replace(turn.session, closed=replace(closed, copies=closed.copies + 1)))


def _next(flow: Flow, session: Session, notice: str) -> tuple[Spoken, ...]:
    """A standard text, and the question that waits, if one does."""
    if session.is_over:
        return (Spoken(notice=notice),)
    return (Spoken(notice=notice), Spoken(text=asked(flow, session.step).text))


def correct(text: Text, bond: Bond, heard: Heard, flow: Flow, session: Session, facts: Facts) -> Decision | None:
    """The answer before is scored anew; None when the words do not fit it, or rather answer what waits.

    What the first answer raised stands: a person judges which of the two was meant.
    """
    closed = session.closed
    if closed is None or _answers_here(text, bond, flow, session):
        return None
    question = asked(flow, closed.step).question
    answer = understand(question, bond.words)
    if isinstance(answer, Unclear | Words):
        return None
    was_red = red_if(flow, session, closed.step, understand(question, closed.words), facts)
    doubts = () if session.is_over else of_step(flow, session, session.step, bond.words, facts)
    turn = answer_late(flow, session, closed.step, answer, facts, heard.concerns + concerns_of(doubts))
    decision = from_turn(closing(turn, text, bond.words), answer, heard, facts, doubts)
    return replace(
        decision,
        corrects=closed,
        understood=f"corrected: {decision.understood}",
        say=decision.say + _after(flow, turn, is_red_before=bool(was_red)),
    )


def _answers_here(text: Text, bond: Bond, flow: Flow, session: Session) -> bool:
    """ "sorry, no" may be a polite answer; and what follows an unclear reply mends that one."""
    if session.is_over or (bond.is_sure and not session.unclear):
        return False
    return not isinstance(understand(asked(flow, session.step).question, text.body), Unclear)


def _after(flow: Flow, turn: Turn, *, is_red_before: bool) -> tuple[Spoken, ...]:
    if not turn.red_flags:
        return _next(flow, turn.session, "corrected_stands" if is_red_before else "corrected")
    return () if turn.session.is_over else (Spoken(text=asked(flow, turn.session.step).text),)
