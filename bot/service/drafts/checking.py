"""The checker of `mendline flows check`, asked while somebody types: problems, what there is to name, and the drawing.

Reading comes at once; the proof follows, and proves again only what the change touches. One proof at a time: whoever
types must not slow the texts that patients send.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import PurePosixPath

from bot.core.flow import Ask, Flow, Say, Score, Step
from bot.core.notices import NOTICES
from bot.core.practice import LANGUAGES
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.table import CONCEPTS
from bot.flowfile import graph, schema
from bot.flowfile.check import PHRASES, Checked, check_sources, read_sources
from bot.flowfile.library import Library
from bot.flowfile.phrases import fallback_phrases, load_phrases
from bot.flowfile.problem import Problem
from bot.service.drafts.folder import kind

_proving = threading.Lock()

Json = dict[str, object]


def read(sources: Mapping[str, str]) -> Checked:
    """What can be told by reading alone: it waits for nobody's proof."""
    return read_sources(sources)


def prove(sources: Mapping[str, str]) -> Checked:
    """All that `flows check` says."""
    with _proving:
        return check_sources(sources)


def phrases_of(sources: Mapping[str, str]) -> Phrases:
    text = sources.get(PHRASES)
    return (load_phrases(text)[0] if text else None) or fallback_phrases()


def flow_of(library: Library, file: str) -> Flow | None:
    """The flow or the part that a file holds."""
    name = PurePosixPath(file).stem
    found = {"flow": library.flows, "part": library.parts}.get(kind(file), {})
    return found.get(name)


def said(look: Checked, file: str) -> Json:
    """For the page: the problems of this file, those elsewhere, the drawing, and the facts of the bottom line."""
    here = [_problem(each) for each in look.problems if each.file == file]
    elsewhere = [_problem(each) for each in look.problems if each.file != file and not each.is_warning]
    flow = flow_of(look.library, file) if look.library else None
    told: Json = {"problems": here, "elsewhere": elsewhere, "graph": None, "proof": None}
    if look.library and flow:
        told["graph"] = drawing(flow, look.library, file)
        told["steps"] = [step.name for step in flow.steps]
    if look.library and look.proof:
        asked = {concept for each in look.library.flows.values() for concept in _asked(each)}
        told["proof"] = {"states": look.proof.states, "edges": look.proof.edges, "asked": len(asked)}
    return told


def _problem(each: Problem) -> Json:
    return {
        "file": each.file,
        "line": each.line,
        "sentence": each.sentence,
        "warning": each.is_warning,
        "shown": list(each.shown),
    }


def _asked(flow: Flow) -> set[str]:
    branches = (branch for step in flow.steps if isinstance(step, Ask | Score) for branch in step.branches)
    return {concern.concept for branch in branches for concern in branch.red_flags}


def drawing(flow: Flow, library: Library, file: str) -> Json:
    """The boxes and ways of a flow, each box with where it stands; a step from a part names the part's file."""
    ways = graph.ways_of(flow, library.table)
    boxes = graph.boxes_of(flow, library.table, ways)
    steps = {step.name: step for step in flow.steps}
    return {
        "boxes": [_box(box, steps.get(box.name), library, flow, file) for box in boxes.values()],
        "ways": [{"from": way.source, "to": way.target, "label": way.label, "alarm": way.is_alarm} for way in ways],
    }


def _box(box: graph.Box, step: Step | None, library: Library, flow: Flow, file: str) -> Json:
    where = library.place(flow, step) if step else _raised(box.name, library, flow)
    used = _use_line(library.sources.get(file, ""), where[0]) if where[0] != file else where[1]
    return {
        "name": box.name,
        "kind": box.kind,
        "title": box.title.removeprefix("\u26a0 "),
        "below": box.below,
        "text": _text(step),
        "file": where[0],
        "line": where[1],
        "here": used,
    }


def _raised(name: str, library: Library, flow: Flow) -> tuple[str, int]:
    """Where a red flag, whose box this is, is raised first."""
    for step in flow.steps:
        for branch in step.branches if isinstance(step, Ask | Score) else ():
            if any(graph.alarm(each.concept, severe=each.severe) == name for each in branch.red_flags):
                return library.place(flow, step)[0], branch.line
    return "", 0


def _use_line(source: str, file: str) -> int:
    """The line of this text that takes in the part of that file."""
    part = PurePosixPath(file).stem
    lines = enumerate(source.splitlines(), 1)
    return next((number for number, line in lines if line.strip("- ").startswith(f"use: {part}")), 0)


def _text(step: Step | None) -> str:
    if isinstance(step, Say | Ask):
        return step.text.get("en", next(iter(step.text.values()), ""))
    return ""


def words(library: Library | None, sources: Mapping[str, str], file: str) -> Json:
    """What may be written where: the schema of this kind of file, and the names there are."""
    practice = library.practice if library else None
    return {
        "kind": kind(file),
        "schema": schema.schema(kind(file)),
        "names": {
            "use": sorted(PurePosixPath(path).stem for path in sources if kind(path) == "part"),
            "flow": sorted(PurePosixPath(path).stem for path in sources if kind(path) == "flow"),
            "tip": sorted(library.tips) if library else [],
            "notice": sorted(NOTICES),
            "concept": list(CONCEPTS),
            "red_flag": list(CONCEPTS),
        },
        "placeholders": sorted(practice.values) if practice else [],
        "languages": list(practice.languages) if practice else list(LANGUAGES),
    }
