"""What `mendline flows check`, publishing and the editor ask: every problem in a folder of flows, and the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bot.flowfile.library import STANDARD, Library, from_sources, read_folder
from bot.flowfile.phrases import load_phrases
from bot.flowfile.problem import Problem
from bot.flowfile.proof.prove import Proof, prove

PHRASES = "phrases.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """`library` and `proof` are None where the files cannot be read as flows: then the problems say why."""

    problems: tuple[Problem, ...]
    library: Library | None = None
    proof: Proof | None = None

    @property
    def is_sound(self) -> bool:
        return not any(not problem.is_warning for problem in self.problems)


def check(path: Path) -> Checked:
    """A folder, or one file. A file is read with the folder that it belongs to, where there is one; else with nothing
    beside it, and then only what stands in the file itself can be judged."""
    if path.is_dir() or not path.exists():
        sources, problems = read_folder(path)
        if not path.is_dir():
            return Checked(problems)
        checked = check_sources(sources)
        return Checked(tuple(sorted((*problems, *checked.problems))), checked.library, checked.proof)
    folder = _home(path)
    name = path.resolve().relative_to(folder).as_posix()
    checked = check(folder)
    return Checked(tuple(each for each in checked.problems if each.file == name), checked.library, checked.proof)


def check_sources(sources: Mapping[str, str]) -> Checked:
    """Everything that must be in order before these texts are published."""
    return _checked(tuple(sorted(sources.items())))


def read_sources(sources: Mapping[str, str]) -> Checked:
    """What reading alone can tell, without the proof: quick enough for whoever is typing."""
    return _read(tuple(sorted(sources.items())))


@lru_cache(maxsize=8)
def _checked(files: tuple[tuple[str, str], ...]) -> Checked:
    """The same texts are proved once: the editor, the publisher and whoever asks again get the same answer."""
    read = _read(files)
    if read.library is None:
        return read
    proof = prove(read.library)
    return Checked(tuple(sorted({*read.problems, *proof.problems})), read.library, proof)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[str, str], ...]) -> Checked:
    sources = dict(files)
    loaded = from_sources(sources)
    problems = (*map(_strictly, loaded.problems), *_of_phrases(sources))
    return Checked(tuple(sorted(problems)), loaded.library)


def _strictly(problem: Problem) -> Problem:
    """What is good enough to be read is not always good enough to be published."""
    return replace(problem, is_warning=False) if problem.unfit else problem


def _of_phrases(sources: Mapping[str, str]) -> tuple[Problem, ...]:
    return load_phrases(sources[PHRASES], PHRASES)[1] if PHRASES in sources else ()


def _home(file: Path) -> Path:
    """The nearest folder above the file that holds the standard files; else the file's own."""
    parents = file.resolve().parents
    return next((folder for folder in parents if (folder / STANDARD[0]).is_file()), parents[0])
