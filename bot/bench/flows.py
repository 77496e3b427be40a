"""How long the flows take to read, to prove, and to prove again after one of them was edited."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from bot.bench.figures import Row, Section, Wish
from bot.flowfile.library import Library, from_sources, read_folder
from bot.flowfile.proof.prove import prove, prove_flow

FOLDER = Path(__file__).resolve().parents[2] / "flows"
ONE_FLOW, WHOLE, AGAIN = 1_000.0, 10_000.0, 300.0
"""Milliseconds wanted: a flow of ten questions, the shipped programme, and an edit in the editor."""

_Made = TypeVar("_Made")


def measure(folder: Path = FOLDER) -> Section:
    sources, _ = read_folder(folder)
    library, reading = _timed(lambda: _read(sources))
    longest = max(library.flows.values(), key=lambda flow: len(flow.steps))
    _, one = _timed(lambda: prove_flow(longest, library))
    proof, whole = _timed(lambda: prove(library))
    edited = {**sources, "checkins/day-11.yaml": sources["checkins/day-11.yaml"].replace('title: "', 'title: "New ')}
    _, again = _timed(lambda: prove(_read(edited)))
    return Section(
        title="Flows: reading and proof",
        headings=("ms",),
        rows=(
            Row("read the shipped programme", (reading,)),
            Row(f"prove its longest flow, {len(longest.steps)} steps", (one,)),
            Row("prove the shipped programme", (whole,)),
            Row("read and prove again after an edit", (again,)),
        ),
        wishes=(
            Wish("proof of one flow", one, ONE_FLOW, "ms"),
            Wish("proof of the whole programme", whole, WHOLE, "ms"),
            Wish("check after an edit", again, AGAIN, "ms"),
        ),
        note=f"{proof.states:,} states and {proof.edges:,} moves, each made by the engine itself.",
    )


def _read(sources: Mapping[str, str]) -> Library:
    library = from_sources(sources).library
    if library is None:
        raise LookupError("the shipped flows cannot be read")
    return library


def _timed(make: Callable[[], _Made]) -> tuple[_Made, float]:
    """What was made, and how many milliseconds it took."""
    begun = time.perf_counter()
    made = make()
    return made, (time.perf_counter() - begun) * 1000
