"""A conversation that shows something, as a nurse would read it: made by playing it, not by telling it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.flow import Ask
from bot.core.session import Facts
from bot.flowfile.library import Library
from bot.flowfile.play import Line, Said, talk
from bot.flowfile.proof.explore import Edge
from bot.flowfile.proof.given import samples


def replies(path: Sequence[Edge], flow_steps: Sequence[object], language: str) -> list[Said]:
    """What the patient texts on this way."""
    asks = {step.name: step for step in flow_steps if isinstance(step, Ask)}
    said = []
    for edge in path:
        ask = asks[edge.source.session.step or ""]
        text = samples(ask, edge.given, language)[0]
        words = f"{text} (and words that mean {edge.given.heard[0].concept})" if edge.given.heard else text
        said.append(Said(words, edge.given.answer, edge.given.heard))
    return said


def shown(edge: Edge, library: Library, flow_name: str) -> tuple[str, ...]:
    """The shortest conversation that ends with this move, under the moment at which it happens."""
    flow = library.flows[flow_name]
    facts = edge.facts
    lines = [str(Line.stage(_moment(facts)))]
    lines += [str(line) for line in talk(library, flow, replies(edge.path, flow.steps, facts.language), facts)]
    return tuple(lines)


def _moment(facts: Facts) -> str:
    hours = "office open" if facts.in_hours else "office closed"
    past = "".join(f", earlier {name}: {', '.join(f'{v:g}' for v in values)}" for name, values in facts.past.items())
    return f"day {facts.day}, {facts.language}, {hours}{past}"
