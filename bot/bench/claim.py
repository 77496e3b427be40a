"""What a claim of the next due messages costs as the outbox grows; in a process of its own, so that memory shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import Connection, insert, text

from bot.bench import machine
from bot.bench.databases import Databases
from bot.bench.figures import Row, Section, Wish, percentile
from bot.core.enrollment import Lane
from bot.errors import UserError
from bot.store import duty, outbox
from bot.store.database import Database
from bot.store.tables import contact, metadata

BATCH = 500
CLAIMS = 9
WARM = 2
LOOKS = 200
AHEAD_SHARE = 10
"""Of so many rows one is planned for later; the rest, apart from what is due, was sent long ago."""

HEADINGS = ("claim p50 ms", "claim p99 ms", "idle p50 ms", "idle p99 ms", "MB")


def measure(databases: Databases, sizes: Sequence[int]) -> Section:
    """`sizes` are rows in the outbox, ascending; each is measured as the table has grown to it."""
    command = [sys.executable, "-m", "bot.bench.claim", databases.make("claim"), *map(str, sizes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"Claims could not be measured: {done.stderr.strip().splitlines()[-1:]}")
    found = {int(size): cells for size, cells in json.loads(done.stdout).items()}
    first, last = found[sizes[0]], found[sizes[-1]]
    name = "Postgres" if databases.kind == "postgres" else "SQLite"
    return Section(
        f"4. Claim the next {BATCH} due, {name}",
        HEADINGS,
        tuple(Row(f"{size:,} rows", tuple(cells)) for size, cells in found.items()),
        (
            Wish(f"claim at {sizes[-1]:,} rows against {sizes[0]:,}", last[0] / first[0], 1.5, "times"),
            Wish("idle poll, median at the largest", last[2], 1.0, "ms"),
            *([Wish("memory of the process", last[4], 64, "MB")] if last[4] else []),
        ),
        f"floor: the same claim at {sizes[0]:,} rows; a batch of {BATCH}, its commit included",
    )


ROWS_ON_POSTGRES = "SELECT n FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n"
ROWS_ON_SQLITE = (
    "WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last) "
    "SELECT n FROM numbers"
)
FILL = """
INSERT INTO outbox (id, kind, channel, lane, contact_id, occurrence, body, urgent, state, reason, sid, by_answer,
                    attempts, fence, due_at, created_at)
SELECT {id}, 'tip', 'sms', 'plan', 'c', {occurrence}, :body, :no, :state, '', {sid}, :no, 0, 0, :due_at, :due_at
FROM ({rows}) AS numbered
"""


def _fill(tx: Connection, *, first: int, last: int, state: str, due_at: datetime) -> None:
    is_sqlite = tx.dialect.name == "sqlite"
    number = "printf('%010d', n)" if is_sqlite else "lpad(CAST(n AS text), 10, '0')"
    statement = FILL.format(
        id=f"'bench-' || {number}",
        occurrence=f"'tip:bench:' || {number}",
        sid=f"'SM0000000000000000000000' || {number}" if state == "delivered" else "NULL",
        rows=ROWS_ON_SQLITE if is_sqlite else ROWS_ON_POSTGRES,
    )
    due = due_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if is_sqlite else due_at
    values = {"first": first, "last": last, "body": os.urandom(120), "no": False, "state": state, "due_at": due}
    tx.execute(text(statement), values)


def _grow(database: Database, before: int, size: int, now: datetime) -> None:
    """Bring the table to this size: enough that is due for all claims, some for later, and the rest sent."""
    due = BATCH * (CLAIMS + WARM)
    ahead = (size - before) // AHEAD_SHARE
    parts = (
        (due, "pending", now - timedelta(minutes=5)),
        (ahead, "pending", now + timedelta(days=3)),
        (max(0, size - before - due - ahead), "delivered", now - timedelta(days=90)),
    )
    next_number = before + 1
    for count, state, due_at in parts:
        if count:
            last = next_number + count - 1
            database.write(
                lambda tx, f=next_number, t=last, s=state, d=due_at: _fill(tx, first=f, last=t, state=s, due_at=d),  # type: ignore[misc]
                patience=600,
            )
            next_number = last + 1
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE outbox"))


def _claim(database: Database, now: datetime) -> float:
    began = time.perf_counter()
    lease = now + timedelta(hours=1)
    claimed = database.write(
        lambda tx: outbox.claim(tx, Lane.PLAN, now=now, real=now, lease=lease, limit=BATCH), patience=60
    )
    seconds = time.perf_counter() - began
    if len(claimed) != BATCH:
        raise UserError(f"{len(claimed)} messages were due instead of {BATCH}")
    return seconds


def _look(database: Database, now: datetime) -> float:
    """What each tick of the clock costs when nothing is due."""
    began = time.perf_counter()
    database.read(lambda tx: duty.look(tx, now=now, real=now, late=now))
    return time.perf_counter() - began


def _measured(database: Database, now: datetime) -> list[float | None]:
    claims = [_claim(database, now) for _ in range(CLAIMS + WARM)][WARM:]
    looks = [_look(database, now) for _ in range(LOOKS)]
    figures = (median(claims), percentile(claims, 0.99), median(looks), percentile(looks, 0.99))
    return [*(seconds * 1000 for seconds in figures), machine.own_peak()]


def main(url: str, *sizes: str) -> None:
    from bot.settings import read  # noqa: PLC0415

    database, now = Database(read({"DATABASE_URL": url}).database_url), datetime.now(UTC)
    metadata.create_all(database.engine)
    row = {"id": "c", "phone": b"p", "phone_index": b"p", "language": "en", "consent": "joined", "created_at": now}
    database.write(lambda tx: tx.execute(insert(contact), row) and None)
    found, before = {}, 0
    for size in map(int, sizes):
        _grow(database, before, size, now)
        found[size] = _measured(database, now)
        before = size
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
