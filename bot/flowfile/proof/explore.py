"""Explores a flow: every state that a conversation can come to, and every way between them, by the engine itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.core.condition import names
from bot.core.flow import Ask, Flow, Number, Score
from bot.core.session import AnswerValue, Facts, Session, Turn, advance, start
from bot.flowfile.library import Library
from bot.flowfile.proof.given import Given, classes
from bot.flowfile.proof.moments import moments, pasts, with_past

MOST_STATES = 50_000
"""A flow with more is no conversation any more; exploring stops there and says so."""

Answers = tuple[tuple[str, AnswerValue], ...]
Key = tuple[int, str | None, str, int, bool, bool, Answers]
"""A state: the moment, the waiting step, the session's state, unclear replies, nudged, flagged, answers that matter."""


@dataclass(frozen=True, slots=True)
class State:
    """`came_by` is the way on which the shortest conversation comes here, which began at `began`; None before any
    reply. `facts` are those of the moment at which the next reply comes: time may have passed since the last."""

    key: Key
    session: Session
    facts: Facts
    came_by: Edge | None
    began: Facts

    @property
    def is_over(self) -> bool:
        return self.session.is_over

    @property
    def was_flagged(self) -> bool:
        return self.key[5]


@dataclass(frozen=True, slots=True)
class Edge:
    """One move. `facts` are those of the source's moment, with earlier answers where they make a difference."""

    source: State
    given: Given
    facts: Facts
    turn: Turn
    target: Key

    @property
    def path(self) -> tuple[Edge, ...]:
        """The shortest conversation that ends with this move."""
        before = self.source.came_by
        return (*(before.path if before else ()), self)

    @property
    def is_of_one_moment(self) -> bool:
        """Does no time that matters pass before it?"""
        moments = {edge.source.key[0] for edge in self.path}
        return len(moments) == 1 and self.source.began is self.source.facts


@dataclass(frozen=True, slots=True)
class Explored:
    """`opening`: how a conversation opens, by the place among `moments` at which it does."""

    flow: Flow
    moments: tuple[Facts, ...]
    states: Mapping[Key, State]
    edges: tuple[Edge, ...]
    opening: Mapping[int, Turn]
    is_whole: bool

    @property
    def asks(self) -> Iterator[Ask]:
        return (step for step in self.flow.steps if isinstance(step, Ask))


def explore(flow: Flow, library: Library) -> Explored:
    """Breadth first, so that every state knows its shortest conversation."""
    return _Exploring(flow, library).run()


class _Exploring:
    def __init__(self, flow: Flow, library: Library) -> None:
        self._flow = flow
        self._table = library.table
        self._moments = moments(flow, library)
        self._matters = _last_use(flow)
        self._places = {step.name: place for place, step in enumerate(flow.steps)}
        self._classes = {step.name: classes(flow, step, library.table) for step in flow.steps if isinstance(step, Ask)}
        self._pasts = {
            (moment, step.name): pasts(flow, step, facts, _numbers(self._classes[step.name]))
            for step in flow.steps
            if isinstance(step, Ask)
            for moment, facts in enumerate(self._moments.facts)
        }
        self._states: dict[Key, State] = {}
        self._edges: list[Edge] = []
        self._ahead: deque[State] = deque()
        self._waiting: list[State] = []

    def run(self) -> Explored:
        opening = {}
        for moment in self._moments.begins:
            turn = opening[moment] = start(self._flow, 0, self._moments.facts[moment])
            self._come_to(moment, turn.session, None, self._moments.facts[moment], flagged=bool(turn.red_flags))
        while (self._ahead or self._let_time_pass()) and len(self._states) <= MOST_STATES:
            self._expand(self._ahead.popleft())
        return Explored(
            self._flow, self._moments.facts, self._states, tuple(self._edges), opening, is_whole=not self._ahead
        )

    def _expand(self, state: State) -> None:
        step = state.session.step or ""
        for given in self._classes.get(step, ()):
            if given.name == "silence" and state.session.nudged:
                continue
            self._move(state, given, state.facts)
            if given.is_answer and not given.heard and not state.session.nudged and not state.session.unclear:
                for past in self._pasts[state.key[0], step]:
                    self._move(state, given, with_past(state.facts, past))

    def _move(self, state: State, given: Given, facts: Facts) -> None:
        turn = advance(self._flow, state.session, given.answer, facts, given.heard)
        moment, flagged = state.key[0], state.was_flagged or bool(turn.red_flags)
        session = self._pruned(turn.session)
        key = _key(moment, session, flagged=flagged)
        edge = Edge(state, given, facts, turn, key)
        self._edges.append(edge)
        self._come_to(moment, session, edge, state.began, flagged=flagged)

    def _let_time_pass(self) -> bool:
        """While a question waits the office opens or closes, and midnight passes: does that lead to anything new?

        Only when all is known that happens within one moment, so that the shortest conversations stay simple.
        """
        waiting, self._waiting = self._waiting, []
        for state in waiting:
            for later in self._moments.onward[state.key[0]]:
                self._come_to(later, state.session, state.came_by, state.began, flagged=state.was_flagged)
        return bool(self._ahead)

    def _come_to(self, moment: int, session: Session, edge: Edge | None, began: Facts, *, flagged: bool) -> None:
        key = _key(moment, session, flagged=flagged)
        if key in self._states:
            return
        self._states[key] = state = State(key, session, self._moments.facts[moment], edge, began)
        if not session.is_over:
            self._ahead.append(state)
            self._waiting.append(state)

    def _pruned(self, session: Session) -> Session:
        """Without the answers that nothing asks about from here on: two conversations that differ in them are one."""
        here = self._places.get(session.step or "", len(self._places))
        kept = {name: value for name, value in session.answers.items() if self._matters.get(name, -1) >= here}
        if session.is_over:
            kept = {}
        return session if len(kept) == len(session.answers) else replace(session, answers=kept)


def _numbers(given: tuple[Given, ...]) -> tuple[float, ...]:
    return tuple(each.answer.value for each in given if isinstance(each.answer, Number) and not each.heard)


def _key(moment: int, session: Session, *, flagged: bool) -> Key:
    answers = tuple(sorted(session.answers.items()))
    return (moment, session.step, session.state.value, session.unclear, session.nudged, flagged, answers)


def _last_use(flow: Flow) -> Mapping[str, int]:
    """The place of the last step at which each answer still matters."""
    last: dict[str, int] = {}
    for place, step in enumerate(flow.steps):
        conditions = [step.skip_if] if step.skip_if else []
        if isinstance(step, Ask | Score):
            conditions += [branch.condition for branch in step.branches if branch.condition]
        asked = {
            part for condition in conditions for name in names(condition) for part in (name, name.partition(".")[2])
        }
        of = step.of if isinstance(step, Score) else ()
        last.update(dict.fromkeys((*asked, *of), place))
    return last
