"""What must hold of every single move: alarms, the table's words, silence after an emergency, no comfort."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from bot.core.flow import Ask, Branch, Number, Score, Silence, Worse, Yes
from bot.core.redflag.table import Concern, Tier
from bot.core.session import Session, State, taken, value_of
from bot.flowfile.library import Library
from bot.flowfile.problem import Problem
from bot.flowfile.proof.explore import Edge, Explored
from bot.flowfile.proof.promise import Ledger
from bot.flowfile.proof.shown import shown
from bot.flowfile.words import comfort


class Moves:
    """The moves of one flow, judged one by one."""

    def __init__(self, explored: Explored, library: Library, ledger: Ledger) -> None:
        self._explored = explored
        self._flow = explored.flow
        self._library = library
        self._ledger = ledger
        self._asks = {ask.name: ask for ask in explored.asks}
        self.taken: dict[str, set[int]] = {}
        """Which branches of each question some answer falls into, by place."""

    def judge(self) -> None:
        for edge in self._explored.edges:
            ask = self._asks[edge.source.session.step or ""]
            branch = self._branch(ask, edge)
            self._alerts(ask, edge, branch)
            self._silent(ask, edge)
            self._comfort(ask, edge)
            self._person(ask, edge)
        self._severity()

    def _branch(self, ask: Ask, edge: Edge) -> Branch | None:
        """What the file says follows, found apart from the engine's move; and whether anything does."""
        if not edge.given.is_answer:
            return None
        answer = edge.given.answer
        session = answered(edge, ask)
        branch = taken(ask.branches, answer, session, edge.facts)
        self._saw("total", edge)
        if branch is None:
            self._broke(
                "total", ask, ask.line, edge, f'nothing follows when "{ask.name}" is answered {edge.given.name}.'
            )
            return None
        self.taken.setdefault(ask.name, set()).add(ask.branches.index(branch))
        return branch

    def _alerts(self, ask: Ask, edge: Edge, branch: Branch | None) -> None:
        wanted = (*edge.given.heard, *(branch.red_flags if branch else ()), *self._of_scores(edge))
        if not wanted:
            return
        line = branch.line if branch and branch.red_flags else ask.line
        missing = [concern.concept for concern in wanted if concern not in edge.turn.red_flags]
        if missing:
            self._broke("alerts", ask, line, edge, f"{missing[0]} is not alerted when it is heard.")
        table, facts = self._library.table, edge.facts
        tells = table.tells(edge.turn.red_flags, in_hours=facts.in_hours)
        if not tells or edge.turn.say[: len(tells)] != tells:
            self._broke("alerts", ask, line, edge, "the patient does not first hear what the red-flag table says.")
        for promise in ("alerts", *(("free_words",) if edge.given.heard else ())):
            self._saw(promise, edge)

    def _of_scores(self, edge: Edge) -> tuple[Concern, ...]:
        """The red flags of scores made in this move, found apart from the engine."""
        flags: tuple[Concern, ...] = ()
        for made in edge.turn.scores:
            step = self._flow.step(made.step)
            if isinstance(step, Score) and isinstance(made.value, float):
                branch = taken(step.branches, Number(made.value), edge.turn.session, edge.facts)
                if branch:
                    self.taken.setdefault(step.name, set()).add(step.branches.index(branch))
                    flags += branch.red_flags
        return flags

    def _silent(self, ask: Ask, edge: Edge) -> None:
        if self._library.table.tier(edge.turn.red_flags) is not Tier.EMERGENCY:
            return
        self._saw("silent", edge)
        tells = self._library.table.tells(edge.turn.red_flags, in_hours=edge.facts.in_hours)
        if edge.turn.session.state is not State.HANDED_OVER or edge.turn.say != tells:
            self._broke("silent", ask, ask.line, edge, "the script goes on after an emergency.")

    def _comfort(self, ask: Ask, edge: Edge) -> None:
        if not (edge.source.was_flagged or edge.turn.red_flags):
            return
        self._saw("comfort", edge)
        tells = self._library.table.tells(edge.turn.red_flags, in_hours=edge.facts.in_hours)
        for wording in edge.turn.say:
            word = "" if wording in tells else _comfort(tuple(wording.values()))
            if word:
                self._broke("comfort", ask, ask.line, edge, f'"{word}" comforts after a red flag.')

    def _person(self, ask: Ask, edge: Edge) -> None:
        session, turn = edge.source.session, edge.turn
        match edge.given:
            case given if isinstance(given.answer, Silence):
                self._saw("timeout", edge)
                is_right = turn.session.state is State.EXPIRED if given.answer.over else bool(turn.say)
                if not is_right:
                    self._broke("timeout", ask, ask.line, edge, f'a silence at "{ask.name}" leads nowhere.')
            case given if given.name == "unclear" and session.unclear:
                self._saw("person", edge)
                if turn.session.state is not State.HANDED_OVER:
                    self._broke("person", ask, ask.line, edge, f'nobody reads a second unclear reply to "{ask.name}".')

    def _severity(self) -> None:
        """Moves that differ in nothing but the number given."""
        alike: dict[tuple[object, ...], list[Edge]] = {}
        for edge in self._explored.edges:
            if isinstance(edge.given.answer, Number) and not edge.given.heard:
                alike.setdefault((edge.source.key, *edge.facts.past.items()), []).append(edge)
        for edges in alike.values():
            # Whole numbers first: they are what patients send, and what an admin would look for.
            whole = [edge for edge in edges if _value(edge).is_integer()]
            if not self._rises(whole):
                self._rises(edges)
        self._yes()

    def _rises(self, edges: list[Edge]) -> bool:
        """Is there an answer that is less urgent than a better one?"""
        ask = self._asks[edges[0].source.session.step or ""]
        worst: tuple[int, str] = (0, "")
        for edge in sorted(edges, key=_value, reverse=ask.question.worse is Worse.LOW):
            urgency = self._urgency(edge)
            self._ledger.saw("severity")
            if urgency:
                self._saw("severity", edge, 0)
            if urgency < worst[0]:
                sentence = f'"{ask.name}" is less urgent at {edge.given.name} than at {worst[1]}, which is better.'
                self._broke("severity", ask, self._line_of(ask, edge), edge, sentence)
                return True
            worst = max(worst, (urgency, edge.given.name), key=lambda pair: pair[0])
        return False

    def _urgency(self, edge: Edge) -> int:
        tier = self._library.table.tier(edge.turn.red_flags)
        return tier.urgency if tier else int(bool(edge.turn.tasks))

    def _line_of(self, ask: Ask, edge: Edge) -> int:
        branch = taken(ask.branches, edge.given.answer, answered(edge, ask), edge.facts)
        return branch.line if branch else ask.line

    def _yes(self) -> None:
        alike: dict[tuple[object, ...], dict[bool, Edge]] = {}
        for edge in self._explored.edges:
            if edge.given.name in {"yes", "no"} and not edge.given.heard:
                key = (edge.source.key, *edge.facts.past.items())
                alike.setdefault(key, {})[isinstance(edge.given.answer, Yes)] = edge
        for pair in alike.values():
            yes, no = self._flag(pair.get(True)), self._flag(pair.get(False))
            if not (yes or no):
                continue
            edge = pair[True] if yes else pair[False]
            self._saw("yes", edge)
            if no > yes:
                ask = self._asks[edge.source.session.step or ""]
                self._broke("yes", ask, ask.line, pair[False], f'NO means more trouble than YES at "{ask.name}".')

    def _flag(self, edge: Edge | None) -> int:
        tier = self._library.table.tier(edge.turn.red_flags) if edge else None
        return tier.urgency if tier else 0

    def _saw(self, promise: str, edge: Edge, times: int = 1) -> None:
        self._ledger.saw(promise, times)
        if not self._ledger.kept[promise].example:
            self._ledger.saw(promise, 0, example=shown(edge, self._library, self._flow.name))

    def _broke(self, promise: str, ask: Ask, line: int, edge: Edge, sentence: str) -> None:
        file, _ = self._library.place(self._flow, ask)
        words = shown(edge, self._library, self._flow.name)
        self._ledger.broke(promise, Problem(file, line, sentence, shown=words))


def answered(edge: Edge, ask: Ask) -> Session:
    """The session with this answer in it, as its branches see it."""
    session = edge.source.session
    return replace(session, answers={**session.answers, ask.name: value_of(edge.given.answer)})


def _value(edge: Edge) -> float:
    assert isinstance(edge.given.answer, Number)  # noqa: S101 - only these are compared
    return edge.given.answer.value


@lru_cache(maxsize=4096)
def _comfort(texts: tuple[str, ...]) -> str:
    return comfort({str(place): text for place, text in enumerate(texts)})
