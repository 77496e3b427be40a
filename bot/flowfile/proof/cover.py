"""Conversations that together take every way through a flow, and every two ways in a row."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from bot.core.flow import Number, Silence
from bot.core.session import taken
from bot.flowfile.proof.explore import Edge, Explored, Key
from bot.flowfile.proof.moves import answered

Way = tuple[Edge, ...]
Item = tuple[str, str] | tuple[str, str, str, str]
"""A move: at which question, and what is given. Two in a row: and at the next one."""


def conversations(
    explored: Explored, moment: int, *, pairs: bool = False, only: Callable[[Edge], bool] = lambda _: True
) -> list[Way]:
    """As few as a greedy walk finds. Of the numbers that fall into one branch, its two ends stand for all."""
    return _Covering(explored, moment, only, pairs=pairs).run()


class _Covering:
    def __init__(self, explored: Explored, moment: int, only: Callable[[Edge], bool], *, pairs: bool) -> None:
        self._pairs = pairs
        self._ways: dict[Key, list[Edge]] = {}
        for edge in _representative(explored, moment):
            if only(edge):
                self._ways.setdefault(edge.source.key, []).append(edge)
        self._begin = next(key for key, state in explored.states.items() if key[0] == moment and not state.came_by)
        self._left = {item for edges in self._ways.values() for edge in edges for item in self._items(edge)}

    def run(self) -> list[Way]:
        found = []
        while way := self._walk():
            found.append(way)
        return found

    def _walk(self) -> Way:
        """From the opening to what is new, and on from there as long as anything new can be come to."""
        way: list[Edge] = []
        while more := self._nearest(way[-1] if way else None):
            for edge in more:
                self._left -= set(self._items_in(way, edge))
                way.append(edge)
        return tuple(way)

    def _nearest(self, last: Edge | None) -> Way:
        """The shortest way on that ends with something new."""
        ahead: deque[Way] = deque([()])
        seen: set[tuple[Key, str]] = set()
        while ahead:
            way = ahead.popleft()
            end = way[-1] if way else last
            for edge in self._ways.get(end.target if end else self._begin, ()):
                if set(self._items_in([end] if end else [], edge)) & self._left:
                    return (*way, edge)
                if (edge.source.key, edge.given.name) not in seen:
                    seen.add((edge.source.key, edge.given.name))
                    ahead.append((*way, edge))
        return ()

    def _items(self, edge: Edge) -> Iterator[Item]:
        yield _move(edge)
        if self._pairs:
            for following in self._ways.get(edge.target, ()):
                yield (*_move(edge), *_move(following))

    def _items_in(self, way: list[Edge], edge: Edge) -> Iterator[Item]:
        yield _move(edge)
        if self._pairs and way:
            yield (*_move(way[-1]), *_move(edge))


def _move(edge: Edge) -> tuple[str, str]:
    return (edge.source.session.step or "", edge.given.name)


def branch_of(explored: Explored, edge: Edge) -> int:
    """The place of the branch that this answer falls into; -1 where it is no answer."""
    step = next(ask for ask in explored.asks if ask.name == edge.source.session.step)
    branch = taken(step.branches, edge.given.answer, answered(edge, step), edge.facts) if edge.given.is_answer else None
    return step.branches.index(branch) if branch else -1


def _representative(explored: Explored, moment: int) -> Iterator[Edge]:
    """Moves without earlier answers; of the numbers that fall into one branch, the least and the most,
    and what lies just under the least where that falls here too.
    """
    numbers: dict[tuple[object, ...], list[Edge]] = {}
    for edge in explored.edges:
        if edge.source.key[0] != moment or edge.facts.past:
            continue
        answer = edge.given.answer
        if not isinstance(answer, Number):
            yield edge
        else:
            alike = (edge.source.key, branch_of(explored, edge), bool(edge.given.heard))
            numbers.setdefault(alike, []).append(edge)
    for edges in numbers.values():
        yield from _ends([edge for edge in edges if _is_whole(edge)])
        if not _is_whole(edges[0]):
            yield edges[0]


def _ends(edges: list[Edge]) -> list[Edge]:
    return edges if len(edges) < 3 else [edges[0], edges[-1]]


def _is_whole(edge: Edge) -> bool:
    return isinstance(edge.given.answer, Number) and edge.given.answer.value.is_integer()


def is_spoken(edge: Edge) -> bool:
    """A plain answer: no silence, nothing unclear, no red flag in other words."""
    return edge.given.is_answer and not edge.given.heard


def is_quick(edge: Edge) -> bool:
    """Whatever can be texted at once, with no waiting."""
    return not isinstance(edge.given.answer, Silence)
