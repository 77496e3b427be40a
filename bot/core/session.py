"""A session: one contact in one version of one flow; and `advance`, which makes one move in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.core.flow import (
    END,
    AnswerClass,
    Ask,
    Branch,
    Chosen,
    Flow,
    Kind,
    No,
    Number,
    Say,
    Silence,
    Unclear,
    Words,
    Yes,
)
from bot.core.redflag.table import Concern, RedFlagTable, Tier, Wording

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
class Session:
    """`step` is the question that waits for an answer; None once the session is over."""

    flow: str
    version: int
    step: str | None = None
    state: State = State.ACTIVE
    unclear: int = 0
    nudged: bool = False
    answers: Mapping[str, AnswerValue] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.state is not State.ACTIVE


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine may know besides the answer. `in_hours`: staff are there to call today."""

    table: RedFlagTable
    in_hours: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was understood, under the name of the step that asked. Words are kept with the reply: value None."""

    step: str
    kind: Kind
    value: AnswerValue


@dataclass(frozen=True, slots=True)
class Turn:
    """One move: the new session, what to say in order, the answer understood, the red flags heard."""

    session: Session
    say: tuple[Wording, ...] = ()
    answer: Answer | None = None
    red_flags: tuple[Concern, ...] = ()


def start(flow: Flow, version: int) -> Turn:
    """The opening of a conversation: everything up to and with its first question."""
    return _walk(flow, Session(flow=flow.name, version=version), flow.steps[0].name)


def advance(flow: Flow, session: Session, answer: AnswerClass, facts: Facts, heard: tuple[Concern, ...] = ()) -> Turn:
    """Move on from the waiting question. `heard` are red flags that the screen found in the same text.

    Raises LookupError when the session waits at a step that its flow does not have.
    """
    ask = _waiting(flow, session)
    match answer:
        case Silence(over):
            return _expire(session) if over else _nudge(ask, session)
        case Unclear():
            return _not_understood(ask, session, facts, heard)
        case _:
            return _answered(flow, ask, session, answer, facts, heard)


def _waiting(flow: Flow, session: Session) -> Ask:
    step = flow.step(session.step or "")
    if not isinstance(step, Ask):
        raise LookupError(f"flow {flow.name} has no question {session.step}")  # noqa: TRY004 - the script lacks it
    return step


def _expire(session: Session) -> Turn:
    return Turn(replace(session, state=State.EXPIRED))


def _nudge(ask: Ask, session: Session) -> Turn:
    return Turn(replace(session, nudged=True), say=(ask.nudge,))


def _not_understood(ask: Ask, session: Session, facts: Facts, heard: tuple[Concern, ...]) -> Turn:
    """A red flag in free text was understood very well: it never counts as an unclear reply."""
    if heard:
        return _told(session, facts, heard, then=(ask.text,))
    unclear = session.unclear + 1
    if unclear >= MOST_UNCLEAR:
        return Turn(replace(session, unclear=unclear, state=State.HANDED_OVER))
    return Turn(replace(session, unclear=unclear), say=(ask.again,))


def _answered(
    flow: Flow, ask: Ask, session: Session, answer: AnswerClass, facts: Facts, heard: tuple[Concern, ...]
) -> Turn:
    branch = next((branch for branch in ask.branches if branch.when.takes(answer)), None)
    value = _value(answer)
    session = replace(session, unclear=0, nudged=False, answers={**session.answers, ask.name: value})
    flags = _union(heard, branch.red_flags if branch else ())
    target = (branch.goto if branch else None) or flow.after(ask.name)
    onward = _walk(flow, session, target)
    if flags:
        turn = _told(session, facts, flags, then=onward.say, onward=onward.session)
    else:
        turn = replace(onward, say=(*_comment(branch), *onward.say))
    return replace(turn, answer=Answer(ask.name, ask.question.kind, value))


def _told(
    session: Session,
    facts: Facts,
    flags: tuple[Concern, ...],
    *,
    then: tuple[Wording, ...],
    onward: Session | None = None,
) -> Turn:
    """The table's words come first. After an emergency the script falls silent: a person goes on from there."""
    tells = facts.table.tells(flags, in_hours=facts.in_hours)
    if facts.table.tier(flags) is Tier.EMERGENCY:
        return Turn(replace(session, state=State.HANDED_OVER), say=tells, red_flags=flags)
    return Turn(onward or session, say=(*tells, *then), red_flags=flags)


def _comment(branch: Branch | None) -> tuple[Wording, ...]:
    return (branch.say,) if branch and branch.say else ()


def _walk(flow: Flow, session: Session, target: str) -> Turn:
    """Say what stands on the way to the next question, or to the end. A step is passed once at most."""
    said: list[Wording] = []
    for _ in flow.steps:
        step = flow.step(target)
        if step is None:
            break
        said.append(step.text)
        if isinstance(step, Ask):
            return Turn(replace(session, step=step.name, unclear=0, nudged=False), say=tuple(said))
        target = _next(flow, step)
    return Turn(replace(session, step=None, state=State.DONE), say=tuple(said))


def _next(flow: Flow, step: Say) -> str:
    return step.goto or flow.after(step.name)


def _union(*groups: tuple[Concern, ...]) -> tuple[Concern, ...]:
    return tuple(dict.fromkeys(concern for group in groups for concern in group))


def _value(answer: AnswerClass) -> AnswerValue:
    match answer:
        case Yes() | No():
            return isinstance(answer, Yes)
        case Number(value):
            return value
        case Chosen(option):
            return option
        case Words() | _:
            return None


__all__ = ["END", "Answer", "AnswerValue", "Facts", "Session", "State", "Turn", "advance", "start"]
