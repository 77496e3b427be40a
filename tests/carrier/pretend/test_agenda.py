"""By a virtual clock nothing happens by itself, and the same dice tell the same story."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from twilio.rest import Client

from bot.carrier.pretend.agenda import Agenda
from bot.carrier.pretend.company import PretendCarrier
from bot.carrier.twilio import NoAnswer, NoConnection
from tests.carrier.pretend.clinic import Clinic

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ANA, CLINIC = "+15075550101", "+15075550100"


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def test_what_is_put_off_waits_for_the_clock() -> None:
    clock, done = Clock(), []
    agenda = Agenda(clock)
    agenda.put(lambda: done.append("soon"), seconds=5)
    agenda.put(lambda: done.append("now"))

    assert not agenda.settled()
    assert done == ["now"]
    assert agenda.next_due() == START + timedelta(seconds=5)
    clock.now += timedelta(seconds=5)
    assert agenda.settled()
    assert done == ["now", "soon"]


def story(seed: int) -> list[str]:
    """Three messages' callbacks, as these dice have them arrive."""
    clock, clinic = Clock(), Clinic()
    agenda = Agenda(clock, random.Random(seed).randrange)
    carrier = PretendCarrier(now=clock, later=agenda, transport=clinic.transport)
    client = Client(carrier.account_sid, carrier.token, http_client=carrier.connect(clinic.webhook))
    client.api.base_url = carrier.url
    for number in range(3):
        callback = f"https://clinic.example/sms/status?d={number}"
        client.messages.create(to=ANA, from_=CLINIC, body=str(number), status_callback=callback)
    carrier.settled()
    carrier.stop()
    return [f"{request.url[-1]} {dict(request.fields)['MessageStatus']}" for request in clinic.requests]


def test_statuses_have_no_order_and_the_same_dice_have_the_same_one() -> None:
    told = story(1)

    assert sorted(told) == sorted(f"{number} {status}" for number in range(3) for status in ("sent", "delivered"))
    assert told == story(1)
    assert len({tuple(story(seed)) for seed in range(6)}) > 1


@pytest.mark.parametrize(("fault", "went_out"), [("reset", 0), ("accept_then_reset", 1), ("hang", 1)])
def test_on_a_line_a_lost_answer_is_known_at_once(fault: str, went_out: int) -> None:
    clock = Clock()
    carrier = PretendCarrier(now=clock, later=Agenda(clock))
    line = carrier.connect()
    client = Client(carrier.account_sid, carrier.token, http_client=line)
    client.api.base_url = carrier.url
    carrier.fault(fault)

    with pytest.raises(NoAnswer):
        client.messages.create(to=ANA, from_=CLINIC, body="x")
    line.is_cut = True
    with pytest.raises(NoConnection):
        client.messages.create(to=ANA, from_=CLINIC, body="x")

    assert len(carrier.messages()) == went_out
    carrier.stop()


def test_a_slow_answer_lets_the_clocks_time_pass() -> None:
    clock = Clock()

    def wait(seconds: float) -> None:
        clock.now += timedelta(seconds=seconds)

    carrier = PretendCarrier(now=clock, later=Agenda(clock), wait=wait)
    client = Client(carrier.account_sid, carrier.token, http_client=carrier.connect())
    client.api.base_url = carrier.url
    carrier.fault("latency", seconds=12)
    client.messages.create(to=ANA, from_=CLINIC, body="x")

    assert clock.now == START + timedelta(seconds=12)
    carrier.stop()
