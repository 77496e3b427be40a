"""A session: one contact in one version of one flow; and `advance`, which makes one move in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from operator import is_

from bot.core.condition import Condition, Known, holds, names
from bot.core.flow import (
    END,
    AnswerClass,
    Ask,
    Branch,
    By,
    Chosen,
    Flow,
    Kind,
    No,
    Number,
    Say,
    Score,
    Silence,
    Unclear,
    Words,
    Yes,
)
from bot.core.pain import Band, most
from bot.core.redflag.table import Concern, RedFlagTable, Tier, Wording
from bot.core.wording import fill

MOST_UNCLEAR = 2
"""The second reply in a row that cannot be read goes to a person."""

AnswerValue = str | float | bool | None


class State(StrEnum):
    ACTIVE = "active"
    DONE = "done"
    EXPIRED = "expired"
    STOPPED = "stopped"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Closed:
    """The question answered last in a conversation: its step, the words that answered it, and when they came (UTC).

    `text_id` names that text, in whose answer the next question went out; `copies` counts how often it came again.
    """

    step: str
    words: str
    at: datetime
    text_id: str = ""
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """`step` is the question that waits for an answer; None once the session is over.

    `closed` is the question before it, to which a correction or the same words sent again belong.
    """

    flow: str
    version: int
    step: str | None = None
    state: State = State.ACTIVE
    unclear: int = 0
    nudged: bool = False
    answers: Mapping[str, AnswerValue] = field(default_factory=dict)
    closed: Closed | None = None

    @property
    def is_over(self) -> bool:
        return self.state is not State.ACTIVE


Bands = Mapping[str, Band]
"""The most that is expected of an answer, by question."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine may know besides the answer. `in_hours`: staff are there to call today. `day`: after surgery.

    `past` holds the numbers of earlier conversations, oldest first, for the questions that a flow `remembers`.
    """

    table: RedFlagTable
    in_hours: bool
    day: int = 0
    language: str = "en"
    past: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    bands: Bands = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was understood, under the name of the step that asked. Words are kept with the reply: value None.

    A score without all of its answers has the value None too.
    """

    step: str
    kind: Kind
    value: AnswerValue


@dataclass(frozen=True, slots=True)
class Turn:
    """One move: the new session, what to say in order, the answer understood, the red flags heard.

    `scores` were made of answers; `tasks` are routine matters for staff: the step, and what it says. `course`: the
    steps whose answer counted for how it goes from day to day, and not only for how much it is.
    """

    session: Session
    say: tuple[Wording, ...] = ()
    answer: Answer | None = None
    red_flags: tuple[Concern, ...] = ()
    scores: tuple[Answer, ...] = ()
    tasks: tuple[tuple[str, str], ...] = ()
    course: tuple[str, ...] = ()


def start(flow: Flow, version: int, facts: Facts | None = None) -> Turn:
    """The opening of a conversation: everything up to and with its first question."""
    facts = facts or Facts(RedFlagTable("", "", {}), in_hours=False)
    session = Session(flow=flow.name, version=version)
    return _filled(_walk(flow, session, flow.steps[0].name, facts), facts)


def advance(flow: Flow, session: Session, answer: AnswerClass, facts: Facts, heard: tuple[Concern, ...] = ()) -> Turn:
    """Move on from the waiting question. `heard` are red flags that the screen found in the same text.

    Raises LookupError when the session waits at a step that its flow does not have.
    """
    ask = asked(flow, session.step)
    match answer:
        case Silence(over):
            turn = _expire(flow, session) if over else _nudge(ask, session)
        case Unclear():
            turn = _not_understood(flow, ask, session, facts, heard)
        case _:
            turn = _answered(flow, ask, session, answer, facts, heard)
    return _filled(turn, facts)


def asked(flow: Flow, name: str | None) -> Ask:
    """The question of this name. Raises LookupError when the flow has none."""
    step = flow.step(name or "")
    if not isinstance(step, Ask):
        raise LookupError(f"flow {flow.name} has no question {name}")  # noqa: TRY004 - the script lacks it
    return step


def _expire(flow: Flow, session: Session) -> Turn:
    return Turn(replace(session, state=State.EXPIRED), scores=unfinished(flow, session))


def _nudge(ask: Ask, session: Session) -> Turn:
    return Turn(replace(session, nudged=True), say=(ask.nudge,))


def _not_understood(flow: Flow, ask: Ask, session: Session, facts: Facts, heard: tuple[Concern, ...]) -> Turn:
    """A red flag in free text was understood very well: it never counts as an unclear reply."""
    if heard:
        return _told(flow, facts, heard, Turn(session, say=(ask.text,)), session)
    unclear = session.unclear + 1
    if unclear >= MOST_UNCLEAR:
        handed = replace(session, unclear=unclear, state=State.HANDED_OVER)
        return Turn(handed, scores=unfinished(flow, session))
    return Turn(replace(session, unclear=unclear), say=(ask.again,))


def _answered(
    flow: Flow, ask: Ask, session: Session, answer: AnswerClass, facts: Facts, heard: tuple[Concern, ...]
) -> Turn:
    value = value_of(answer)
    session = replace(session, unclear=0, nudged=False, answers={**session.answers, ask.name: value})
    branch = taken(ask.branches, answer, session, facts)
    onward = _walk(flow, session, (branch.goto if branch else None) or flow.after(ask.name), facts)
    onward = _with_branch(onward, ask.name, branch)
    flags = _union(heard, onward.red_flags)
    comment = _comment(branch)
    if flags:
        onward = _told(flow, facts, flags, onward, session)
    elif comment:
        onward = replace(onward, say=(*comment, *onward.say))
    return replace(onward, answer=Answer(ask.name, ask.question.kind, value))


def answer_late(
    flow: Flow, session: Session, step: str, answer: AnswerClass, facts: Facts, heard: tuple[Concern, ...] = ()
) -> Turn:
    """An answer to a question that no longer waits: one corrected, or one that came after the conversation had ended.

    It is kept and judged as it would have been in time, and so are the scores made of it; the conversation is not
    walked back. Raises LookupError for a step that asks nothing.
    """
    ask = asked(flow, step)
    value = value_of(answer)
    session = replace(session, answers={**session.answers, step: value})
    turn = _with_branch(Turn(session), step, taken(ask.branches, answer, session, facts))
    for each in flow.steps:
        if isinstance(each, Score) and step in each.of and each.name in session.answers:
            turn, _ = _scored(flow, each, turn, facts)
    turn = replace(turn, say=(), answer=Answer(step, ask.question.kind, value))
    if flags := _union(heard, turn.red_flags):
        # After an emergency the script falls silent, as it would have then.
        told = _told(flow, facts, flags, turn, turn.session)
        turn = replace(told, answer=turn.answer)
    if session.is_over:
        turn = replace(turn, session=replace(turn.session, state=session.state))
    return _filled(turn, facts)


def red_if(flow: Flow, session: Session, step: str, answer: AnswerClass, facts: Facts) -> tuple[Concern, ...]:
    """The red flags that this would hold as an answer to that question. Nothing moves."""
    if isinstance(answer, Unclear | Silence | Words):
        return ()
    return answer_late(flow, session, step, answer, facts).red_flags


def taken(branches: tuple[Branch, ...], answer: AnswerClass, session: Session, facts: Facts) -> Branch | None:
    """The branch that this answer falls into, with the answer already in the session."""

    def known(name: str) -> Known:
        return lookup(name, session, facts)

    for branch in branches:
        if branch.when.takes(answer) and (branch.condition is None or holds(branch.condition, known)):
            return branch
    return None


def _with_branch(turn: Turn, step: str, branch: Branch | None) -> Turn:
    if branch is None or not (branch.red_flags or branch.task):
        return turn
    tasks = ((step, branch.task),) if branch.task else ()
    course = (step,) if _asks_of_course(branch.condition) else ()
    return replace(
        turn,
        red_flags=_union(branch.red_flags, turn.red_flags),
        tasks=(*tasks, *turn.tasks),
        course=(*course, *turn.course),
    )


def _asks_of_course(condition: Condition | None) -> bool:
    """ "last.pain", "band.pain" and their like: an earlier answer, or what is expected by this day."""
    return condition is not None and any("." in name for name in names(condition))


def _told(flow: Flow, facts: Facts, flags: tuple[Concern, ...], onward: Turn, here: Session) -> Turn:
    """The table's words come first. After an emergency the script falls silent: a person goes on from there."""
    tells = facts.table.tells(flags, in_hours=facts.in_hours)
    if facts.table.tier(flags) is not Tier.EMERGENCY:
        return replace(onward, say=(*tells, *onward.say), red_flags=flags)
    session = replace(here, state=State.HANDED_OVER, answers=onward.session.answers)
    scores = (*onward.scores, *unfinished(flow, session))
    return Turn(session, say=tells, red_flags=flags, scores=scores, tasks=onward.tasks, course=onward.course)


def _comment(branch: Branch | None) -> tuple[Wording, ...]:
    return (branch.say,) if branch and branch.say else ()


def _walk(flow: Flow, session: Session, target: str, facts: Facts) -> Turn:
    """Go on to the next question, or to the end. A step is passed once at most, so a flow can never loop here."""
    turn = Turn(session)
    for _ in flow.steps:
        step = flow.step(target)
        if step is None:
            break
        if _is_skipped(step.skip_if, turn.session, facts):
            target = flow.after(step.name)
            continue
        if isinstance(step, Ask):
            waiting = replace(turn.session, step=step.name, unclear=0, nudged=False)
            return replace(turn, session=waiting, say=(*turn.say, step.text))
        turn, target = _pass(flow, step, turn, facts)
    return replace(turn, session=replace(turn.session, step=None, state=State.DONE))


def _is_skipped(condition: Condition | None, session: Session, facts: Facts) -> bool:
    return condition is not None and holds(condition, lambda name: lookup(name, session, facts))


def _pass(flow: Flow, step: Say | Score, turn: Turn, facts: Facts) -> tuple[Turn, str]:
    """What a step without a question adds, and where it leads."""
    if isinstance(step, Say):
        return replace(turn, say=(*turn.say, step.text)), step.goto or flow.after(step.name)
    return _scored(flow, step, turn, facts)


def _scored(flow: Flow, step: Score, turn: Turn, facts: Facts) -> tuple[Turn, str]:
    value = score(step, turn.session.answers)
    if value is None:
        return replace(turn, scores=(*turn.scores, *_partial(step, turn.session))), flow.after(step.name)
    session = replace(turn.session, answers={**turn.session.answers, step.name: value})
    branch = taken(step.branches, Number(value), session, facts)
    scores = (*turn.scores, Answer(step.name, Kind.NUMBER, value))
    turn = _with_branch(replace(turn, session=session, scores=scores), step.name, branch)
    return replace(turn, say=(*turn.say, *_comment(branch))), (branch.goto if branch else None) or flow.after(step.name)


def score(step: Score, answers: Mapping[str, AnswerValue]) -> float | None:
    """The score of these answers, to two decimals; None unless every one of them is there."""
    worth = [_worth(step, name, answers.get(name)) for name in step.of]
    numbers = [number for number in worth if number is not None]
    if len(numbers) < len(worth):
        return None
    total = sum(numbers)
    return round(total if step.by is By.SUM else total / len(numbers), 2)


def _worth(step: Score, name: str, value: AnswerValue) -> float | None:
    if isinstance(value, str):
        return step.values.get(name, {}).get(value)
    return None if value is None else float(value)


def unfinished(flow: Flow, session: Session) -> tuple[Answer, ...]:
    """The scores that were begun and will not be: flagged, and never made up."""
    scores = (step for step in flow.steps if isinstance(step, Score) and step.name not in session.answers)
    return tuple(answer for step in scores for answer in _partial(step, session))


def _partial(step: Score, session: Session) -> tuple[Answer, ...]:
    begun = any(session.answers.get(name) is not None for name in step.of)
    return (Answer(step.name, Kind.NUMBER, None),) if begun else ()


def lookup(name: str, session: Session, facts: Facts) -> Known:
    """What a condition's name stands for: an answer of this conversation, a fact, or something of earlier answers."""
    what, _, question = name.partition(".")
    if not question:
        own: Mapping[str, Known] = {"day": facts.day, "language": facts.language, "in_hours": facts.in_hours}
        return own[name] if name in own else session.answers.get(name)
    if what == "band":
        return most(facts.bands.get(question, ()), facts.day)
    return _of_the_past(what, facts.past.get(question, ()), session.answers.get(question))


def _of_the_past(what: str, past: tuple[float, ...], today: AnswerValue) -> float | None:
    """ "change" is since the last answer, "rise" above the lowest: both need one of today's."""
    if not past:
        return None
    before = past[-1] if what in {"last", "change"} else min(past)
    if what in {"last", "lowest"}:
        return before
    return today - before if isinstance(today, int | float) else None


def _filled(turn: Turn, facts: Facts) -> Turn:
    """What only the moment knows is put in place now; the practice's own values wait for the door."""
    values = {"day": str(facts.day), "week": str(facts.day // 7)}
    say = tuple(fill(wording, values) for wording in turn.say)
    return turn if all(map(is_, say, turn.say)) else replace(turn, say=say)


def _union(*groups: tuple[Concern, ...]) -> tuple[Concern, ...]:
    return tuple(dict.fromkeys(concern for group in groups for concern in group))


def value_of(answer: AnswerClass) -> AnswerValue:
    """What is kept of an answer."""
    match answer:
        case Yes() | No():
            return isinstance(answer, Yes)
        case Number(value):
            return value
        case Chosen(option):
            return option
        case Words() | _:
            return None


__all__ = [
    "END",
    "Answer",
    "AnswerValue",
    "Bands",
    "Closed",
    "Facts",
    "Session",
    "State",
    "Turn",
    "advance",
    "answer_late",
    "asked",
    "lookup",
    "red_if",
    "score",
    "start",
    "taken",
    "unfinished",
    "value_of",
]
