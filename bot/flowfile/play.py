"""Plays a conversation without a phone: replies in, and out come the lines a nurse could read aloud."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.flow import AnswerClass, Ask, Flow, Question, Silence
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.screen import screen
from bot.core.redflag.table import Concern, Wording
from bot.core.reply import understand
from bot.core.session import Facts, Session, State, Turn, advance, start
from bot.core.wording import choose, render
from bot.flowfile.library import Library

SILENCE = "(silence)"
"""A reply that is none: the patient's phone stays quiet."""


class Voice(StrEnum):
    """Who a line belongs to, by the sign it is printed with."""

    MENDLINE = ">"
    PATIENT = "<"
    ALERT = "!"
    STAGE = "#"


@dataclass(frozen=True, slots=True)
class Line:
    voice: Voice
    text: str

    def __str__(self) -> str:
        return f"{self.voice} {self.text}"

    @classmethod
    def stage(cls, text: str) -> Line:
        return cls(Voice.STAGE, text)


def play(
    library: Library,
    flow_name: str,
    replies: Iterable[str],
    language: str = "en",
    day: int | None = None,
    *,
    in_hours: bool = True,
    phrases: Phrases | None = None,
    past: Mapping[str, tuple[float, ...]] | None = None,
) -> Iterator[Line]:
    """The conversation, line by line, until it is over or the replies are. Raises LookupError for an unknown flow.

    On a `day` of the care plan that has it, the weekly line is said too; without one it is the first day on which the
    plan has the flow. With `phrases`, red flags are also heard in free words, as they are in life; without, the script
    stands alone. A reply of "(silence)" is none: the reminder comes, and the second time the end. `past` holds
    earlier numbers, by question.
    """
    flow = library.flows[flow_name]
    on = first_day(library, flow_name) if day is None else day
    facts = Facts(library.table, in_hours, on, language, past or {}, library.practice.bands)
    if day is not None and library.plan.has_weekly_line(day):
        yield Line(Voice.MENDLINE, _said(library, library.notices.text("weekly_line"), language))
    yield from talk(library, flow, (_heard(reply, phrases) for reply in replies), facts)


@dataclass(frozen=True, slots=True)
class Said:
    """What the patient texts. `meant` says how it is to be understood, where that is known beforehand. `facts` are
    those of the moment at which it comes, where that may be another than the opening's."""

    text: str
    meant: AnswerClass | None = None
    heard: tuple[Concern, ...] = ()
    facts: Facts | None = None


def _heard(reply: str, phrases: Phrases | None) -> Said:
    return Said(reply, heard=screen(reply, phrases).concerns if phrases and reply != SILENCE else ())


def talk(library: Library, flow: Flow, replies: Iterable[Said], facts: Facts) -> Iterator[Line]:
    """The conversation from its opening to where the replies end."""
    turn = start(flow, 0, facts)
    yield from _lines(turn, library, facts.language)
    for said in replies:
        if turn.session.is_over:
            break
        if said.facts and said.facts != facts:
            facts = said.facts
            yield Line.stage(moment(facts))
        yield Line(Voice.PATIENT, said.text)
        meant = said.meant or _meant(flow, turn.session, said.text)
        turn = advance(flow, turn.session, meant, facts, said.heard)
        yield from _lines(turn, library, facts.language)
    yield Line(Voice.STAGE, _ending(turn.session))


def moment(facts: Facts) -> str:
    """When it is: "day 3, en, office open, earlier pain: 5, 2"."""
    hours = "office open" if facts.in_hours else "office closed"
    past = "".join(f", earlier {name}: {', '.join(f'{v:g}' for v in values)}" for name, values in facts.past.items())
    return f"day {facts.day}, {facts.language}, {hours}{past}"


def first_day(library: Library, flow_name: str) -> int:
    """The day after surgery on which the plan first has this flow; 0 where it has not, or has it before."""
    return max(0, min(library.plan.days_of(flow_name), default=0))


def _meant(flow: Flow, session: Session, reply: str) -> AnswerClass:
    if reply == SILENCE:
        return Silence(over=session.nudged)
    return understand(_question(flow, session), reply)


def _question(flow: Flow, session: Session) -> Question:
    step = flow.step(session.step or "")
    if isinstance(step, Ask):
        return step.question
    raise LookupError(f"flow {flow.name} has no question {session.step}")


def _lines(turn: Turn, library: Library, language: str) -> Iterator[Line]:
    for concern in turn.red_flags:
        yield Line(Voice.ALERT, _alert(library, concern))
    for step, task in turn.tasks:
        yield Line(Voice.ALERT, f"task {step}: {task}")
    for score in turn.scores:
        yield Line(Voice.STAGE, f"{score.step} = {'incomplete' if score.value is None else f'{score.value:g}'}")
    for wording in turn.say:
        yield Line(Voice.MENDLINE, _said(library, wording, language))


def _alert(library: Library, concern: Concern) -> str:
    form = " (severe)" if concern.severe else ""
    return f"{library.table.handling(concern).tier} {concern.concept}{form}"


def _said(library: Library, wording: Wording, language: str) -> str:
    return render(choose(wording, language), library.practice.values)


def _ending(session: Session) -> str:
    if session.state is State.ACTIVE:
        return f"waits at {session.step}"
    return session.state.value.replace("_", " ")
