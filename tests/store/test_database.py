"""One transaction at a time: what commits together, what fails alone, and who is told that the store is busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from bot.store import marks
from bot.store.database import Database, StoreBusy
from tests.clinic import Clinic

AT = datetime(2026, 11, 24, tzinfo=UTC)


def leave(name: str) -> Callable[[Connection], None]:
    return lambda tx: marks.leave(tx, name, "x", AT)


def names(database: Database) -> list[str]:
    return sorted(database.read(lambda tx: marks.every(tx, "test:")))


def test_what_raises_is_rolled_back_and_what_is_beside_it_stays(clinic: Clinic) -> None:
    database = clinic.parts.database
    start, told = threading.Barrier(20), []

    def write(number: int) -> None:
        def work(tx: Connection) -> None:
            marks.leave(tx, f"test:{number:02}", "x", AT)
            if number % 2:
                raise ValueError(number)

        start.wait()
        try:
            database.write(work)
        except ValueError as error:
            told.append(error.args[0])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == list(range(1, 20, 2))
    assert names(database) == [f"test:{number:02}" for number in range(0, 20, 2)]


class Gone(BaseException):
    pass


def test_whatever_a_piece_of_work_raises_the_next_one_is_done(clinic: Clinic) -> None:
    def work(tx: Connection) -> None:
        marks.leave(tx, "test:gone", "x", AT)
        raise Gone

    with pytest.raises(Gone):
        clinic.parts.database.write(work)
    clinic.parts.database.write(leave("test:next"))

    assert names(clinic.parts.database) == ["test:next"]


def test_a_statement_that_fails_harms_nobody_else(clinic: Clinic) -> None:
    with pytest.raises((StoreBusy, ProgrammingError)):
        clinic.parts.database.write(lambda tx: tx.execute(text("SELECT * FROM nowhere")))
    clinic.parts.database.write(leave("test:next"))

    assert names(clinic.parts.database) == ["test:next"]


def test_who_cannot_wait_is_told_that_the_store_is_busy(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/busy.db")
    begun, go_on = threading.Event(), threading.Event()

    def hold(tx: Connection) -> None:
        begun.set()
        go_on.wait(5)

    holder = threading.Thread(target=lambda: database.write(hold))
    holder.start()
    begun.wait(5)

    before = time.monotonic()
    with pytest.raises(StoreBusy):
        database.write(lambda tx: tx.execute(text("SELECT 1")), patience=0.1)

    assert time.monotonic() - before < 2
    go_on.set()
    holder.join()
    database.close()


def test_a_database_that_is_away_is_busy_to_its_callers() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")

    with pytest.raises(StoreBusy):
        database.read(lambda tx: tx.execute(text("SELECT 1")))
    with pytest.raises(StoreBusy):
        database.write(lambda tx: tx.execute(text("SELECT 1")))
    database.close()


def test_two_processes_on_one_file_take_turns(clinic: Clinic) -> None:
    other = clinic.another_process().database
    databases = [clinic.parts.database, other]

    threads = [
        threading.Thread(target=lambda number=number: databases[number % 2].write(leave(f"test:{number:03}")))
        for number in range(60)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(names(other)) == 60


def test_what_comes_after_sees_what_it_comes_after(clinic: Clinic) -> None:
    database = clinic.parts.database

    with database.start(leave("test:first")) as started:
        seen = database.write(lambda tx: sorted(marks.every(tx, "test:")), after=started)

        assert seen == ["test:first"]
        started.result()


def test_what_was_started_stays_when_what_comes_after_it_fails(clinic: Clinic) -> None:
    database = clinic.parts.database

    def fail(tx: Connection) -> None:
        marks.leave(tx, "test:second", "x", AT)
        raise ValueError("the second failed")

    with database.start(leave("test:first")) as started, pytest.raises(ValueError, match="the second failed"):
        database.write(fail, after=started)

    assert names(database) == ["test:first"]


def test_nothing_comes_after_what_failed(clinic: Clinic) -> None:
    database = clinic.parts.database

    def fail(_tx: Connection) -> None:
        raise ValueError("the first failed")

    with pytest.raises(ValueError, match="the first failed"), database.start(fail) as started:
        database.write(leave("test:second"), after=started)

    assert names(database) == []


def test_many_at_once_are_each_done_after_their_own(clinic: Clinic) -> None:
    database = clinic.parts.database
    begin, told = threading.Barrier(16), []

    def both(number: int) -> None:
        begin.wait()
        with database.start(leave(f"test:{number:02}a")) as started:
            database.write(leave(f"test:{number:02}b"), after=started)
        told.append(number)

    threads = [threading.Thread(target=both, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(told) == list(range(16))
    assert names(database) == [f"test:{number:02}{part}" for number in range(16) for part in "ab"]


def test_who_gave_up_waiting_leaves_nobody_behind(tmp_path: Path) -> None:
    """Its place in the queue was first, and the next in turn must not wait for it."""
    database = Database(f"sqlite:///{tmp_path}/queue.db")
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def hold(_tx: Connection) -> None:
        begun.set()
        go_on.wait(5)

    threads = [threading.Thread(target=lambda: database.write(hold))]
    threads[0].start()
    begun.wait(5)
    with pytest.raises(StoreBusy):
        database.write(lambda _tx: done.append("given up"), patience=0.05)
    threads.append(threading.Thread(target=lambda: database.write(lambda _tx: done.append("next"))))
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join()

    assert done == ["next"]
    database.close()
