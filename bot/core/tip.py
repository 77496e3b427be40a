"""A tip: one text of advice that asks for nothing back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.core.redflag.table import Wording


@dataclass(frozen=True, slots=True)
class Tip:
    """`approved_by` is empty while the wording is a draft. After `valid_for` a carrier should drop it undelivered."""

    name: str
    topic: str
    text: Wording
    sources: tuple[str, ...]
    approved_by: str
    valid_for: timedelta
    line: int = 0
