"""Publications: everything under flows/ as it was when it was published, by version; the newest is live."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from bot.store.statements import InsertOnce
from bot.store.tables import publication

INSERT = InsertOnce(publication, "version")
NEWEST = select(func.max(publication.c.version))

AHEAD_OF_PLANS = "publication:ahead"
"""The mark that a publication leaves until the calendars of all who are enrolled follow it: its version."""


@dataclass(frozen=True, slots=True)
class Publication:
    version: int
    digest: str
    sources: Mapping[str, str]
    published_at: datetime
    published_by: str = ""
    signed_by: str = ""
    note: str = ""
    proof: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept with a publication besides its texts. `proof` is kept as JSON."""

    published_by: str = ""
    signed_by: str = ""
    note: str = ""
    proof: Mapping[str, object] = field(default_factory=dict)


_NOTHING_MORE = Record()


def newest_version(tx: Connection) -> int:
    """0 when nothing was ever published."""
    version: int | None = tx.execute(NEWEST).scalar()
    return version or 0


def get(tx: Connection, version: int) -> Publication | None:
    row = tx.execute(select(publication).where(publication.c.version == version)).first()
    if row is None:
        return None
    return _publication(row)


def every(tx: Connection) -> list[Publication]:
    """The newest first."""
    return [_publication(row) for row in tx.execute(select(publication).order_by(publication.c.version.desc()))]


def _publication(row: Row[Any]) -> Publication:
    return Publication(
        version=row.version,
        digest=row.digest,
        sources=_sources(row.sources),
        published_at=row.published_at,
        published_by=row.published_by,
        signed_by=row.signed_by,
        note=row.note,
        proof=_proof(row.proof),
    )


def _proof(text: str) -> Mapping[str, object]:
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _sources(text: str) -> Mapping[str, str]:
    """A row that was damaged reads as one without files: what is missing then comes from the version before it."""
    try:
        kept = json.loads(text)
    except ValueError:
        return {}
    is_sound = isinstance(kept, dict) and all(isinstance(source, str) for source in kept.values())
    return kept if is_sound else {}


def add(
    tx: Connection, version: int, sources: Mapping[str, str], now: datetime, record: Record = _NOTHING_MORE
) -> bool:
    """False when somebody else published this version first."""
    row = {
        "version": version,
        "digest": digest(sources),
        "sources": json.dumps(sources, sort_keys=True, ensure_ascii=False),
        "published_at": now,
        "published_by": record.published_by,
        "signed_by": record.signed_by,
        "note": record.note,
        "proof": json.dumps(record.proof, sort_keys=True),
    }
    return INSERT(tx, row)


def digest(sources: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()
