"""A text while a question waits: an answer, or something else that the question stands for."""

from __future__ import annotations

from bot.core.alert import Cause
from bot.core.binding import Bond, Bound, bind, is_too_soon
from bot.core.flow import AnswerClass, Ask, Unclear
from bot.core.reception.adding import adding, by_hours, saying, with_pictures
from bot.core.reception.bound import correct, not_scored
from bot.core.reception.decision import Decision, Matter, Spoken, Text, Waiting
from bot.core.reception.doubt import Doubt, concerns_of, of_closed, of_parts
from bot.core.reception.language import language_asked
from bot.core.reception.leaving import wrong_person
from bot.core.reception.robot import from_robot
from bot.core.reception.turning import closing, from_turn
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.reply import understand
from bot.core.session import Facts, State, advance, asked, red_if


def in_conversation(text: Text, heard: Heard, waiting: Waiting, facts: Facts) -> Decision:
    ask = asked(waiting.flow, waiting.session.step)
    if Intent.ROBOT in heard.intents:
        return from_robot(text, heard, facts)
    if Intent.WRONG_NUMBER in heard.intents and not heard.flags:
        return wrong_person(heard)
    bond = bind(text.body, waiting.session.closed, at=text.at, has_arrived=waiting.has_arrived)
    if elsewhere := _elsewhere(text, bond, heard, waiting, facts):
        return with_pictures(elsewhere, text, facts)
    answer = _understood(ask, text, bond)
    if text.pictures and isinstance(answer, Unclear) and not text.body.strip():
        # A picture is not an answer and not an unclear reply: a nurse looks at it, and the question stands.
        return with_pictures(Decision(say=(Spoken(text=ask.text),), understood="a picture"), text, facts)
    if language_asked(heard) and isinstance(answer, Unclear) and not heard.flags:
        # The question was not understood for want of its language, so it is asked again and nothing is counted.
        return Decision(say=(Spoken(text=ask.text),), understood="another language")
    return with_pictures(_answered(text, answer, heard, waiting, facts), text, facts)


def _elsewhere(text: Text, bond: Bond, heard: Heard, waiting: Waiting, facts: Facts) -> Decision | None:
    """What it is to the question before; None when it belongs to the one that waits."""
    if bond.to is Bound.CORRECTS:
        return correct(text, bond, heard, waiting.flow, waiting.session, facts)
    if bond.to is Bound.HERE:
        return None
    return not_scored(text, bond.to, heard, waiting.flow, waiting.session, facts)


def _understood(ask: Ask, text: Text, bond: Bond) -> AnswerClass:
    answer = understand(ask.question, text.body)
    return understand(ask.question, bond.words) if isinstance(answer, Unclear) else answer


def _answered(text: Text, answer: AnswerClass, heard: Heard, waiting: Waiting, facts: Facts) -> Decision:
    flow, session = waiting.flow, waiting.session
    doubts = _doubts(text, answer, waiting, facts)
    if doubts and not red_if(flow, session, session.step or "", answer, facts):
        # Fine as an answer to this question and red as one to another: it is asked again rather than believed.
        answer = answer if isinstance(answer, Unclear) else Unclear("may answer another question")
    turn = advance(flow, session, answer, facts, heard.concerns + concerns_of(doubts))
    decision = from_turn(closing(turn, text, text.body), answer, heard, facts, doubts)
    if turn.session.state is State.HANDED_OVER and not turn.red_flags:
        # The second reply in a row that nobody could read: a person takes over, the same day.
        return adding(saying(decision, by_hours(facts, "handed_over")), Matter(Tier.ROUTINE, Cause.NOT_UNDERSTOOD))
    return decision


def _doubts(text: Text, answer: AnswerClass, waiting: Waiting, facts: Facts) -> tuple[Doubt, ...]:
    """What else it could mean: nothing, when it is plain and came after the question could be read."""
    flow, session = waiting.flow, waiting.session
    if isinstance(answer, Unclear):
        return of_parts(flow, session, text.body, facts) + of_closed(flow, session, text.body, text.at, facts)
    if is_too_soon(session.closed, text.at):
        return of_closed(flow, session, text.body, text.at, facts)
    return ()
