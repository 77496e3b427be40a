"""A text while a question waits: an answer, or something else that the question stands for."""

from __future__ import annotations

from bot.core.alert import Cause
from bot.core.flow import AnswerClass, Ask, Chosen, No, Number, Unclear, Words, Yes
from bot.core.reception.adding import (
    adding,
    by_hours,
    saying,
    why_of,
    with_pictures,
    with_review,
)
from bot.core.reception.decision import Decision, Matter, Spoken, Text, Waiting
from bot.core.reception.language import language_asked
from bot.core.reception.leaving import wrong_person
from bot.core.reception.robot import from_robot
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.reply import understand
from bot.core.session import Answer, Facts, State, Turn, advance


def in_conversation(text: Text, heard: Heard, waiting: Waiting, facts: Facts) -> Decision:
    ask = waiting.flow.step(waiting.session.step or "")
    if not isinstance(ask, Ask):
        raise LookupError(f"flow {waiting.flow.name} has no question {waiting.session.step}")  # noqa: TRY004 - the script lacks it
    if Intent.ROBOT in heard.intents:
        return from_robot(text, heard, facts)
    if Intent.WRONG_NUMBER in heard.intents and not heard.flags:
        return wrong_person(heard)
    answer = understand(ask.question, text.body)
    if text.pictures and isinstance(answer, Unclear) and not text.body.strip():
        # A picture is not an answer and not an unclear reply: a nurse looks at it, and the question stands.
        return with_pictures(Decision(say=(Spoken(text=ask.text),), understood="a picture"), text, facts)
    if language_asked(heard) and isinstance(answer, Unclear) and not heard.flags:
        # The question was not understood for want of its language, so it is asked again and nothing is counted.
        return Decision(say=(Spoken(text=ask.text),), understood="another language")
    turn = advance(waiting.flow, waiting.session, answer, facts, heard.concerns)
    return with_pictures(_from_turn(turn, answer, heard, facts), text, facts)


def _from_turn(turn: Turn, answer: AnswerClass, heard: Heard, facts: Facts) -> Decision:
    tells = facts.table.tells(turn.red_flags, in_hours=facts.in_hours) if turn.red_flags else ()
    tier = facts.table.tier(turn.red_flags)
    urgent = tier is Tier.EMERGENCY
    say = tuple(Spoken(text=wording, urgent=urgent and wording in tells) for wording in turn.say)
    decision = Decision(say=say, turn=turn, understood=read_back(turn.answer, answer))
    if tier is not None:
        cause = Cause.FREE_TEXT if heard.flags else Cause.ANSWER
        step = (f"answer: {turn.answer.step}",) if turn.answer and set(turn.red_flags) - set(heard.concerns) else ()
        decision = adding(decision, Matter(tier, cause, turn.red_flags, why_of(heard.flags) + step))
    elif turn.session.state is State.HANDED_OVER:
        # The second reply in a row that nobody could read: a person takes over, the same day.
        decision = adding(saying(decision, by_hours(facts, "handed_over")), Matter(Tier.ROUTINE, Cause.NOT_UNDERSTOOD))
    elif isinstance(answer, Words):
        # Nothing a patient writes is read by nobody: the screen heard no red flag in it, but a person may.
        decision = adding(decision, Matter(Tier.ROUTINE, Cause.FREE_WORDS))
    for asked, task in turn.tasks:
        decision = adding(decision, Matter(Tier.ROUTINE, Cause.ANSWER, why=(f"answer: {asked}", task)))
    return with_review(decision, heard)


def read_back(given: Answer | None, answer: AnswerClass) -> str:
    """How a reply was understood, for the line under it on staff's screens: "pain = 5"."""
    if given is None:
        return f"not understood: {answer.why}" if isinstance(answer, Unclear) else ""
    match answer:
        case Yes() | No():
            value = "yes" if isinstance(answer, Yes) else "no"
        case Number(number):
            value = f"{number:g}"
        case Chosen(option):
            value = option
        case Words() | _:
            value = "words"
    return f"{given.step} = {value}"
