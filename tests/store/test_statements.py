"""Statements run by the bare driver: in order, all or nothing, and no later than whoever asks next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database
from bot.store.statements import InsertOnce, Prepared, word
from bot.store.tables import mark, publication
from bot.store.types import Instant
from tests.conftest import Released

AT = datetime(2026, 11, 24, 19, 30, 0, 123456, tzinfo=UTC)
LEAVE = Prepared(insert(mark), "name", "value", "at")
CHANGE = Prepared(update(mark).where(mark.c.name == bindparam("which")).values(value=bindparam("new_value")))
ONCE = InsertOnce(mark, "name")
FIND = Prepared(select(mark).where(mark.c.name == bindparam("which")))
PUBLISH = Prepared(insert(publication), "version", "digest", "sources", "published_at")


@pytest.fixture
def database(begun: Released, tmp_path: Path) -> Iterator[Database]:
    opened = Database(begun.place)
    yield opened
    opened.close()


def values_of(database: Database) -> list[str]:
    return database.read(lambda tx: list(tx.execute(select(mark.c.value).order_by(mark.c.name)).scalars()))


def leave(tx: Connection, name: str, value: str = "1") -> None:
    LEAVE.later(tx, {"name": name, "value": value, "at": AT})


def test_a_row_comes_back_as_it_went_in(database: Database) -> None:
    database.write(lambda tx: leave(tx, "a", "x"))

    row = database.read(lambda tx: FIND.first(tx, {"which": "a"}))

    assert (row.name, row.value, row.at) == ("a", "x", AT)
    assert database.read(lambda tx: FIND.first(tx, {"which": "none"})) is None


def test_every_type_of_ours_comes_back_as_it_went_in(database: Database) -> None:
    row = {
        "phone": b"\x00sealed\xff",
        "number": 4.5,
        "yes": True,
        "count": 7,
        "day": date(2026, 11, 20),
        "none": None,
        "at": AT,
    }
    types = {
        "phone": LargeBinary(),
        "number": Float(),
        "yes": Boolean(),
        "count": Integer(),
        "day": Date(),
        "none": String(),
        "at": Instant(),
    }
    typed = (lambda value, _: value) if database.is_sqlite else cast  # only Postgres must be told what a bare value is
    columns = [typed(bindparam(name, type_=type_), type_).label(name) for name, type_ in types.items()]

    found = database.read(lambda tx: Prepared(select(*columns)).first(tx, row))

    assert found._asdict() == row


def test_what_was_put_off_is_seen_by_the_next_statement(database: Database) -> None:
    def work(tx: Connection) -> tuple[str, str, int]:
        leave(tx, "a", "before")
        by_driver = FIND.first(tx, {"which": "a"}).value
        CHANGE.later(tx, {"which": "a", "new_value": "after"})
        by_library = tx.execute(select(mark.c.value)).scalar_one()
        return by_driver, by_library, CHANGE.run(tx, {"which": "a", "new_value": "last"})

    assert database.write(work) == ("before", "after", 1)
    assert values_of(database) == ["last"]


def test_two_writes_to_one_table_keep_their_order(database: Database) -> None:
    def work(tx: Connection) -> None:
        leave(tx, "a", "first")
        CHANGE.later(tx, {"which": "a", "new_value": "second"})
        CHANGE.later(tx, {"which": "a", "new_value": "third"})

    database.write(work)

    assert values_of(database) == ["third"]


def test_writes_to_several_tables_are_all_kept_and_the_last_one_counts(database: Database) -> None:
    def work(tx: Connection) -> int:
        PUBLISH.later(tx, {"version": 900, "digest": "d", "sources": "{}", "published_at": AT})
        return LEAVE.run(tx, {"name": "a", "value": "x", "at": AT})

    assert database.write(work) == 1
    assert values_of(database) == ["x"]
    published = select(publication.c.digest).where(publication.c.version == 900)
    assert database.read(lambda tx: tx.execute(published).scalar()) == "d"


def test_what_was_put_off_goes_with_its_transaction(database: Database) -> None:
    def work(tx: Connection) -> None:
        leave(tx, "a")
        raise LookupError("the work failed")

    with pytest.raises(LookupError):
        database.write(work)

    assert values_of(database) == []


def test_what_was_put_off_goes_with_its_savepoint_and_nothing_else_does(database: Database) -> None:
    def fail(tx: Connection) -> None:
        with tx.begin_nested():
            leave(tx, "inside")
            raise LookupError("this part failed")

    def work(tx: Connection) -> None:
        leave(tx, "before")
        with pytest.raises(LookupError):
            fail(tx)
        leave(tx, "behind")

    database.write(work)

    assert database.read(lambda tx: tx.execute(select(mark.c.name).order_by(mark.c.name)).scalars().all()) == [
        "before",
        "behind",
    ]


def test_an_error_is_the_librarys_and_holds_no_values(database: Database) -> None:
    database.write(lambda tx: leave(tx, "secret-name"))

    with pytest.raises(IntegrityError) as raised:
        database.write(lambda tx: LEAVE.run(tx, {"name": "secret-name", "value": "secret-value", "at": AT}))

    assert "secret-value" not in str(raised.value)
    assert values_of(database) == ["1"]


def test_one_statement_is_kept_by_itself(database: Database) -> None:
    once = InsertOnce(mark, "name")
    row = {"name": "a", "value": "x", "at": AT}

    for is_new in (True, False):
        with database.start(lambda tx: once(tx, row)) as started:
            assert started.result() is is_new

    assert values_of(database) == ["x"]


def test_one_statement_sent_ahead_is_kept_by_itself(database: Database) -> None:
    for _ in range(2):
        with database.start(lambda tx: put_once(tx, "a")) as started:
            started.result()

    assert values_of(database) == ["1"]


def test_what_comes_after_sees_what_was_sent_ahead_and_is_done_together_with_nothing_of_it(database: Database) -> None:
    def fail(tx: Connection) -> None:
        assert FIND.first(tx, {"which": "a"}).value == "1"
        leave(tx, "b")
        raise LookupError("the work failed")

    with database.start(lambda tx: put_once(tx, "a")) as started:
        with pytest.raises(LookupError):
            database.write(fail, after=started)
        started.result()

    assert values_of(database) == ["1"]


@pytest.mark.parametrize("after", [False, True])
def test_what_was_sent_ahead_is_there_though_nothing_was_asked_after_it(database: Database, *, after: bool) -> None:
    with database.start(lambda tx: put_once(tx, "a")) as started:
        if after:
            database.write(lambda _: None, after=started)

    assert values_of(database) == ["1"]


def test_what_comes_after_by_the_library_comes_after(database: Database) -> None:
    with database.start(lambda tx: put_once(tx, "a")) as started:
        found = database.write(lambda tx: tx.execute(select(mark.c.value)).scalar(), after=started)

    assert found == "1"


def test_nothing_comes_after_what_was_refused(database: Database) -> None:
    """As a disk that is full, or a key that is there already: it is told to everybody who asks, and nothing is left."""
    database.write(lambda tx: leave(tx, "a"))

    with database.start(lambda tx: leave(tx, "a", "secret-value")) as started:
        with pytest.raises(IntegrityError):
            database.write(lambda tx: leave(tx, "b"), after=started)
        for _ in range(2):
            with pytest.raises(IntegrityError) as raised:
                started.result()

    assert "secret-value" not in str(raised.value)
    assert values_of(database) == ["1"]
    database.write(lambda tx: leave(tx, "c"))  # the connection is fit for use


@pytest.mark.parametrize("begun", ["postgres"], indirect=True)
def test_a_server_restarted_behind_us_loses_nothing(database: Database) -> None:
    """Whether its connections die before it was sent, or before what comes after it."""
    database.write(lambda tx: leave(tx, "warm"))
    end_connections(database)
    with database.start(lambda tx: put_once(tx, "a")) as started:
        end_connections(database)
        database.write(lambda tx: leave(tx, "b"), after=started)
        started.result()
    with database.start(lambda tx: put_once(tx, "c")) as started:
        end_connections(database)
    with database.start(lambda tx: put_once(tx, "d")) as started:
        end_connections(database)
        started.result()

    assert database.read(lambda tx: set(tx.execute(select(mark.c.name)).scalars())) == {"warm", "a", "b", "c", "d"}


def put_once(tx: Connection, name: str) -> None:
    ONCE.later(tx, {"name": name, "value": "1", "at": AT})


def end_connections(database: Database) -> None:
    """As a restart of the server does: all of this database's, but for the one that says so."""
    other = Database(database.url)
    ended = select(func.pg_terminate_backend(column("pid"))).select_from(text("pg_stat_activity"))
    mine = text("datname = current_database() AND pid <> pg_backend_pid()")
    other.read(lambda tx: tx.execute(ended.where(mine)).all())
    other.close()


def test_two_questions_asked_together_are_answered_apart_behind_what_was_put_off(database: Database) -> None:
    def work(tx: Connection) -> list[list[str]]:
        leave(tx, "a", "x")
        leave(tx, "b", "y")
        found = Prepared.together(tx, (FIND, {"which": "a"}), (FIND, {"which": "none"}), (FIND, {"which": "b"}))
        return [[row.value for row in rows] for rows in found]

    assert database.write(work) == [["x"], [], ["y"]]


def test_a_constant_stands_in_the_statement(database: Database) -> None:
    said = str(select(mark.c.value).where(mark.c.name == word("a")).compile(dialect=database.engine.dialect))

    assert said.endswith("mark.name = 'a'")
