"""Bring a database to the newest schema, or say whether it is there. The scripts stand in migrations/."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.database import Database

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Safe to run again and beside running processes; two at once take turns."""
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7331)")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def is_current(database: Database) -> bool:
    return revision(database) == newest()


def revision(database: Database) -> str | None:
    """Of the database; None before its first release."""
    return database.read(lambda tx: MigrationContext.configure(tx).get_current_revision())


def newest() -> str | None:
    """The revision that this version of the program is made for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_known(name: str) -> bool:
    """False for a revision of a newer version of the program."""
    return any(script.revision == name for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
