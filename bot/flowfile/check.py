"""What `mendline flows check` asks: every problem in a folder of flows, or in one file among its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.flowfile.library import STANDARD, from_sources, load, read_folder
from bot.flowfile.phrases import load_phrases
from bot.flowfile.problem import Problem

PHRASES = "phrases.yaml"


def check(path: Path) -> tuple[Problem, ...]:
    """The problems of a folder, or of one file. A file is read with the folder that it belongs to, where there is one;
    else with nothing beside it, and then only what stands in the file itself can be judged."""
    if path.is_dir() or not path.exists():
        folder, problems = path, load(path).problems
        sources, _ = read_folder(folder)
        return tuple(sorted((*problems, *_of_phrases(sources))))
    folder = _home(path)
    name = path.resolve().relative_to(folder).as_posix()
    return tuple(problem for problem in check(folder) if problem.file == name)


def check_sources(sources: Mapping[str, str]) -> tuple[Problem, ...]:
    """Everything that must be in order before these texts are published."""
    return tuple(sorted((*from_sources(sources).problems, *_of_phrases(sources))))


def _of_phrases(sources: Mapping[str, str]) -> tuple[Problem, ...]:
    return load_phrases(sources[PHRASES], PHRASES)[1] if PHRASES in sources else ()


def _home(file: Path) -> Path:
    """The nearest folder above the file that holds the standard files; else the file's own."""
    parents = file.resolve().parents
    return next((folder for folder in parents if (folder / STANDARD[0]).is_file()), parents[0])
