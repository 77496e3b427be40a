"""What is asked again and again while the clinic runs is answered by an index, however long the history grows."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event, text

from bot.store import outbox, waiting
from tests.clinic import Clinic


def test_no_look_of_the_clock_or_the_watchdog_reads_a_whole_history(clinic: Clinic) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(
        clinic.parts.database.engine, "before_cursor_execute", lambda *told: asked.append((str(told[2]), told[3]))
    )
    now = clinic.clock.now()

    def looks(tx: object) -> None:
        outbox.unsettled(tx, now - timedelta(days=2), real=now)  # type: ignore[arg-type]
        waiting.look(tx, now=now, real=now)  # type: ignore[arg-type]

    clinic.parts.database.read(looks)
    looked = [each for each in asked if each[0].lstrip().upper().startswith("SELECT")]
    assert looked
    scans = [line for each in looked for line in plan_of(clinic, *each)]

    assert [line for line in scans if _reads_all(line, ("inbox", "outbox", "alert", "session"))] == []


def plan_of(clinic: Clinic, statement: str, values: object) -> list[str]:
    prefix = "EXPLAIN QUERY PLAN " if clinic.parts.database.is_sqlite else "EXPLAIN "

    def work(tx: object) -> list[str]:
        if not clinic.parts.database.is_sqlite:  # a table this small is read whole unless it is told not to
            tx.execute(text("SET LOCAL enable_seqscan = off"))  # type: ignore[attr-defined]
        return [str(row[-1]) for row in tx.exec_driver_sql(prefix + statement, values)]  # type: ignore[attr-defined]

    return clinic.parts.database.read(work)


def _reads_all(line: str, tables: tuple[str, ...]) -> bool:
    """SQLite says SCAN, also where it walks an index from end to end; Postgres says Seq Scan."""
    scans = [f"SCAN {table}" for table in tables], [f"Seq Scan on {table} " for table in tables]
    return any(line.startswith(each) for each in scans[0]) or any(each in line for each in scans[1])
