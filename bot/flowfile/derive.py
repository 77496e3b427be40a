"""Golden conversations for answers that none goes through yet, in every language: made by walking the proof's graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.core.flow import Flow
from bot.core.redflag.phrases import Phrases
from bot.flowfile.golden import SUFFIX, Chat
from bot.flowfile.library import Library
from bot.flowfile.proof.cover import Way, branch_of, conversations, is_spoken
from bot.flowfile.proof.explore import Edge, Explored, explore
from bot.flowfile.proof.shown import replies


def missing(library: Library, phrases: Phrases, kept: Mapping[str, Chat]) -> Mapping[str, Chat]:
    """By file name. A conversation whose replies are in a file of the same flow and language already is left out."""
    have = {(chat.flow, chat.language, chat.day, *chat.past.items(), tuple(chat.replies)) for chat in kept.values()}
    fresh: dict[str, Chat] = {}
    for flow in library.flows.values():
        for chat in _chats(flow, library):
            if (chat.flow, chat.language, chat.day, *chat.past.items(), tuple(chat.replies)) not in have:
                name = _free(f"{flow.name}.{chat.language}", kept, fresh)
                fresh[name] = replace(chat, lines=chat.play(library, phrases))
    return fresh


def _free(stem: str, *taken: Mapping[str, Chat]) -> str:
    number = 1
    while any(f"{stem}.{number:02}{SUFFIX}" in names for names in taken):
        number += 1
    return f"{stem}.{number:02}{SUFFIX}"


def _chats(flow: Flow, library: Library) -> Iterator[Chat]:
    explored = explore(flow, library)
    first, *later = _open_moments(explored)
    ways = conversations(explored, first, only=is_spoken)
    seen: set[object] = {_what(explored, edge) for way in ways for edge in way}
    for language in library.practice.languages:
        for way in (*ways, *_others(explored, {first, *later}, set(seen))):
            yield _chat(flow, way, language)


def _open_moments(explored: Explored) -> list[int]:
    return [moment for moment in explored.opening if explored.moments[moment].in_hours]


def _others(explored: Explored, moments: set[int], seen: set[object]) -> Iterator[Way]:
    """A branch that only another day or earlier answers lead to, once for each."""
    for edge in explored.edges:
        if edge.source.key[0] not in moments or not is_spoken(edge) or not edge.is_of_one_moment:
            continue
        what = _what(explored, edge)
        if what not in seen:
            seen.add(what)
            yield edge.path


def _what(explored: Explored, edge: Edge) -> object:
    return (edge.source.session.step, branch_of(explored, edge))


def _chat(flow: Flow, way: Way, language: str) -> Chat:
    facts = way[-1].facts
    said = [each.text for each in replies(way, flow.steps, language, facts.past)]
    # The replies stand in the lines: what is said between is filled in when it is played.
    lines = tuple(f"< {text}" for text in said)
    return Chat(flow.name, language, facts.day, facts.in_hours, facts.past, lines)
