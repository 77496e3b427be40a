"""Postgres: a pool of connections, each with limits on how long it may wait."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, event

from bot.store.driver import pipeline

POOL_SECONDS = 5.0
OPTIONS = "-c lock_timeout=5s -c statement_timeout=15s -c timezone=UTC"


def engine_for(url: str, connections: int) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=False,
        # psycopg itself prepares nothing: at each rollback it makes the server forget all that was prepared, also ours.
        connect_args={"connect_timeout": 5, "options": OPTIONS, "prepare_threshold": None},
    )
    event.listen(engine, "before_cursor_execute", lambda tx, *_: pipeline.send_waiting(tx))
    event.listen(engine, "rollback", pipeline.forget_waiting)
    event.listen(engine, "rollback_savepoint", lambda tx, *_: pipeline.forget_waiting(tx))
    return engine
