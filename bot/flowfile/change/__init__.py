"""What differs between two versions of the flows, in words an admin or a clinician can judge."""

from __future__ import annotations

from collections.abc import Iterator

from bot.flowfile.change import conversation, standard
from bot.flowfile.change.told import Change
from bot.flowfile.library import Library


def changes(before: Library, after: Library) -> tuple[Change, ...]:
    """In the order of the files; a change in a shared part is told once."""
    found = (*conversation.changes(before, after), *standard.changes(before, after))
    told = dict.fromkeys(sorted(found, key=lambda change: change.file))
    silent = _silent(before, after, {change.file for change in told})
    return (*told, *silent)


def _silent(before: Library, after: Library, told: set[str]) -> Iterator[Change]:
    """A file that differs in nothing that was told: comments, order, or something that this room does not know."""
    for file in sorted({*before.sources, *after.sources}):
        if file not in told and before.sources.get(file) != after.sources.get(file):
            yield Change(file, "its text differs.", is_clinical=file == "phrases.yaml")


__all__ = ["Change", "changes"]
