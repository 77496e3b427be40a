"""A message on its way out, and one as the carrier lists it."""

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
    """A message in the carrier's own list."""

    sid: str
    body: str
    status: str
    created_at: datetime | None
