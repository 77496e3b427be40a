"""Is paging impaired? What staff see above the alerts, so that nobody trusts a silence that is not one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.service.parts import Parts
from bot.store import watchdogs

SILENT = "The watchdog has fallen silent: nobody is paged when a part dies"


@dataclass(frozen=True, slots=True)
class Impaired:
    since: datetime
    what: tuple[str, ...]


def impaired(parts: Parts, real: datetime) -> Impaired | None:
    """What the watchdogs have found, since the first of it; None while all is well, and where none ever ran."""
    words = parts.database.read(watchdogs.every)
    if not words:
        return None
    if words[0].is_quiet(real):
        return Impaired(words[0].seen_at, (SILENT,))
    found = {each.what: each.since for word in words if not word.is_quiet(real) for each in word.troubles}
    return Impaired(min(found.values()), tuple(found)) if found else None
