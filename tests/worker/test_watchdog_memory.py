"""What the watchdog remembers by itself, whom it reaches, and what it makes of a database that complains."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from bot.carrier.error import NotSent
from bot.carrier.message import Listed, Outgoing
from bot.core.delivery import ERRORS
from bot.core.enrollment import Channel
from bot.core.watch import Trouble, Waiting
from bot.store import marks, waiting
from bot.store.database import Connection, StoreBusy
from bot.store.driver.complaint import complaint
from bot.worker.watchdog.memory import Memory, MemoryFile, Person
from bot.worker.watchdog.pager import Pager
from tests.clinic import MORNING, Clinic, Mailbox

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
KEY, OLD_KEY = b"k" * 32, b"o" * 32
PERSON = Person("+15075560001", "one@clinic.example")
TROUBLE = Trouble("clock", "x", "y", NOW, NOW, timedelta(seconds=30), paged_at=NOW, pages=2, relapses=1)
MEMORY = Memory({"clock": TROUBLE}, (PERSON,), canary_at=NOW, ping_at=None)


def test_what_it_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    MemoryFile(tmp_path / "w.json", [KEY]).keep(MEMORY)

    assert MemoryFile(tmp_path / "w.json", [KEY]).load(NOW) == MEMORY


def test_people_are_sealed_and_an_older_key_still_opens_them(tmp_path: Path) -> None:
    MemoryFile(tmp_path / "w.json", [OLD_KEY]).keep(MEMORY)

    assert PERSON.phone not in (tmp_path / "w.json").read_text("utf-8")
    assert MemoryFile(tmp_path / "w.json", [KEY, OLD_KEY]).load(NOW).people == (PERSON,)
    assert MemoryFile(tmp_path / "w.json", [KEY]).load(NOW).people == ()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"troubles": [{}]}'])
def test_a_memory_that_cannot_be_read_is_begun_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "w.json").write_text(content)

    assert MemoryFile(tmp_path / "w.json", [KEY]).load(NOW) == Memory()


def test_a_clock_that_was_set_back_leaves_nothing_in_the_future(tmp_path: Path) -> None:
    MemoryFile(tmp_path / "w.json", [KEY]).keep(MEMORY)

    kept = MemoryFile(tmp_path / "w.json", [KEY]).load(NOW - timedelta(days=400)).troubles["clock"]

    assert kept.paged_at == kept.since == NOW - timedelta(days=400)


def test_a_disk_that_takes_nothing_leaves_what_was_there(tmp_path: Path) -> None:
    file = MemoryFile(tmp_path / "w.json", [KEY])
    file.keep(MEMORY)
    (tmp_path / "w.new").mkdir()

    file.keep(replace(MEMORY, troubles={}))

    assert file.load(NOW) == MEMORY


class Refusing:
    def send(self, message: Outgoing) -> str:  # noqa: ARG002 - it takes nothing, whatever it is
        raise NotSent(ERRORS[20503], "503")

    def sent_to(self, phone: str, since: datetime) -> list[Listed]:
        raise AssertionError(phone, since)


def test_mail_reaches_people_when_the_carrier_takes_nothing() -> None:
    mail = Mailbox()
    pager = Pager({Channel.SMS: Refusing(), Channel.EMAIL: mail}, "https://clinic.example")

    assert pager.tell([PERSON, Person("+15075560002")], "Mendline watchdog: x")
    assert [(each.to, each.body) for each in mail.mails] == [(PERSON.email, "Mendline watchdog: x")]


def test_a_page_that_nobody_took_was_not_told() -> None:
    assert not Pager({Channel.SMS: Refusing()}, "https://clinic.example").tell([PERSON], "x")
    assert not Pager({Channel.SMS: Refusing()}, "https://clinic.example").tell([], "x")


def caused_by(cause: BaseException) -> StoreBusy:
    busy = StoreBusy("OperationalError")
    busy.__cause__ = cause
    return busy


def test_a_lock_is_told_from_other_complaints(tmp_path: Path) -> None:
    holder, other = (sqlite3.connect(tmp_path / "x.db", timeout=0, isolation_level=None) for _ in range(2))
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(sqlite3.OperationalError) as locked:
        other.execute("BEGIN IMMEDIATE")

    assert complaint(caused_by(locked.value)) == "it is locked"


def test_a_database_that_may_only_be_read_is_told(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "x.db").execute("CREATE TABLE x (y)")

    with pytest.raises(sqlite3.OperationalError) as refused:
        sqlite3.connect(f"file:{tmp_path / 'x.db'}?mode=ro", uri=True).execute("INSERT INTO x VALUES (1)")

    assert complaint(caused_by(refused.value)) == "it is read-only"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (psycopg.errors.DiskFull(), "its disk is full"),
        (psycopg.errors.ReadOnlySqlTransaction(), "it is read-only"),
        (psycopg.errors.LockNotAvailable(), "it is locked"),
        (psycopg.OperationalError(), "it does not answer"),
    ],
)
def test_what_postgres_complains_of_is_said_in_words(error: Exception, words: str) -> None:
    assert complaint(caused_by(error)) == words


def test_a_day_of_normal_work_leaves_nothing_behind(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    clinic.nurse()
    patients = [clinic.patient(day=day) for day in (1, 3, 10)]
    database, oldest, stuck = clinic.parts.database, Waiting(), []
    for step in range(24 * 6):
        clinic.clock.forward(minutes=10)
        if step % 6 == 0:
            patients[step % 3].texts("8")
        if step == 30:
            patients[0].texts("i cant feel when i wipe")
        before, oldest = oldest, database.read(_look(clinic))
        stuck += [
            name
            for name in ("text", "page", "ladder")
            if getattr(oldest, name) and getattr(oldest, name) == getattr(before, name)
        ]
        assert oldest.orphans == 0

    assert stuck == []
    assert database.read(lambda tx: marks.find(tx, "alive:clock"))
    for handset in clinic.handsets:
        handset.forgets()


def _look(clinic: Clinic) -> Callable[[Connection], Waiting]:
    return lambda tx: waiting.look(tx, now=clinic.clock.now(), real=clinic.clock.real())
