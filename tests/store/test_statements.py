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
    insert,
    select,
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


def test_a_constant_stands_in_the_statement(database: Database) -> None:
    text = str(select(mark.c.value).where(mark.c.name == word("a")).compile(dialect=database.engine.dialect))

    assert text.endswith("mark.name = 'a'")
