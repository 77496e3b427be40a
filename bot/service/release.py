"""A release: the schema is brought up to date, keys are made, and flows are published where none are live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.errors import Refused
from bot.service import publish
from bot.service.parts import Parts
from bot.store import migrate


@dataclass(frozen=True, slots=True)
class Released:
    """`problem`: why changed flows were left out, in sentences; the version that was live stays so."""

    version: int
    problem: str = ""


def release(parts: Parts, flows: Path, now: datetime, *, take_changes: bool = False) -> Released:
    """Safe to run again, and beside running processes. Raises Refused when there is nothing live and flows are bad.

    `take_changes` publishes what was changed since, as somebody trying flows on a desk expects.
    """
    migrate.upgrade(parts.database)
    parts.vault.prepare(now)
    parts.vault.check()
    if not publish.is_published(parts):
        return Released(publish.publish(parts, flows, now))
    try:
        if take_changes and not parts.is_live:
            return Released(publish.publish(parts, flows, now))
    except Refused as refused:
        return Released(parts.scripts.live().version, str(refused))
    return Released(parts.scripts.live().version)
