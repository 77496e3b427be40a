"""The phone company speaks Twilio's dialect to the letter, and so does the clinic to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from bot import app
from bot.carrier.message import Outgoing
from bot.carrier.pretend.agenda import Agenda
from bot.carrier.pretend.company import PretendCarrier
from bot.carrier.pretend.line import Line
from bot.carrier.twilio import TwilioCarrier
from bot.core.enrollment import Lane
from bot.settings import read
from tests.carrier.pretend.clinic import Clinic
from tests.carrier.pretend.witness import SCHEMAS, Witness

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ANA, CLINIC, SERVICE = "+15075550101", "+15075550100", "MG" + "0" * 32


@pytest.fixture
def carrier() -> Iterator[PretendCarrier]:
    """By a clock that stands still, and without a socket."""
    carrier = PretendCarrier(now=lambda: NOW, later=Agenda(lambda: NOW), transport=Clinic().transport)
    yield carrier
    carrier.stop()


@pytest.fixture
def line(carrier: PretendCarrier) -> Iterator[Line]:
    line = carrier.connect(Clinic.webhook)
    line.app = witness = Witness(line.app)
    yield line
    assert witness.problems == []
    assert witness.seen


@pytest.fixture
def client(carrier: PretendCarrier, line: Line) -> Client:
    client = Client(carrier.account_sid, carrier.token, http_client=line)
    client.api.base_url = carrier.url
    return client


def test_the_schemas_say_whose_they_are() -> None:
    assert "Apache" in SCHEMAS["licence"]
    assert "twilio-oai" in SCHEMAS["source"]


@pytest.mark.parametrize("fault", ["", "landline", "stuck", "failed"])
def test_a_message_from_its_order_to_its_end(client: Client, carrier: PretendCarrier, fault: str) -> None:
    if fault:
        carrier.fault(fault)
    callback = "https://clinic.example/sms/status?d=41"
    sid = client.messages.create(
        to=ANA, from_=CLINIC, body="x", status_callback=callback, validity_period=600, media_url=["https://a.example/p"]
    ).sid
    carrier.settled()

    assert client.messages(sid).fetch().sid == sid
    assert client.messages(sid).update(body="").body == ""
    assert client.messages(sid).delete()


def test_a_message_of_a_service_that_is_scheduled(client: Client) -> None:
    later = NOW + timedelta(hours=1)
    sid = client.messages.create(
        to=ANA, messaging_service_sid=SERVICE, body="x", send_at=later, schedule_type="fixed", smart_encoded=True
    ).sid

    assert client.messages(sid).update(status="canceled").status == "canceled"


@pytest.mark.parametrize("wrong", [{"to": "1"}, {"from_": "+15075559999"}, {"body": ""}, {"validity_period": 99999}])
def test_a_refusal(client: Client, wrong: dict[str, str]) -> None:
    with pytest.raises(TwilioRestException):
        client.messages.create(**{"to": ANA, "from_": CLINIC, "body": "x", **wrong})


def test_the_lists_pages_in_both_directions(client: Client, carrier: PretendCarrier) -> None:
    for number in range(7):
        client.messages.create(to=ANA, from_=CLINIC, body=str(number))
    carrier.phone(ANA).texts("8", media=1)
    carrier.settled()
    first = client.messages.page(page_size=3, date_sent_after=NOW - timedelta(days=1))
    told = [message.body for message in first]
    client.messages.create(to=ANA, from_=CLINIC, body="meanwhile")
    carrier.settled()
    second = first.next_page()
    told += [message.body for message in second]

    assert told == ["8", "6", "5", "4", "3", "2"]  # a message that arrives meanwhile shifts no page
    assert [message.body for message in second.previous_page()] == ["8", "6", "5"]


def test_all_that_the_clinic_itself_asks(carrier: PretendCarrier, line: Line) -> None:
    account = replace(
        app.pretend_account(read({}), carrier.url), account_sid=carrier.account_sid, tokens=(carrier.token,)
    )
    ours = TwilioCarrier(account, line)
    sid = ours.send(Outgoing(ANA, "hello", "https://clinic.example/sms/status?d=1", Lane.PLAN, valid_for=600))
    carrier.phone(ANA).texts("8", to=CLINIC)
    carrier.settled()
    since = NOW - timedelta(hours=1)

    assert [each.sid for each in ours.sent_to(ANA, since)] == [sid]
    assert [(each.sid, each.phone, each.status) for each in ours.sent(since)] == [(sid, ANA, "delivered")]
    assert [(each.phone, each.body, each.sent_at) for each in ours.arrived(since).texts] == [(ANA, "8", NOW)]


SPOILED = {"bad_json": False, "missing_sid": True, "wrong_type": True, "html_200": False, "empty_201": False}
"""Can it be read as JSON? None of them but the wrong type says which message it is about."""


@pytest.mark.parametrize("kind", SPOILED)
def test_a_spoiled_answer_hides_a_message_that_was_taken(carrier: PretendCarrier, kind: str) -> None:
    line = carrier.connect()
    carrier.fault(kind)
    where = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}/Messages.json"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    auth = (carrier.account_sid, carrier.token)
    answer = line.request("POST", where, data={"To": ANA, "From": CLINIC, "Body": "x"}, headers=form, auth=auth)

    (made,) = carrier.messages()
    try:
        told = json.loads(answer.text)
    except ValueError:
        told = None
    assert (told is not None) == SPOILED[kind]
    assert (told or {}).get("sid") == (made.sid if kind == "wrong_type" else None)
