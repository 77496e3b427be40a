"""Which flows a command is about, and reading them whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.errors import Refused, UserError

if TYPE_CHECKING:
    from bot.core.redflag.phrases import Phrases
    from bot.flowfile.library import Library
    from bot.flowfile.problem import Problem


def folder() -> Path:
    return Path(os.environ.get("MENDLINE_FLOWS", "").strip() or "flows")


def whole(place: Path) -> tuple[Library, Phrases]:
    """The flows of a folder with the phrases that are heard beside them. Raises Refused with every mistake."""
    from bot.flowfile.check import PHRASES
    from bot.flowfile.library import load
    from bot.flowfile.phrases import fallback_phrases, load_phrases

    loaded = load(place)
    if loaded.library is None:
        listed = "\n".join(f"{place / problem.file}:{problem.line}: {problem.sentence}" for problem in loaded.problems)
        raise Refused(f"The flows in {place} must be mended before they can be played:\n{listed}")
    text = loaded.library.sources.get(PHRASES)
    phrases = load_phrases(text)[0] if text else None
    return loaded.library, phrases or fallback_phrases()


def sources(place: Path) -> dict[str, str]:
    """The text of every file. Raises UserError where one cannot be read."""
    from bot.flowfile.library import read_folder

    found, problems = read_folder(place)
    if problems:
        raise UserError(f"{place / problems[0].file}: {problems[0].sentence}")
    return dict(found)


def of(path: Path, problem: Problem) -> str:
    """The file as whoever asked could open it from where they stand."""
    return str(path / problem.file) if path.is_dir() else str(path)


def keep(path: Path, text: str, *, option: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{option}: {path} cannot be written ({error.strerror}).") from None


def read_text(path: Path, *, option: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UserError(f"{option}: {path} cannot be read ({reason}).") from None


def count(number: object, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def fail() -> None:
    """The answer is "no"."""
    click.get_current_context().exit(1)
