"""Column types that mean the same on SQLite and on Postgres."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, aware. It is written as text of fixed width, as which SQLite keeps it: so it sorts as time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def bind_processor(self, _dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _to_text

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], datetime | None]:
        return _from_text if dialect.name == "sqlite" else _to_utc


def _to_text(moment: datetime | None) -> str | None:
    return None if moment is None else _as_text(moment)


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _to_utc(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment without a zone reached the store")
    return moment if moment is None or moment.tzinfo is UTC else moment.astimezone(UTC)


@lru_cache(maxsize=64)
def _as_text(moment: datetime) -> str:
    """Kept for a while: a text that is taken in binds the same few moments a dozen times."""
    utc = _to_utc(moment)
    assert utc is not None  # noqa: S101
    return utc.isoformat(timespec="microseconds")[:26] + "Z"
