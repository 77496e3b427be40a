"""SQLite: durable, checked, and never a patient's word in a temporary file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a 2xx means durable
    "foreign_keys = ON",
    "busy_timeout = 10000",
    "temp_store = MEMORY",  # no patient's word in a temporary file
    "secure_delete = ON",
    # Four times the default of 1,000 pages: the same few pages are written again and again, and copied back once.
    "wal_autocheckpoint = 4000",
)


def engine_for(url: str) -> Engine:
    """Connections with the option `reading` see one consistent view; with `by_hand`, whoever asked begins and ends."""
    if path := file_of(url):
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 10})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def file_of(url: str) -> str:
    """Where it is kept; empty for one in memory."""
    path = make_url(url).database
    return path if path and path != ":memory:" else ""


def lock_file(url: str) -> Path | None:
    """The file at which processes take turns; a database in memory has one process."""
    path = file_of(url)
    return Path(path + ".lock") if path else None


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we emit BEGIN ourselves
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Always IMMEDIATE where we write: a deferred BEGIN fails when it finds that it must write after reading."""
    options = connection.get_execution_options()
    if options.get("by_hand"):
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")
