"""Alembic's entry: runs the scripts on the connection that `bot.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from bot.store.console import tables as _console_tables  # noqa: F401 - each brings its tables along
from bot.store.oncall.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=False
)
context.run_migrations()
