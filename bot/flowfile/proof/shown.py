"""A conversation that shows something, as a nurse would read it: made by playing it, not by telling it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.flow import Ask
from bot.flowfile.library import Library
from bot.flowfile.play import Line, Said, moment, talk
from bot.flowfile.proof.explore import Edge
from bot.flowfile.proof.given import samples
from bot.flowfile.proof.moments import Past, with_past


def shown(edge: Edge, library: Library, flow_name: str) -> tuple[str, ...]:
    """The shortest conversation that ends with this move, under the moment at which it begins."""
    flow, past = library.flows[flow_name], edge.facts.past
    began = with_past(edge.source.began, past)
    said = replies(edge.path, flow.steps, began.language, past)
    return tuple(map(str, (Line.stage(moment(began)), *talk(library, flow, said, began))))


def replies(path: Sequence[Edge], flow_steps: Sequence[object], language: str, past: Past) -> list[Said]:
    """What the patient texts on this way, and when."""
    asks = {step.name: step for step in flow_steps if isinstance(step, Ask)}
    said = []
    for edge in path:
        text = samples(asks[edge.source.session.step or ""], edge.given, language)[0]
        words = f"{text} (and words that mean {edge.given.heard[0].concept})" if edge.given.heard else text
        said.append(Said(words, edge.given.answer, edge.given.heard, with_past(edge.facts, past)))
    return said
