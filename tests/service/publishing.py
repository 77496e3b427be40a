"""Processes that publish and are killed on the way: `python -m tests.service.publishing URL DATA FLOWS`.

For each line of its input a process of its own publishes the folder; the line says at which point it is killed. Points
are all that could be lost: before and after each statement that writes, before and after each commit. 0 is no point:
it runs to its end. Answered with "killed", or with how many points there were.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot import app, settings
from bot.service import publish, replan
from bot.store.database import PATIENCE_SECONDS, Database, Started, T, Work

NOW = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)


class Death:
    """Comes at one point, by a signal that nobody can catch."""

    def __init__(self, point: int) -> None:
        self._point, self.passed = point, 0

    def come(self) -> None:
        self.passed += 1
        if self.passed == self._point:
            os.kill(os.getpid(), signal.SIGKILL)


class Deadly(Database):
    """Where death may come between the work and its commit, and between that and whoever waits for it."""

    def __init__(self, url: str, death: Death) -> None:
        super().__init__(url)
        self._death = death

    def write(self, work: Work[T], *, patience: float = PATIENCE_SECONDS, after: Started[Any] | None = None) -> T:
        def and_then(tx: Connection) -> T:
            done = work(tx)
            self._death.come()
            return done

        result = super().write(and_then, patience=patience, after=after)
        self._death.come()
        return result


def publish_and_die(url: str, data: str, flows: str, point: int) -> int:
    death = Death(point)
    for moment in ("before_cursor_execute", "after_cursor_execute"):
        event.listen(Engine, moment, lambda *told: death.come() if _writes(told[2]) else None)
    parts = app.join(settings.read({"DATABASE_URL": url, "MENDLINE_DATA": data}))
    parts = replace(parts, database=Deadly(url, death))
    publish.publish(parts, Path(flows), NOW, publish.Signature("A. Admin"))
    replan.follow_plan(parts, NOW)
    return death.passed


def _writes(statement: str) -> bool:
    return statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))


def main(url: str, data: str, flows: str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            print(publish_and_die(url, data, flows, int(line)), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print("killed", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
