"""The ledger tells the same story after a restart, and a handset never forgets what it showed."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.carrier.pretend.ledger import Ledger, Wanted
from bot.carrier.pretend.records import Message, Plan
from tests.carrier.pretend.conftest import NOW

ANA, CLINIC = "+15075550101", "+15075550100"


def outbound(sid: str, *, body: str = "tip", status: str = "queued", minutes: int = 0) -> Message:
    at = NOW + timedelta(minutes=minutes)
    return Message(sid, "outbound-api", CLINIC, ANA, body, status, created=at, updated=at, sent=at)


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "carrier.sqlite3")
    first = Ledger(path, now=lambda: NOW)
    plan = Plan("undelivered", 30003, ("lost_callbacks",), 1.5)
    message = Message(
        "SM1", "outbound-api", CLINIC, ANA, "tip", "sent", NOW, NOW, NOW, callback="https://x/y", plan=plan
    )
    first.add(message)
    first.add(Message("SM2", "inbound", ANA, CLINIC, "8", "received", NOW, NOW, NOW), shown=True)
    first.block(ANA, CLINIC)
    first.close()
    second = Ledger(path, now=lambda: NOW)

    assert second.unfinished() == [message]
    assert second.due() == ["SM2"]
    assert [(line.way, line.body) for line in second.inbox(ANA)] == [("sent", "8")]
    assert second.is_blocked(ANA, CLINIC)
    assert second.last_event() == 3


def test_what_was_shown_stays_shown_when_the_carrier_redacts_and_deletes() -> None:
    ledger = Ledger(now=lambda: NOW)
    ledger.add(outbound("SM1", body="call 911"))
    ledger.change("SM1", showing=True, status="delivered")
    ledger.change("SM1", body="")
    ledger.remove("SM1")

    assert ledger.find("SM1") is None
    assert [line.body for line in ledger.inbox(ANA)] == ["call 911"]


def test_a_message_is_shown_once() -> None:
    ledger = Ledger(now=lambda: NOW)
    ledger.add(outbound("SM1"), shown=True)
    ledger.change("SM1", showing=True, status="delivered")

    assert len(ledger.inbox(ANA)) == 1


def test_a_final_status_is_final() -> None:
    ledger = Ledger(now=lambda: NOW)
    ledger.add(outbound("SM1", status="canceled"))

    assert ledger.change("SM1", unless_final=True, status="sent") is None
    assert ledger.change("SM9", status="sent") is None


def test_a_listing_is_newest_first_and_takes_both_ends_of_its_dates() -> None:
    ledger = Ledger(now=lambda: NOW)
    for minutes in range(4):
        ledger.add(outbound(f"SM{minutes}", minutes=minutes))
    since, until = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    dated = ledger.listed(Wanted(recipient=ANA, sent_from=since, sent_until=until))

    assert [message.sid for message in dated] == ["SM2", "SM1"]
    assert ledger.listed(Wanted(sender=ANA)) == []


def test_whoever_waits_for_an_event_is_woken_by_it() -> None:
    ledger = Ledger(now=lambda: NOW)
    threading.Timer(0.05, lambda: ledger.add(outbound("SM1"))).start()
    began = time.monotonic()
    events = ledger.events(0, wait_seconds=5)

    assert [(event.seq, event.kind, event.number) for event in events] == [(1, "message", ANA)]
    assert time.monotonic() - began < 2
    assert ledger.events(1) == []


def test_a_closed_ledger_lets_its_waiters_go() -> None:
    ledger = Ledger(now=lambda: NOW)
    threading.Timer(0.05, ledger.close).start()

    assert ledger.events(0, wait_seconds=5) == []


def test_many_threads_may_write_at_once() -> None:
    ledger = Ledger(now=lambda: NOW)
    threads = [
        threading.Thread(target=lambda n=n: [ledger.add(outbound(f"SM{n}-{i}")) for i in range(25)]) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ledger.listed(Wanted())) == 100


def test_a_write_that_fails_leaves_no_trace() -> None:
    ledger = Ledger(now=lambda: NOW)
    ledger.add(outbound("SM1"))
    with pytest.raises(sqlite3.IntegrityError):
        ledger.add(outbound("SM1"))
    ledger.add(outbound("SM2"))

    assert [event.sid for event in ledger.events(0)] == ["SM1", "SM2"]
