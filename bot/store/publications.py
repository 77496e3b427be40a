"""Publications: everything under flows/ as it was when it was published, by version; the newest is live."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.store.statements import InsertOnce
from bot.store.tables import publication

INSERT = InsertOnce(publication, "version")
NEWEST = select(func.max(publication.c.version))


@dataclass(frozen=True, slots=True)
class Publication:
    version: int
    digest: str
    sources: Mapping[str, str]
    published_at: datetime


def newest_version(tx: Connection) -> int:
    """0 when nothing was ever published."""
    version: int | None = tx.execute(NEWEST).scalar()
    return version or 0


def get(tx: Connection, version: int) -> Publication | None:
    row = tx.execute(select(publication).where(publication.c.version == version)).first()
    if row is None:
        return None
    return Publication(row.version, row.digest, _sources(row.sources), row.published_at)


def _sources(text: str) -> Mapping[str, str]:
    """A row that was damaged reads as one without files: what is missing then comes from the version before it."""
    try:
        kept = json.loads(text)
    except ValueError:
        return {}
    is_sound = isinstance(kept, dict) and all(isinstance(source, str) for source in kept.values())
    return kept if is_sound else {}


def add(tx: Connection, version: int, sources: Mapping[str, str], now: datetime) -> bool:
    """False when somebody else published this version first."""
    text = json.dumps(sources, sort_keys=True, ensure_ascii=False)
    return INSERT(tx, {"version": version, "digest": digest(sources), "sources": text, "published_at": now})


def digest(sources: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()
