"""A text after the conversation is over: a late answer, a correction, the same words again, or neither."""

from __future__ import annotations

from dataclasses import replace

from bot.core.alert import Cause
from bot.core.binding import LATE_WITHIN, Bound, bind
from bot.core.flow import Unclear, Words
from bot.core.reception.adding import adding
from bot.core.reception.bound import correct, not_scored
from bot.core.reception.decision import Decision, Matter, Over, Text
from bot.core.reception.doubt import concerns_of, of_closed, of_step
from bot.core.reception.turning import closing, from_turn
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.reply import understand
from bot.core.session import Facts, State, Turn, answer_late, asked


def of_the_one_before(text: Text, heard: Heard, over: Over, facts: Facts) -> Decision | None:
    """What it is to the conversation that ended last; None when it is nothing to it."""
    session = over.session
    bond = bind(text.body, session.closed, at=text.at, has_arrived=False)
    if bond.to is Bound.SENT_AGAIN:
        return not_scored(text, bond.to, heard, over.flow, session, facts)
    if bond.to is Bound.CORRECTS and (corrected := correct(text, bond, heard, over.flow, session, facts)):
        return corrected
    return _answered(text, heard, over, facts) or _doubted(text, heard, over, facts)


def _answered(text: Text, heard: Heard, over: Over, facts: Facts) -> Decision | None:
    """The question that nobody answered in time is answered now: kept, judged, and shown to a person."""
    step = over.session.step
    if not _is_open(over, text) or step is None:
        return None
    answer = understand(asked(over.flow, step).question, text.body)
    if isinstance(answer, Unclear | Words):
        return None
    turn = answer_late(over.flow, over.session, step, answer, facts, heard.concerns)
    decision = from_turn(closing(turn, text, text.body), answer, heard, facts)
    decision = replace(decision, understood=f"late: {decision.understood}")
    return decision if turn.red_flags else adding(decision, Matter(Tier.ROUTINE, Cause.LATE, why=(f"answer: {step}",)))


def _is_open(over: Over, text: Text) -> bool:
    """A question is answered late once; what comes after that is a correction, or only words."""
    session, at = over.session, text.at
    if session.state is not State.EXPIRED or at is None or at - over.ended_at > LATE_WITHIN:
        return False
    return session.step not in session.answers


def _doubted(text: Text, heard: Heard, over: Over, facts: Facts) -> Decision | None:
    """No answer that may be kept, but one that would be red."""
    doubts = of_closed(over.flow, over.session, text.body, text.at, facts)
    if _is_open(over, text):
        doubts += of_step(over.flow, over.session, over.session.step, text.body, facts)
    if not doubts:
        return None
    flags = heard.concerns + concerns_of(doubts)
    told = Turn(over.session, say=facts.table.tells(flags, in_hours=facts.in_hours), red_flags=flags)
    return from_turn(told, Unclear("may be a late answer"), heard, facts, doubts)
