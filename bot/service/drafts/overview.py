"""The list of files: what each is, whether it reads without a mistake, how it stands to what is live, who is at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.core.plan import Sends
from bot.flowfile.library import Library
from bot.service.drafts import checking
from bot.service.drafts.folder import Folder, kind
from bot.service.parts import Parts
from bot.store import views
from bot.store.console import drafts

GROUPS = {
    "flow": "Conversations",
    "part": "Shared parts",
    "plan": "Care plan and tips",
    "tips": "Care plan and tips",
    "redflags": "Red flags",
    "phrases": "Red flags",
    "notices": "Standard texts and practice",
    "practice": "Standard texts and practice",
}
TITLES = {
    "plan.yaml": "The care plan: what is due when",
    "tips.yaml": "Tips",
    "redflags.yaml": "The red-flag table",
    "phrases.yaml": "Red-flag phrases",
    "notices.yaml": "Standard texts",
    "practice.yaml": "The practice's settings",
}


@dataclass(frozen=True, slots=True)
class Row:
    """`standing` is how the file stands to what is live: "", "changed" or "new". `mistakes` are those of reading.
    `mine` says that I typed something and have not saved it; `others` are the ids of who else has."""

    file: str
    title: str
    group: str
    days: tuple[int, ...]
    standing: str
    mistakes: int
    mine: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    rows: tuple[Row, ...]
    gone: tuple[str, ...]
    problems: tuple[str, ...]

    def of(self, group: str) -> list[Row]:
        return sorted((row for row in self.rows if row.group == group), key=lambda row: (row.days or (999,), row.file))

    @property
    def groups(self) -> list[str]:
        return list(dict.fromkeys(GROUPS.values()))

    @property
    def differs(self) -> int:
        return sum(bool(row.standing) for row in self.rows) + len(self.gone)


def overview(parts: Parts, folder: Folder, staff_id: str) -> Overview:
    sources, unreadable = folder.sources()
    look = checking.read(sources)
    live = _live(parts)
    kept = parts.database.read(drafts.every)
    mistakes = [problem.file for problem in look.problems if not problem.is_warning]
    rows = tuple(
        Row(
            file=file,
            title=_title(file, look.library, text),
            group=GROUPS[kind(file)],
            days=_days(file, look.library),
            standing="" if live.get(file) == text else ("changed" if file in live else "new"),
            mistakes=mistakes.count(file),
            mine=any(each.file == file and each.staff_id == staff_id for each in kept),
            others=tuple(each.staff_id for each in kept if each.file == file and each.staff_id != staff_id),
        )
        for file, text in sources.items()
    )
    missing = (problem for problem in look.problems if problem.file not in sources and not problem.is_warning)
    return Overview(rows, tuple(sorted(set(live) - set(sources))), tuple(map(str, (*unreadable, *missing))))


def names_of(parts: Parts) -> dict[str, str]:
    """The team's names, by id."""
    return {member.id: member.name(parts.vault) for member in views.team(parts.database)}


def _live(parts: Parts) -> Mapping[str, str]:
    library = parts.scripts.live().library
    return library.sources if library else {}


def _title(file: str, library: Library | None, text: str) -> str:
    """Out of the file's text where the flows cannot be read as a whole."""
    if file in TITLES:
        return TITLES[file]
    flow = checking.flow_of(library, file) if library else None
    if flow:
        return flow.title
    lines = (line.removeprefix("title:").strip(" \"'") for line in text.splitlines() if line.startswith("title:"))
    return next(lines, PurePosixPath(file).stem)


def _days(file: str, library: Library | None) -> tuple[int, ...]:
    if library is None or kind(file) != "flow":
        return ()
    name = PurePosixPath(file).stem
    return tuple(item.day for item in library.plan.items if item.sends is Sends.FLOW and item.content == name)
