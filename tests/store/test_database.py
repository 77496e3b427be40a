"""One transaction at a time: what commits together, what fails alone, and who is told that the store is busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

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
