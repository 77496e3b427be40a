"""Whatever is wrong with the database or its keys is told in a sentence."""

from __future__ import annotations

import base64
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

READING = [("patients", "list"), ("staff", "list"), ("alerts", "list"), ("show", "outbox"), ("show", "plan", "--json")]


def told(terminal: Terminal, arguments: tuple[str, ...], code: int) -> str:
    said = terminal(*arguments)

    assert (said.code, said.out) == (code, "")
    assert len(said.error.splitlines()) == 1
    return said.error


@pytest.mark.parametrize("arguments", READING)
def test_no_database_yet(bare: Terminal, arguments: tuple[str, ...]) -> None:
    assert "yet: run `mendline release` once" in told(bare, arguments, 2)
    assert not (bare.data / "mendline.db").exists()


@pytest.mark.parametrize("arguments", READING)
def test_a_database_that_was_never_migrated(bare: Terminal, arguments: tuple[str, ...]) -> None:
    sqlite3.connect(bare.data / "mendline.db").close()
    (bare.data / "mendline.db").touch()

    assert "The database is not of this version: run `mendline release`" in told(bare, arguments, 2)


def test_a_file_that_is_no_database(bare: Terminal) -> None:
    (bare.data / "mendline.db").write_text("Dear diary, " * 1000)

    assert told(bare, ("patients", "list"), 1).startswith("The database did not take it (DatabaseError)")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://clinic@127.0.0.1:9/mendline", "The database did not take it (OperationalError)"),
        ("postgresql://clinic@127.0.0.1:port/mendline", "it is no database's address"),
    ],
)
def test_a_database_that_is_not_there(bare: Terminal, url: str, sentence: str) -> None:
    said = bare.but(DATABASE_URL=url)("patients", "list")

    assert said.code in (1, 2)
    assert sentence in said.error
    assert "clinic@" not in said.error


def test_keys_that_do_not_open_the_data(mendline: Terminal) -> None:
    mendline("staff", "add", "--phone", "5075550190", "--name", "N. One", "--role", "nurse")
    other = mendline.but(MENDLINE_KEYS=base64.b64encode(b"x" * 32).decode())

    assert told(other, ("staff", "list"), 2) == (
        "MENDLINE_KEYS does not hold the key that this database was made with.\n"
    )


def test_nothing_published(mendline: Terminal) -> None:
    with sqlite3.connect(mendline.data / "mendline.db") as database:
        database.execute("DELETE FROM publication")
    database.close()
    ana = ("--phone", "5075550101", "--name", "Ana", "--timezone", "America/Chicago", "--surgery", "2026-11-20")

    assert told(mendline, ("patients", "add", *ana), 2).startswith("No flows that can be read are published yet: run")


def test_a_wrong_setting(mendline: Terminal) -> None:
    assert "Did you mean MENDLINE_DATA?" in told(mendline.but(MENDLINE_DTA="x"), ("patients", "list"), 2)


def test_a_real_process_prints_for_a_reader_who_stops_early(mendline: Terminal, tmp_path: Path) -> None:
    for number in range(3):
        mendline("staff", "add", "--phone", f"507555019{number}", "--name", "N", "--role", "nurse")
    command = '"$0" -m bot staff list --json | head -n 1; exit ${PIPESTATUS[0]}'

    done = subprocess.run(
        ["bash", "-c", command, sys.executable],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", **mendline.environment},
        cwd=Path(__file__).parents[2],
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert '"contact": "…0190"' in done.stdout
