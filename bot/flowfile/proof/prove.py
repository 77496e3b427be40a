"""Proves a library of flows: explores each, judges every move and every text, and seals the result with a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.core.flow import Flow
from bot.flowfile.library import Library
from bot.flowfile.problem import Problem
from bot.flowfile.proof import programme
from bot.flowfile.proof.explore import explore
from bot.flowfile.proof.moves import Moves
from bot.flowfile.proof.promise import PROMISES, Kept, Ledger
from bot.flowfile.proof.texts import Texts
from bot.flowfile.proof.ways import Ways


@dataclass(frozen=True, slots=True)
class Proof:
    """`states` and `edges` were explored. `kept` says of each promise how often it was seen, and what broke it.

    `digest` names this result: the same flows, proved alike, have the same.
    """

    states: int
    edges: int
    kept: Mapping[str, Kept]
    problems: tuple[Problem, ...]
    digest: str

    @property
    def holds(self) -> bool:
        return not any(not problem.is_warning for problem in self.problems)


def prove(library: Library) -> Proof:
    ledger = Ledger()
    taken: dict[str, Mapping[str, set[int]]] = {}
    states = edges = 0
    around = repr((library.table, library.practice, library.plan, sorted(library.files.items()))).encode()
    for flow in library.flows.values():
        of_flow = _proved(_Task(flow, library, around))
        states, edges = states + of_flow.states, edges + of_flow.edges
        taken[flow.name] = of_flow.taken
        ledger.add(of_flow.ledger)
    programme.judge(library, ledger, taken)
    return Proof(states, edges, ledger.kept, ledger.problems, _digest(library, states, edges, ledger))


@dataclass(frozen=True, slots=True)
class OfFlow:
    """`taken` says which branches of each question some answer falls into, by place."""

    states: int
    edges: int
    taken: Mapping[str, set[int]]
    ledger: Ledger


def prove_flow(flow: Flow, library: Library) -> OfFlow:
    ledger = Ledger()
    explored = explore(flow, library)
    moves = Moves(explored, library, ledger)
    moves.judge()
    Ways(explored, library, ledger).judge()
    Texts(explored, library, ledger).judge()
    return OfFlow(len(explored.states), len(explored.edges), moves.taken, ledger)


class _Task:
    """A flow to prove, named by all that its proof depends on: whoever edits one flow waits for that one only."""

    def __init__(self, flow: Flow, library: Library, around: bytes) -> None:
        self.flow = flow
        self.library = library
        self._name = hashlib.sha256(repr(flow).encode() + around).digest()

    def __hash__(self) -> int:
        return hash(self._name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Task) and self._name == other._name


@lru_cache(maxsize=128)
def _proved(task: _Task) -> OfFlow:
    return prove_flow(task.flow, task.library)


def _digest(library: Library, states: int, edges: int, ledger: Ledger) -> str:
    said = {
        "sources": dict(library.sources),
        "states": states,
        "edges": edges,
        "promises": {name: [ledger.kept[name].seen, len(ledger.kept[name].broken)] for name in PROMISES},
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
