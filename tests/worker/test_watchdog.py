"""Every part, dead or hung, is paged: real processes are killed and stopped, servers go away, a lock is held."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Released
from tests.processes import wait_for
from tests.worker.house import SECONDS, House

pytestmark = [
    pytest.mark.xdist_group("watchdog"),  # one house at a time: it is a handful of processes
    pytest.mark.skipif(sys.platform != "linux", reason="stops processes"),
]
ALL = ("web", "clock", "worker-page", "worker-talk")
DEAD = ("web server", "The clock on", "The worker for pages on", "The worker for texts on")


@pytest.fixture(scope="module")
def house(released_file: Released, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """All parts run, and the canary has come home. Each test leaves it so."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(released_file.place, folder / "clinic.db")
    house = House(f"sqlite:///{folder / 'clinic.db'}", folder, released_file.keys)
    house.begins(*ALL)
    assert house.is_up()
    house.watches()
    yield house
    house.closes()


@pytest.fixture(autouse=True)
def well(house: House) -> Iterator[None]:
    assert house.is_over()
    yield
    assert house.is_over(), house.watchdog.memory.troubles


def test_while_all_is_well_nobody_is_paged_and_the_outside_is_pinged(house: House) -> None:
    assert house.pages == []
    assert wait_for(lambda: house.outside.pings > 0, SECONDS)
    assert house.watchdog.memory.canary_at is not None


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_every_process_that_hangs_or_is_dead_is_paged_and_its_return_is_told(house: House, how: str) -> None:
    before = len(house.pages)

    if how == "stopped":
        house.sends(signal.SIGSTOP, *ALL)
    else:
        house.is_killed(*ALL)

    assert house.hears(*DEAD, since=before), house.pages
    assert house.stays_silent_outside()
    if how == "stopped":
        house.sends(signal.SIGCONT, *ALL)
    else:
        house.begins(*ALL)
    assert house.hears("well again", since=before)


def test_redis_that_is_gone_is_paged(house: House) -> None:
    before = len(house.pages)

    house.doorbell.stop()

    assert house.hears("Redis does not answer", since=before)
    house.doorbell.start()


def test_a_database_that_is_locked_for_long_is_paged_from_memory(house: House) -> None:
    before = len(house.pages)
    assert house.watchdog.people

    with sqlite3.connect(house.data / "clinic.db") as other:
        other.execute("BEGIN IMMEDIATE")

        assert house.hears("The database", since=before)
        other.execute("ROLLBACK")


def test_a_carrier_that_fails_is_told_by_mail(house: House) -> None:
    before = len(house.mail.mails)

    house.carrier.fault("error_503", count=None, on="any")

    assert house.hears("The carrier answers with 503", since=before, mail=True)
    house.carrier.clear_faults()


def test_a_carrier_that_refuses_our_account_is_told_by_mail(house: House) -> None:
    before = len(house.mail.mails)

    house.carrier.fault("auth", count=None, on="any")

    assert house.hears("The carrier refuses our account", since=before, mail=True)
    house.carrier.clear_faults()


def test_a_disk_that_is_nearly_full_is_paged(house: House) -> None:
    before, room = len(house.pages), house.room_left

    house.room_left = lambda _: 17_000_000

    assert house.hears("has 17 MB left", since=before)
    house.room_left = room


def test_no_page_holds_a_person(house: House) -> None:
    assert not [words for words in house.pages for secret in ("N. One", "5075560", "canary:") if secret in words]


def test_the_watchdogs_memory_is_its_own_and_holds_no_number(house: House) -> None:
    (path,) = Path(house.data).glob("watchdog-*.json")

    text = path.read_text("utf-8")

    assert "people" in text
    assert house.nurse_number not in text
    assert "one@clinic.example" not in text
    assert path.stat().st_mode & 0o077 == 0
