"""The care plan as a calendar: what falls on which day, an item moved, and what that changes for those enrolled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.plan import PlanItem, Sends
from bot.errors import Refused
from bot.flowfile.library import Library
from bot.service import replan
from bot.service.drafts import checking
from bot.service.drafts.folder import Folder, digest
from bot.service.parts import Parts

PLAN = "plan.yaml"
LAST_DAY = 400
_DAY = re.compile(r"(\bday:\s*)\d+")


@dataclass(frozen=True, slots=True)
class Day:
    """`on` is its date for somebody operated on today."""

    number: int
    on: date
    items: tuple[PlanItem, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """`moved` counts, by patient, the planned messages that publishing would change."""

    base: str
    days: tuple[Day, ...]
    from_answers: tuple[PlanItem, ...]
    titles: Mapping[str, str]
    moved: Mapping[str, int]

    @property
    def messages(self) -> int:
        return sum(len(day.items) for day in self.days)


def calendar(parts: Parts, folder: Folder, library: Library, today: date, now: datetime) -> Calendar:
    plan = library.plan
    numbers = sorted({item.day for item in plan.items if item.after is None})
    days = tuple(Day(number, today + timedelta(days=number), plan.on(number)) for number in numbers)
    titles = {item.name: _title(item, library) for item in plan.items}
    follows = replan.what_follows(parts, plan, now) if parts.scripts.live().library else {}
    anchored = tuple(item for item in plan.items if item.after is not None)
    moved = {patient_id: len(changes) for patient_id, changes in follows.items()}
    return Calendar(digest(folder.text(PLAN)), days, anchored, titles, moved)


def _title(item: PlanItem, library: Library) -> str:
    if item.sends is Sends.FLOW and item.content in library.flows:
        return library.flows[item.content].title
    if item.sends is Sends.TIP and item.content in library.tips:
        return f"Tip: {library.tips[item.content].topic}"
    return item.content


def move(folder: Folder, library: Library | None, name: str, day: int, base: str) -> None:
    """The item falls on another day; its line changes in that and nothing else. Raises Refused, or Overtaken."""
    if library is None:
        raise Refused("the flows must be mended before the plan can be changed here")
    item = library.plan.item(name)
    if item is None:
        raise Refused(f'the plan has no item "{name}"')
    if not 0 <= day <= LAST_DAY:
        raise Refused(f"the day is a whole number from 0 to {LAST_DAY}")
    lines = folder.text(PLAN).splitlines(keepends=True)
    for number in range(item.line - 1, len(lines)):
        if number >= item.line and lines[number].lstrip().startswith("- "):
            break
        changed, found = _DAY.subn(rf"\g<1>{day}", lines[number], count=1)
        if found:
            lines[number] = changed
            _refuse_wrong(folder, "".join(lines))
            folder.save(PLAN, "".join(lines), base)
            return
    raise Refused(f'the day of "{name}" was not found in {PLAN}: change it in the text')


def _refuse_wrong(folder: Folder, plan: str) -> None:
    """The checker's own words, where the day is taken or the windows would overlap."""
    look = checking.read({**folder.sources()[0], PLAN: plan})
    wrong = [problem for problem in look.problems if problem.file == PLAN and not problem.is_warning]
    if wrong:
        raise Refused(f"it was not moved: {wrong[0].sentence}")
