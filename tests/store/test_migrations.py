"""The schema, step by step: up and down with a clinic in it, and always usable by the program before it.

A new version's `mendline release` runs while the old version serves. So a step may add tables and indexes, and columns
that are empty or have a default. What is no longer wanted is taken away a version later: then this test is told so.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, insert, inspect, select, table

from bot.store import migrate
from bot.store.database import Database
from bot.store.safekeeping import rows
from bot.store.tables import metadata
from tests.clinic import Clinic

SCRIPTS = sorted(migrate.SCRIPTS.glob("versions/*.py"))
EXPANDS = {"create_table", "add_column", "create_index", "batch_alter_table", "f"}
"""What a step up may do: the program before it reads and writes on, and knows nothing of it."""


@pytest.fixture
def filled(clinic: Clinic) -> Clinic:
    """With rows in every room: staff, patients, texts, answers, alerts, receipts, an audit log."""
    nurse, patient = clinic.nurse(email="n@clinic.example"), clinic.patient()
    patient.texts("i cant breathe")
    clinic.acknowledges(nurse, clinic.alert.code)
    clinic.clock.forward(hours=24)
    clinic.site.trail.record(
        "read", staff_id=nurse.id, door="console", real=clinic.clock.real(), patients=(patient.id,)
    )
    for handset in clinic.handsets:
        handset.forgets()
    return clinic


Rows = dict[str, list[dict[str, Any]]]
Columns = dict[str, list[str]]


def test_the_schema_is_what_the_models_say(clinic: Clinic) -> None:
    def differences(tx: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(tx, opts={"compare_type": False}), metadata))

    assert clinic.parts.database.read(differences) == []


def test_a_backup_holds_every_table_that_there_is(clinic: Clinic) -> None:
    assert {each.name for each in metadata.sorted_tables} == set(columns(clinic.parts.database))


def test_every_step_goes_down_and_up_again_with_a_clinic_in_it(filled: Clinic) -> None:
    database = filled.parts.database
    before = contents(database, columns(database))
    assert {name for name, found in before.items() if found} >= {"patient", "inbox", "outbox", "alert", "audit_entry"}

    for step in reversed(STEPS[1:]):
        newer = columns(database)
        go(database, down=True, to=before_it(step))
        go(database, down=False, to=step)
        assert columns(database) == newer, step
        go(database, down=True, to=before_it(step))

    oldest = columns(database)
    assert contents(database, oldest) == cut(before, oldest)
    migrate.upgrade(database)
    assert migrate.is_current(database)
    assert contents(database, oldest) == cut(before, oldest)


def test_what_any_earlier_program_writes_the_newest_schema_takes(
    filled: Clinic, nowhere: Callable[[str], str], tmp_path: Path
) -> None:
    """Each earlier program knows fewer columns: what it inserts has nothing in the others."""
    database = filled.parts.database
    kind = "sqlite" if database.is_sqlite else "postgres"
    for step in reversed(STEPS[:-1]):
        go(database, down=True, to=step)
        known = columns(database)
        written = contents(database, known)
        newest = Database(nowhere(kind))
        migrate.upgrade(newest)

        newest.write(lambda tx, written=written: write_all(tx, written))  # type: ignore[misc]

        assert contents(newest, known) == written, step
        newest.close()
    migrate.upgrade(database)  # the clinic ticks once more as it closes


def write_all(tx: Connection, written: Rows) -> None:
    for each in metadata.sorted_tables:
        for row in written.get(each.name, []):
            tx.execute(insert(table(each.name, *map(column, row))), row)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_step_up_takes_nothing_away_from_the_program_before_it(script: Path) -> None:
    up = next(
        node
        for node in ast.parse(script.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    calls = [node for node in ast.walk(up) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    done = {call.func.attr for call in calls if on(call) in ("op", "batch_op")}  # type: ignore[attr-defined]
    added = [call for call in calls if call.func.attr == "add_column"]  # type: ignore[attr-defined]

    assert done <= EXPANDS
    assert [ast.unparse(call) for call in added if not may_be_left_out(call)] == []


def on(call: ast.Call) -> str:
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return value.id if isinstance(value, ast.Name) else ""


def may_be_left_out(add_column: ast.Call) -> bool:
    """The program before it does not fill the column."""
    words = ast.unparse(add_column)
    return "nullable=True" in words or "server_default=" in words


def go(database: Database, *, down: bool, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, to)


def before_it(step: str) -> str:
    return STEPS[STEPS.index(step) - 1]


def columns(database: Database) -> Columns:
    def look(tx: Connection) -> Columns:
        there = inspect(tx)
        names = [name for name in there.get_table_names() if name != rows.REVISION]
        return {name: sorted(each["name"] for each in there.get_columns(name)) for name in names}

    return database.read(look)


def contents(database: Database, known: Columns) -> Rows:
    """Every row as the database itself has it, without our types; in an order that is the same whatever is known."""

    def look(tx: Connection) -> Rows:
        return {
            name: in_order(
                [dict(row) for row in tx.execute(select(*map(column, some)).select_from(table(name))).mappings()]
            )
            for name, some in known.items()
        }

    return database.read(look)


def in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=repr)


def cut(found: Rows, known: Columns) -> Rows:
    return {name: in_order([{key: row[key] for key in some} for row in found[name]]) for name, some in known.items()}


STEPS = [script.revision for script in reversed(list(ScriptDirectory(str(migrate.SCRIPTS)).walk_revisions()))]
"""Oldest first."""
