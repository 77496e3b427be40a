"""Flows are published: everything under flows/ becomes the next version, or nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.errors import Refused
from bot.flowfile.check import check_sources
from bot.flowfile.library import read_folder
from bot.service.parts import Parts
from bot.store import publications


def publish(parts: Parts, folder: Path, now: datetime) -> int:
    """Returns the version that is live now; the same content again makes no new one. Raises Refused with problems."""
    sources, problems = read_folder(folder)
    stopping = [problem for problem in (*problems, *check_sources(sources).problems) if not problem.is_warning]
    if stopping:
        raise Refused(f"the flows in {folder} cannot be published:\n" + "\n".join(map(str, stopping)))
    version = parts.database.write(lambda tx: _publish(tx, sources, now))
    parts.scripts.refresh()
    return version


def _publish(tx: Connection, sources: Mapping[str, str], now: datetime) -> int:
    newest = publications.newest_version(tx)
    live = publications.get(tx, newest) if newest else None
    if live is not None and live.digest == publications.digest(sources):
        return newest
    publications.add(tx, newest + 1, sources, now)
    return newest + 1


def is_published(parts: Parts) -> bool:
    return parts.database.read(publications.newest_version) > 0
