"""A change as a sentence, and how a change of words is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.redflag.table import Wording


@dataclass(frozen=True, slots=True)
class Change:
    """`is_clinical`: it touches a red flag, or words that patients read. A clinician signs such changes."""

    file: str
    sentence: str
    is_clinical: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {self.sentence}"


def words(name: str, old: Wording, new: Wording, *, where: str = "") -> Iterator[tuple[str, bool]]:
    """What `name` says, language by language; `where` tells when it does."""
    for language in sorted({*old, *new}):
        if old.get(language) != new.get(language):
            was, now = old.get(language, ""), new.get(language, "")
            yield f'"{name}" in "{language}" says "{now}" instead of "{was}"{where}.', True
