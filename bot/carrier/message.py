"""A message on its way out, and those in the carrier's own list: ours to people, and theirs to us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.enrollment import Lane


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a carrier needs it. `callback` is where receipts go; `valid_for` in seconds, None: no limit."""

    to: str
    body: str
    callback: str
    lane: Lane
    subject: str = ""
    valid_for: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A message of ours in the carrier's own list. `created_at`: when the carrier took it, by the carrier's clock."""

    sid: str
    phone: str
    body: str
    status: str
    created_at: datetime
    error_code: int = 0


@dataclass(frozen=True, slots=True)
class Arrived:
    """A text to us in the carrier's own list. `sent_at`: when it reached the carrier, by the carrier's clock."""

    sid: str
    phone: str
    body: str
    sent_at: datetime
    media_count: int = 0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a reading of the list brought, oldest first; `missing` says why there may be more, where there may be."""

    texts: tuple[Arrived, ...] = ()
    missing: str = ""
