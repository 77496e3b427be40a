"""The library: every file of the flows folder, read and checked, as one value that a version can be pinned to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from bot.core.flow import Flow, Memory, Step, memory
from bot.core.notices import Notices
from bot.core.plan import CarePlan
from bot.core.practice import Practice
from bot.core.redflag.table import RedFlagTable
from bot.core.tip import Tip
from bot.flowfile.calendar import check_calendar, check_hours
from bot.flowfile.flow import Setting, read_flow, read_part
from bot.flowfile.notices import read_notices
from bot.flowfile.plan import read_plan
from bot.flowfile.practice import read_practice
from bot.flowfile.problem import Notes, Problem
from bot.flowfile.redflags import fallback_table, read_table
from bot.flowfile.tips import read_tips
from bot.flowfile.words import check_words
from bot.flowfile.yaml import MOST_BYTES, Node, read

STANDARD = ("practice.yaml", "notices.yaml", "redflags.yaml", "plan.yaml", "tips.yaml")
"""The files that there must be. Every other is a flow, but for those of `OTHERS`."""

OTHERS = ("phrases.yaml",)
"""Kept with the rest, and read by a loader of its own: what the screen knows never waits for a script."""

PARTS = "parts/"
"""The folder of what several flows share."""


@dataclass(frozen=True, slots=True)
class Library:
    """`files` says which file each flow or part came from. `sources` are the texts all of it was read from, by path.

    `memory` follows from the flows.
    """

    flows: Mapping[str, Flow]
    tips: Mapping[str, Tip]
    plan: CarePlan
    notices: Notices
    practice: Practice
    table: RedFlagTable
    files: Mapping[str, str]
    sources: Mapping[str, str]
    parts: Mapping[str, Flow] = field(default_factory=dict)
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "memory", memory(self.flows.values()))

    def place(self, flow: Flow, step: Step) -> tuple[str, int]:
        """The file and line in which a step stands."""
        return self.files.get(step.part or flow.name, ""), step.line


@dataclass(frozen=True, slots=True)
class Loaded:
    """`library` is None when a problem that is more than a warning was found.

    `table` and `practice` stand on their own: a mistake in a conversation costs neither.
    """

    library: Library | None
    problems: tuple[Problem, ...]
    table: RedFlagTable | None = None
    practice: Practice | None = None


def load(folder: Path) -> Loaded:
    """Everything under a folder. Never raises for what is in the files, or for a folder that is not there."""
    sources, problems = read_folder(folder)
    if not folder.is_dir():
        return Loaded(None, problems)
    loaded = from_sources(sources)
    return replace(
        loaded, library=None if problems else loaded.library, problems=tuple(sorted((*problems, *loaded.problems)))
    )


def read_folder(folder: Path) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """The text of every file, by its path in the folder; and the files that could not be read as text."""
    sources: dict[str, str] = {}
    problems: list[Problem] = []
    if not folder.is_dir():
        return {}, (Problem(str(folder), 1, "there is no such folder."),)
    for path in sorted(folder.rglob("*.y*ml")):
        name = path.relative_to(folder).as_posix()
        if path.name.startswith("."):  # an editor's own, such as ".#day-01.yaml"
            continue
        text = _text(path, name, problems)
        if text is not None:
            sources[name] = text
    return sources, tuple(problems)


def _text(path: Path, name: str, problems: list[Problem]) -> str | None:
    if path.suffix != ".yaml":
        problems.append(Problem(name, 1, 'the name must end in ".yaml", or the file would not be read.'))
        return None
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b" " * (MOST_BYTES + 1)
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(name, line, "this is not UTF-8; save the file as UTF-8."))
    except OSError as error:
        problems.append(Problem(name, 1, f"it cannot be opened: {error.strerror}."))
    return None


def from_sources(sources: Mapping[str, str]) -> Loaded:
    """The same, from texts kept elsewhere, such as a published version in the database."""
    reading = _Reading(sources)
    library = reading.library()
    problems = sorted(problem for notes in reading.notes.values() for problem in notes.problems)
    return Loaded(
        library=None if any(not problem.is_warning for problem in problems) else library,
        problems=tuple(problems),
        table=library.table if reading.is_sound("redflags.yaml") else None,
        practice=library.practice if reading.is_sound("practice.yaml") else None,
    )


class _Reading:
    """One pass over the files: the standard ones first, because flows lean on them."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = dict(sources)
        self.notes = {path: Notes(path) for path in (*STANDARD, *sources)}
        self._files: dict[str, str] = {}

    def library(self) -> Library:
        practice = read_practice(self._node("practice.yaml"), self.notes["practice.yaml"])
        for notes in self.notes.values():
            notes.languages = practice.languages
        setting = Setting(
            practice=practice,
            notices=read_notices(self._node("notices.yaml"), self.notes["notices.yaml"]),
            table=read_table(self._node("redflags.yaml"), self.notes["redflags.yaml"]),
            plan=read_plan(self._node("plan.yaml"), self.notes["plan.yaml"]),
        )
        tips = read_tips(self._node("tips.yaml"), self.notes["tips.yaml"])
        setting = replace(setting, parts=self._read(self._part_paths(), setting))
        flows = self._read(self._flow_paths(), setting)
        self._check(setting, flows, tips)
        return Library(
            flows,
            tips,
            setting.plan,
            setting.notices,
            practice,
            setting.table,
            self._files,
            self.sources,
            setting.parts,
        )

    def _read(self, paths: list[str], setting: Setting) -> Mapping[str, Flow]:
        read = [flow for path in paths if (flow := self._flow(path, setting))]
        return {flow.name: flow for flow in read}

    def is_sound(self, path: str) -> bool:
        return not self.notes[path].is_broken

    def _check(self, setting: Setting, flows: Mapping[str, Flow], tips: Mapping[str, Tip]) -> None:
        """What one file says of another. Where a file is broken, what leans on it would only echo that."""
        notes = self.notes["plan.yaml"]
        if self.is_sound("practice.yaml"):
            for of_file in self.notes.values():
                check_words(of_file, setting.practice.values)
            check_hours(setting.plan, setting.practice.contact, notes)
        if self.is_sound("tips.yaml") and self.is_sound("plan.yaml"):
            files = {PurePosixPath(path).stem for path in self._flow_paths()}
            sound = {name: flow for name, flow in flows.items() if self.is_sound(self._files[name])}
            check_calendar(setting.plan, notes, flows=sound, files=files, tips=tips)

    def _flow_paths(self) -> list[str]:
        return sorted(path for path in self.sources if path not in (*STANDARD, *OTHERS) and not path.startswith(PARTS))

    def _part_paths(self) -> list[str]:
        return sorted(path for path in self.sources if path.startswith(PARTS))

    def _node(self, path: str) -> Node | None:
        if path in self.sources:
            return read(self.sources[path], self.notes[path])
        self.notes[path].wrong(1, "this file is missing.")
        return None

    def _flow(self, path: str, setting: Setting) -> Flow | None:
        notes = self.notes[path]
        node = self._node(path)
        if node is None:
            return None
        what, read_it = ("part", read_part) if path.startswith(PARTS) else ("flow", read_flow)
        flow = read_it(node, notes, setting)
        if flow.name and flow.name != PurePosixPath(path).stem:
            notes.wrong(node.line, f'the {what} "{flow.name}" must stand in a file called {flow.name}.yaml.')
        if flow.name in self._files:
            notes.wrong(node.line, f'there is a {what} "{flow.name}" in {self._files[flow.name]} already.')
        self._files.setdefault(flow.name, path)
        return flow


__all__ = ["OTHERS", "STANDARD", "Library", "Loaded", "fallback_table", "from_sources", "load", "read_folder"]
