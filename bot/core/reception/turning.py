"""What one move in a conversation comes to: the words to say, and what a person must see of it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.alert import Cause
from bot.core.flow import AnswerClass, Chosen, No, Number, Unclear, Words, Yes
from bot.core.pain import in_words, most
from bot.core.reception.adding import adding, why_of, with_review
from bot.core.reception.decision import Decision, Matter, Spoken, Text
from bot.core.reception.doubt import Doubt, concerns_of, why_doubted
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.session import Answer, Closed, Facts, Turn


def from_turn(turn: Turn, answer: AnswerClass, heard: Heard, facts: Facts, doubts: tuple[Doubt, ...] = ()) -> Decision:
    tells = facts.table.tells(turn.red_flags, in_hours=facts.in_hours) if turn.red_flags else ()
    tier = facts.table.tier(turn.red_flags)
    urgent = tier is Tier.EMERGENCY
    say = tuple(Spoken(text=wording, urgent=urgent and wording in tells) for wording in turn.say)
    decision = Decision(say=say, turn=turn, understood=read_back(turn.answer, answer))
    if tier is not None:
        decision = adding(decision, Matter(tier, _cause(heard), turn.red_flags, _why(turn, heard, facts, doubts)))
    elif isinstance(answer, Words):
        # Nothing a patient writes is read by nobody: the screen heard no red flag in it, but a person may.
        decision = adding(decision, Matter(Tier.ROUTINE, Cause.FREE_WORDS))
    for step, task in turn.tasks:
        course = _course(turn, step, facts)
        cause = Cause.TREND if course else Cause.ANSWER
        decision = adding(decision, Matter(Tier.ROUTINE, cause, why=(f"answer: {step}", task, *course)))
    return with_review(decision, heard)


def _cause(heard: Heard) -> Cause:
    return Cause.FREE_TEXT if heard.flags else Cause.ANSWER


def _course(turn: Turn, step: str, facts: Facts) -> tuple[str, ...]:
    """How the answer goes from day to day, where that is why staff hear of it."""
    value = turn.session.answers.get(step)
    if step not in turn.course or not isinstance(value, int | float):
        return ()
    limit = most(facts.bands.get(step, ()), facts.day)
    return (in_words(step, value, facts.past.get(step, ()), limit, facts.day),)


def _why(turn: Turn, heard: Heard, facts: Facts, doubts: tuple[Doubt, ...]) -> tuple[str, ...]:
    by_answer = set(turn.red_flags) - set(heard.concerns) - set(concerns_of(doubts))
    answered = turn.answer.step if turn.answer and by_answer else ""
    step = (f"answer: {answered}", *_course(turn, answered, facts)) if answered else ()
    return why_of(heard.flags) + step + why_doubted(doubts)


def closing(turn: Turn, text: Text, words: str) -> Turn:
    """These words have closed the question that they answer: what comes next may still be meant for it."""
    if turn.answer is None or text.at is None:
        return turn
    closed = Closed(turn.answer.step, words, text.at, text.id)
    return replace(turn, session=replace(turn.session, closed=closed))


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
