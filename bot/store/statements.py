"""Statements that differ between the two databases, hidden behind one name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


class InsertOnce:
    """Insert a row unless its unique key is there already; built once, run many times."""

    def __init__(self, table: Table, *key: str) -> None:
        first = next(iter(table.primary_key.columns))
        self._on_sqlite = sqlite.insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(first)
        self._on_postgres = postgresql.insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(first)

    def __call__(self, tx: Connection, row: dict[str, Any]) -> bool:
        """True when this call made the row; False when it was there."""
        statement = self._on_sqlite if tx.dialect.name == "sqlite" else self._on_postgres
        return tx.execute(statement, row).first() is not None
