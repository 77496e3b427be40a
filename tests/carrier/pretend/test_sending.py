"""Status callbacks: what they say, and every way in which they may come."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.carrier.pretend.company import PretendCarrier
from tests.carrier.pretend.clinic import Clinic
from tests.carrier.pretend.conftest import NOW

ANA, CLINIC = "+15075550101", "+15075550100"
SERVICE = "MG" + "0" * 32


def send(client: Client, clinic: Clinic) -> str:
    message = client.messages.create(to=ANA, from_=CLINIC, body="tip", status_callback=clinic.status)
    return str(message.sid)


def test_a_callback_is_signed_and_says_what_twilio_says(
    client: Client, carrier: PretendCarrier, clinic: Clinic
) -> None:
    sid = send(client, clinic)
    assert carrier.settled()
    request = next(r for r in clinic.requests if ("MessageStatus", "delivered") in r.fields)
    posted = dict(parse_qsl(request.body.decode(), keep_blank_values=True))

    assert posted == {
        "MessageSid": sid,
        "SmsSid": sid,
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
        "To": ANA,
        "From": CLINIC,
        "AccountSid": carrier.account_sid,
        "ApiVersion": "2010-04-01",
        "RawDlrDoneDate": "2611231500",
    }
    assert request.url == clinic.status
    assert RequestValidator(carrier.token).validate(clinic.status, posted, request.headers["X-Twilio-Signature"])


def test_the_first_status_has_no_callback(client: Client, carrier: PretendCarrier, clinic: Clinic) -> None:
    send(client, clinic)
    assert carrier.settled()

    assert sorted(clinic.statuses) == ["delivered", "sent"]


def test_with_a_service_queued_is_told_too(client: Client, carrier: PretendCarrier, clinic: Clinic) -> None:
    client.messages.create(to=ANA, messaging_service_sid=SERVICE, body="tip", status_callback=clinic.status)
    assert carrier.settled()

    assert sorted(clinic.statuses) == ["delivered", "queued", "sent"]
    assert {dict(request.fields)["MessagingServiceSid"] for request in clinic.requests} == {SERVICE}


@pytest.mark.parametrize(("kind", "code"), [("landline", "30006"), ("undelivered", "30003")])
def test_a_message_that_is_not_delivered_says_why_and_is_never_shown(
    client: Client, carrier: PretendCarrier, clinic: Clinic, kind: str, code: str
) -> None:
    carrier.fault(kind)
    sid = send(client, clinic)
    assert carrier.settled()
    last = next(dict(r.fields) for r in clinic.requests if ("MessageStatus", "undelivered") in r.fields)

    assert last["ErrorCode"] == code
    assert str(client.messages(sid).fetch().error_code) == code
    assert carrier.phone(ANA).inbox == []


@pytest.mark.parametrize(
    ("kind", "heard"),
    [
        ("lost_callbacks", []),
        ("doubled_callbacks", ["delivered", "delivered", "sent", "sent"]),
        ("stuck", ["sent"]),
        ("early_callback", ["delivered", "sent"]),
    ],
)
def test_callbacks_misbehave_on_demand(
    client: Client, carrier: PretendCarrier, clinic: Clinic, kind: str, heard: list[str]
) -> None:
    carrier.fault(kind)
    send(client, clinic)
    assert carrier.settled()

    assert sorted(clinic.statuses) == heard
    assert len(carrier.phone(ANA).inbox) == 1


def test_reversed_callbacks_tell_the_end_first(client: Client, carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.fault("reversed_callbacks")
    send(client, clinic)
    assert carrier.settled()

    assert clinic.statuses == ["delivered", "sent"]


def test_an_early_callback_comes_before_the_answer(client: Client, carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.fault("early_callback")
    send(client, clinic)

    assert clinic.statuses == ["sent", "delivered"]


def test_late_callbacks_come_late(client: Client, carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.fault("late_callbacks", seconds=0.3)
    send(client, clinic)
    time.sleep(0.1)
    early = list(clinic.statuses)
    assert carrier.settled()

    assert early == []
    assert sorted(clinic.statuses) == ["delivered", "sent"]


def test_a_restart_goes_on_where_the_message_was(tmp_path: Path, clinic: Clinic) -> None:
    path = tmp_path / "carrier.sqlite3"
    with PretendCarrier(path=path, transport=clinic.transport, pace=60).start(clinic.webhook) as first:
        client = Client(first.account_sid, first.token)
        client.api.base_url = first.url
        first.fault("undelivered")
        sid = send(client, clinic)
    with PretendCarrier(path=path, transport=clinic.transport, now=lambda: NOW).start(clinic.webhook) as second:
        assert second.settled()
        message = second.parts.ledger.find(sid)

    assert message
    assert (message.status, message.error) == ("undelivered", 30003)
    assert sorted(clinic.statuses) == ["sent", "undelivered"]


def test_a_message_held_past_its_validity_is_never_sent(
    client: Client, carrier: PretendCarrier, clinic: Clinic
) -> None:
    carrier.fault("held", seconds=7200)
    client.messages.create(to=ANA, from_=CLINIC, body="tip", validity_period=1, status_callback=clinic.status)
    assert carrier.settled()

    assert clinic.statuses == ["failed"]
    assert [message.error for message in carrier.messages()] == [30036]
    assert carrier.phone(ANA).inbox == []


def test_a_message_held_within_its_validity_is_only_late(
    carrier: PretendCarrier, client: Client, clinic: Clinic
) -> None:
    carrier.fault("held", seconds=0.1)
    sid = send(client, clinic)
    at_first = client.messages(sid).fetch().status
    assert carrier.settled()

    assert (at_first, client.messages(sid).fetch().status) == ("queued", "delivered")


def test_a_scheduled_message_goes_out_when_it_is_due(tmp_path: Path, clinic: Clinic) -> None:
    path, due = tmp_path / "carrier.sqlite3", NOW + timedelta(hours=1)
    with PretendCarrier(path=path, transport=clinic.transport, now=lambda: NOW).start() as first:
        client = Client(first.account_sid, first.token)
        client.api.base_url = first.url
        client.messages.create(to=ANA, messaging_service_sid=SERVICE, body="later", schedule_type="fixed", send_at=due)
        early = list(first.phone(ANA).inbox)
    with PretendCarrier(path=path, transport=clinic.transport, now=lambda: due).start() as second:
        assert second.settled()
        shown = [line.body for line in second.phone(ANA).inbox]

    assert (early, shown) == ([], ["later"])


def test_reversed_callbacks_of_a_message_that_fails_tell_the_failure_first(
    client: Client, carrier: PretendCarrier, clinic: Clinic
) -> None:
    carrier.fault("reversed_callbacks")
    carrier.fault("landline")
    send(client, clinic)
    assert carrier.settled()

    assert clinic.statuses == ["undelivered", "sent"]
