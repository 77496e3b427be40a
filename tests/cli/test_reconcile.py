"""`mendline reconcile` at the terminal: it says in words what it took in and settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.carrier.pretend.company import PretendCarrier
from tests.cli.conftest import NOW, Terminal

ANA = "+15075550101"


@pytest.fixture
def carrier() -> Iterator[PretendCarrier]:
    """Its clock can be set: the clinic's stands still."""
    with PretendCarrier(now=lambda: NOW - timedelta(hours=2)).start() as carrier:
        yield carrier


@pytest.fixture
def there(mendline: Terminal, carrier: PretendCarrier) -> Terminal:
    return mendline.but(
        TWILIO_ACCOUNT_SID=carrier.account_sid,
        TWILIO_AUTH_TOKEN=carrier.token,
        TWILIO_FROM_NUMBER=carrier.senders[0],
        TWILIO_API_BASE_URL=carrier.url,
    )


def test_what_never_reached_us_is_taken_in_once(there: Terminal, carrier: PretendCarrier) -> None:
    carrier.phone(ANA).texts("i cant breathe")
    carrier.phone(ANA).texts("hello")

    first, second = there("reconcile", "--since", "3h"), there("reconcile", "--since", "3h")

    assert first.code == 0, first.error
    assert "2 texts had not reached us and are taken in: sent from 2026-11-20T13:00:00.000Z" in first.out
    assert "Nothing was missing." in second.out
    assert "breathe" not in first.out + first.error
    assert [row["state"] for row in there("show", "inbox", "--json").json] == ["unmatched", "unmatched"]
    assert [row["tier"] for row in there("alerts", "list", "--json").json] == ["emergency"]


def test_for_programs_there_is_an_object_a_line(there: Terminal, carrier: PretendCarrier) -> None:
    carrier.phone(ANA).texts("hello")

    told = there("reconcile", "--since", "3h", "--json").json

    assert [line["what"] for line in told] == ["text", "reading"]
    assert told[0]["sent_at"] == "2026-11-20T13:00:00.000Z"
    assert told[1]["missing"] == ""


def test_without_a_time_nothing_from_before_we_began_is_taken_in(there: Terminal, carrier: PretendCarrier) -> None:
    carrier.phone(ANA).texts("hello")

    assert "Nothing was missing." in there("reconcile").out


def test_a_list_that_cannot_be_read_is_exit_1(there: Terminal, carrier: PretendCarrier) -> None:
    carrier.fault("error_503", on="list", count=None)

    said = there("reconcile")

    assert said.code == 1
    assert "could not be read whole" in said.out


@pytest.mark.parametrize("when", ["yesterday", "3x", "2099-01-01", "2020-01-01", "99999d"])
def test_a_time_that_makes_no_sense_is_told_in_a_sentence(there: Terminal, when: str) -> None:
    said = there("reconcile", "--since", when)

    assert said.code == 2
    assert said.error.startswith("--since")
    assert "Traceback" not in said.error
