"""What must hold of a flow as a whole: it ends, nothing comes twice, and every question has its ways out."""

from __future__ import annotations

from bot.core.alert import Cause
from bot.core.enrollment import Consent
from bot.core.flow import Ask
from bot.core.reception import Decision, Sender, Standing, Text, Waiting, decide
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.session import State as SessionState
from bot.flowfile.library import Library
from bot.flowfile.problem import Problem
from bot.flowfile.proof.explore import Edge, Explored, Key, State
from bot.flowfile.proof.promise import Ledger
from bot.flowfile.proof.shown import shown


class Ways:
    def __init__(self, explored: Explored, library: Library, ledger: Ledger) -> None:
        self._explored = explored
        self._flow = explored.flow
        self._library = library
        self._ledger = ledger
        self._asks = {ask.name: ask for ask in explored.asks}
        self._answered = [edge for edge in explored.edges if edge.given.is_answer and not edge.given.heard]

    def judge(self) -> None:
        self._ends()
        self._bounded()
        for state in self._explored.states.values():
            if not state.is_over and not state.session.unclear and not state.session.nudged:
                self._exits(state)

    def _ends(self) -> None:
        """By answering alone, from every state, some way leads to an end."""
        ending = _leading_to_an_end(self._answered, self._explored)
        for key, state in self._explored.states.items():
            self._ledger.saw("ends", example=self._example(state))
            if key not in ending:
                ask = self._asks[state.session.step or ""]
                self._broke("ends", ask, state.came_by, f'no answers lead from "{ask.name}" to an end.')
        if not self._explored.is_whole:
            sentence = "this flow has more states than can be explored; make it shorter."
            self._ledger.broke("ends", Problem(self._library.files[self._flow.name], 1, sentence))

    def _example(self, state: State) -> tuple[str, ...]:
        """A conversation that came to an end."""
        if self._ledger.kept["ends"].example or not state.is_over or state.came_by is None:
            return ()
        return shown(state.came_by, self._library, self._flow.name)

    def _bounded(self) -> None:
        ways: dict[str, set[str]] = {}
        for edge in self._answered:
            if edge.target[1] is not None and edge.target[2] == SessionState.ACTIVE:
                ways.setdefault(edge.source.session.step or "", set()).add(edge.target[1])
        for name, ask in self._asks.items():
            self._ledger.saw(
                "bounded", example=(f'"{name}" leads to {", ".join(sorted(_after(name, ways))) or "an end"}',)
            )
            if name in _after(name, ways):
                edge = next(edge for edge in self._answered if edge.source.session.step == name)
                self._broke("bounded", ask, edge, f'"{name}" can come again and again in one conversation.')

    def _exits(self, state: State) -> None:
        ask = self._asks[state.session.step or ""]
        standing = Standing(Sender.PATIENT, Consent.JOINED, Waiting(state.session, self._flow))
        checks = (
            ("stop", Text("STOP"), _stops),
            ("help", Text("HELP"), _helps),
            ("picture", Text("", pictures=1), _looks),
        )
        for promise, text, is_kept in checks:
            self._ledger.saw(promise, example=(f"# waits at {ask.name}", f"< {text.body or '(a picture)'}"))
            if not is_kept(decide(text, Heard(), standing, state.facts)):
                self._broke(promise, ask, state.came_by, f'{promise.upper()} is not answered at "{ask.name}".')

        self._ledger.saw("late", example=("# done", "< better now", "! a person reads it"))
        late = decide(Text("better now"), Heard(), Standing(Sender.PATIENT, Consent.JOINED), state.facts)
        if not late.matters:
            self._broke("late", ask, state.came_by, f'nobody reads an answer to "{ask.name}" that comes too late.')

    def _broke(self, promise: str, ask: Ask, edge: Edge | None, sentence: str) -> None:
        file, line = self._library.place(self._flow, ask)
        words = shown(edge, self._library, self._flow.name) if edge else ()
        self._ledger.broke(promise, Problem(file, line, sentence, shown=words))


def _stops(decision: Decision) -> bool:
    return decision.consent is Consent.STOPPED and decision.ends_sessions


def _helps(decision: Decision) -> bool:
    return any(spoken.notice == "help" for spoken in decision.say) and decision.turn is None


def _looks(decision: Decision) -> bool:
    seen = any(matter.tier is Tier.SAME_DAY and matter.cause is Cause.PICTURE for matter in decision.matters)
    return seen and decision.turn is None


def _leading_to_an_end(edges: list[Edge], explored: Explored) -> set[Key]:
    before: dict[Key, list[Key]] = {}
    for edge in edges:
        before.setdefault(edge.target, []).append(edge.source.key)
    ending = {key for key, state in explored.states.items() if state.is_over}
    ahead = list(ending)
    while ahead:
        for key in before.get(ahead.pop(), ()):
            if key not in ending:
                ending.add(key)
                ahead.append(key)
    return ending


def _after(name: str, ways: dict[str, set[str]]) -> set[str]:
    """Every question that may come after this one."""
    found: set[str] = set()
    ahead = list(ways.get(name, ()))
    while ahead:
        step = ahead.pop()
        if step not in found:
            found.add(step)
            ahead.extend(ways.get(step, ()))
    return found
