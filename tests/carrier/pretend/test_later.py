"""A few threads that do things soon, and know when nothing is left to do."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from bot.carrier.pretend.later import Later


def test_it_is_settled_when_all_is_done() -> None:
    later, done = Later(), []
    for number in range(20):
        later.put(lambda n=number: done.append(n), seconds=0.001 * number)  # type: ignore[misc]
    settled = later.settled()
    later.stop()

    assert settled
    assert sorted(done) == list(range(20))


def test_it_is_not_settled_while_something_waits() -> None:
    later = Later()
    later.put(lambda: None, seconds=60)

    assert not later.settled(timeout=0.05)
    later.stop()
    assert later.settled(timeout=0.05)


def test_a_stopped_one_takes_no_more() -> None:
    later, done = Later(), []
    later.stop()
    later.put(lambda: done.append(1))

    assert later.settled()
    assert done == []


def test_an_action_that_outlives_its_ledger_ends_in_silence() -> None:
    later, started, go_on = Later(threads=1), threading.Event(), threading.Event()

    def outlive() -> None:
        started.set()
        go_on.wait(5)
        raise sqlite3.ProgrammingError("Cannot operate on a closed database.")

    later.put(outlive)
    started.wait(5)
    threading.Timer(0.05, go_on.set).start()
    later.stop()

    assert later.settled()


def test_a_thread_that_an_action_killed_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    later, done, told = Later(threads=1), [], []
    monkeypatch.setattr(threading, "excepthook", lambda wrong: told.append(wrong.exc_type))
    later.put(lambda: 1 / 0)
    later.put(lambda: done.append(1))
    assert later.settled()
    later.put(lambda: done.append(2))

    assert later.settled()
    assert done == [1, 2]
    later.stop()
    assert told == [ZeroDivisionError]
