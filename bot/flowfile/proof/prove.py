"""Proves a library of flows: explores each, judges every move and every text, and seals the result with a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

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
    for flow in library.flows.values():
        more_states, more_edges, taken[flow.name] = prove_flow(flow, library, ledger)
        states, edges = states + more_states, edges + more_edges
    programme.judge(library, ledger, taken)
    return Proof(states, edges, ledger.kept, ledger.problems, _digest(library, states, edges, ledger))


def prove_flow(flow: Flow, library: Library, ledger: Ledger) -> tuple[int, int, Mapping[str, set[int]]]:
    """How many states and moves it has, and which branches of each question some answer falls into."""
    explored = explore(flow, library)
    moves = Moves(explored, library, ledger)
    moves.judge()
    Ways(explored, library, ledger).judge()
    Texts(explored, library, ledger).judge()
    return len(explored.states), len(explored.edges), moves.taken


def _digest(library: Library, states: int, edges: int, ledger: Ledger) -> str:
    said = {
        "sources": dict(library.sources),
        "states": states,
        "edges": edges,
        "promises": {name: [ledger.kept[name].seen, len(ledger.kept[name].broken)] for name in PROMISES},
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
