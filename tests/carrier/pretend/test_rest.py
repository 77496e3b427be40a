"""The official client sends, lists, fetches, redacts and fails here as it does at Twilio."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from bot.carrier.pretend.company import PretendCarrier
from tests.carrier.pretend.clinic import Clinic, says
from tests.carrier.pretend.conftest import NOW

ANA, CLINIC, PAGES = "+15075550101", "+15075550100", "+15075550199"
SERVICE = "MG" + "0" * 32


def send(client: Client, body: str = "tip", **more: Any) -> Any:
    return client.messages.create(**{"to": ANA, "from_": CLINIC, "body": body, **more})


def test_a_message_is_sent(client: Client, carrier: PretendCarrier) -> None:
    message = send(client, "Good morning Ana")

    assert re.fullmatch(r"SM[0-9a-f]{32}", message.sid)
    assert (message.status, message.direction, message.error_code) == ("queued", "outbound-api", None)
    assert (message.to, message.from_, message.body) == (ANA, CLINIC, "Good morning Ana")
    assert (message.num_segments, message.num_media, message.date_created) == ("1", "0", NOW)
    assert carrier.settled()
    assert [line.body for line in carrier.phone(ANA).received] == ["Good morning Ana"]
    assert client.messages(message.sid).fetch().status == "delivered"


def test_a_messaging_service_chooses_the_sender_later(client: Client, carrier: PretendCarrier) -> None:
    message = send(client, from_=None, messaging_service_sid=SERVICE)

    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert carrier.settled()
    assert client.messages(message.sid).fetch().from_ == CLINIC


REFUSED = [
    ({"to": ""}, 21604),
    ({"to": "5075550101"}, 21211),
    ({"to": "+15005550001"}, 21211),
    ({"to": "+15005550002"}, 21612),
    ({"to": "+15005550003"}, 21408),
    ({"to": "+15005550004"}, 21610),
    ({"to": "+15005550009"}, 21614),
    ({"from_": None}, 21603),
    ({"from_": "clinic"}, 21212),
    ({"from_": "+15075559999"}, 21606),
    ({"from_": "+15005550008"}, 21611),
    ({"to": CLINIC}, 21266),
    ({"from_": None, "messaging_service_sid": "MG" + "1" * 32}, 21705),
    ({"body": None}, 21602),
    ({"body": "x" * 1601}, 21617),
    ({"validity_period": 36001}, 21624),
    ({"status_callback": "/sms/status"}, 21609),
    ({"status_callback": "https://my_clinic.example/x"}, 21609),
    ({"status_callback": "https://[half"}, 21609),
    ({"schedule_type": "fixed", "messaging_service_sid": SERVICE, "send_at": "soon"}, 35114),
    ({"schedule_type": "fixed", "send_at": NOW + timedelta(hours=1)}, 35118),
    (
        {"schedule_type": "fixed", "messaging_service_sid": SERVICE, "send_at": NOW + timedelta(minutes=1)},
        35115,
    ),
]


@pytest.mark.parametrize(("wrong", "code"), REFUSED)
def test_a_wrong_order_is_refused_with_twilios_code(
    client: Client, carrier: PretendCarrier, wrong: dict[str, Any], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        send(client, **{"body": "x", **wrong})

    assert (refused.value.code, refused.value.status) == (code, 400)
    assert carrier.messages() == []


def test_a_wrong_token_is_20003(carrier: PretendCarrier) -> None:
    client = Client(carrier.account_sid, "wrong")
    client.api.base_url = carrier.url

    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert (refused.value.code, refused.value.status) == (20003, 401)


def test_an_api_key_opens_too(carrier: PretendCarrier) -> None:
    carrier.account.api_keys = {"SK1": "secret"}
    client = Client("SK1", "secret", carrier.account_sid)
    client.api.base_url = carrier.url

    assert send(client).sid


def test_an_unknown_message_is_20404(client: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages("SM" + "0" * 32).fetch()

    assert (refused.value.code, refused.value.status) == (20404, 404)


def test_the_list_pages_and_filters(client: Client, carrier: PretendCarrier) -> None:
    for body in "abcde":
        send(client, body)
    send(client, "page", from_=PAGES)
    carrier.phone(ANA).texts("8", to=CLINIC)
    assert carrier.settled()
    listed = client.messages.list(to=ANA, from_=CLINIC, page_size=2)
    inbound = client.messages.list(to=CLINIC)
    first = client.messages.page(to=ANA, page_size=2)
    second = first.next_page()

    assert [message.body for message in listed] == ["e", "d", "c", "b", "a"]
    assert [(message.body, message.direction, message.status) for message in inbound] == [("8", "inbound", "received")]
    assert [message.body for message in second] == ["d", "c"]
    assert [message.body for message in second.previous_page()] == ["page", "e"]


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ({"date_sent": NOW}, 1),
        ({"date_sent": datetime(2026, 11, 22, tzinfo=UTC).date()}, 0),
        ({"date_sent": NOW.date()}, 1),
        ({"date_sent_after": NOW}, 1),
        ({"date_sent_after": NOW + timedelta(seconds=1)}, 0),
        ({"date_sent_before": NOW}, 1),
        ({"date_sent_before": NOW - timedelta(seconds=1)}, 0),
    ],
)
def test_dates_include_their_ends(client: Client, carrier: PretendCarrier, dates: dict[str, Any], found: int) -> None:
    send(client)
    assert carrier.settled()

    assert len(client.messages.list(**dates)) == found


def test_a_date_that_is_none_is_refused(carrier: PretendCarrier) -> None:
    url = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}/Messages.json?DateSent=yesterday"

    assert requests.get(url, auth=(carrier.account_sid, carrier.token), timeout=5).status_code == 400


def test_a_message_is_redacted_and_deleted_but_not_on_the_handset(client: Client, carrier: PretendCarrier) -> None:
    sid = send(client, "private").sid
    assert carrier.settled()
    redacted = client.messages(sid).update(body="")
    deleted = client.messages(sid).delete()

    assert redacted.body == ""
    assert deleted
    assert client.messages.list() == []
    assert [line.body for line in carrier.phone(ANA).inbox] == ["private"]


def test_a_scheduled_message_can_be_canceled_once(client: Client, carrier: PretendCarrier) -> None:
    later = NOW + timedelta(hours=1)
    sid = send(client, from_=None, messaging_service_sid=SERVICE, schedule_type="fixed", send_at=later).sid
    before = client.messages(sid).fetch().status
    canceled = client.messages(sid).update(status="canceled")

    assert (before, canceled.status) == ("scheduled", "canceled")
    with pytest.raises(TwilioRestException, match="canceled any more"):
        client.messages(sid).update(status="canceled")
    with pytest.raises(TwilioRestException):
        client.messages(sid).update(body="other words")


def test_a_message_on_its_way_cannot_be_deleted_yet(clinic: Clinic) -> None:
    with PretendCarrier(transport=clinic.transport, pace=60).start(clinic.webhook) as carrier:
        client = Client(carrier.account_sid, carrier.token)
        client.api.base_url = carrier.url
        sid = send(client).sid

        with pytest.raises(TwilioRestException) as refused:
            client.messages(sid).delete()
        with pytest.raises(TwilioRestException) as unredacted:
            client.messages(sid).update(body="")
        assert (refused.value.code, unredacted.value.code) == (20009, 20009)


def test_pictures_can_be_fetched_with_the_account_and_not_without(clinic: Clinic, carrier: PretendCarrier) -> None:
    carrier.phone(ANA).texts("", media=2)
    url = clinic.texts[0]["MediaUrl1"]
    auth = (carrier.account_sid, carrier.token)

    assert requests.get(url, auth=auth, timeout=5).content.startswith(b"\x89PNG")
    assert requests.get(url, timeout=5).status_code == 401
    assert requests.delete(url, auth=auth, timeout=5).status_code == 204
    assert requests.get(url[:-1] + "7", auth=auth, timeout=5).status_code == 404


REFUSING = [
    ("refuse_429", 429, 20429),
    ("error_500", 500, 20500),
    ("error_503", 503, 20503),
    ("bad_number", 400, 21211),
    ("opted_out", 400, 21610),
    ("bad_region", 400, 21408),
    ("bad_sender", 400, 21606),
    ("auth", 401, 20003),
]


@pytest.mark.parametrize(("kind", "status", "code"), REFUSING)
def test_a_refusing_fault_records_nothing_and_is_used_up(
    client: Client, carrier: PretendCarrier, kind: str, status: int, code: int
) -> None:
    carrier.fault(kind)

    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert carrier.messages() == []
    assert send(client).sid


def test_a_reset_loses_the_request(client: Client, carrier: PretendCarrier) -> None:
    carrier.fault("reset")

    with pytest.raises(requests.ConnectionError):
        send(client)
    assert carrier.messages() == []


def test_accept_then_reset_loses_only_the_answer(client: Client, carrier: PretendCarrier) -> None:
    carrier.fault("accept_then_reset")

    with pytest.raises(requests.ConnectionError):
        send(client, "went out")
    assert carrier.settled()
    assert [line.body for line in carrier.phone(ANA).inbox] == ["went out"]


def test_a_hang_keeps_the_message_and_says_nothing(carrier: PretendCarrier) -> None:
    carrier.fault("hang")
    url = f"{carrier.url}/2010-04-01/Accounts/{carrier.account_sid}/Messages.json"

    with pytest.raises(requests.ReadTimeout):
        requests.post(
            url, {"To": ANA, "From": CLINIC, "Body": "x"}, auth=(carrier.account_sid, carrier.token), timeout=0.2
        )
    assert len(carrier.messages()) == 1


@pytest.mark.parametrize("kind", ["accept_then_500", "empty_201", "html_200"])
def test_a_spoiled_answer_hides_a_message_that_went_out(client: Client, carrier: PretendCarrier, kind: str) -> None:
    carrier.fault(kind)
    try:
        sid = send(client).sid
    except (TwilioRestException, json.JSONDecodeError):
        sid = None

    assert sid is None
    assert len(carrier.messages()) == 1


def test_a_lagging_list_hides_what_is_young(clinic: Clinic) -> None:
    now = [NOW]
    with PretendCarrier(transport=clinic.transport, now=lambda: now[0]).start() as carrier:
        client = Client(carrier.account_sid, carrier.token)
        client.api.base_url = carrier.url
        carrier.fault("list_lag", seconds=600)
        send(client)
        young = client.messages.list()
        now[0] += timedelta(seconds=600)
        old = client.messages.list()

    assert (len(young), len(old)) == (0, 1)


def test_the_list_can_fail_alone(client: Client, carrier: PretendCarrier) -> None:
    carrier.fault("error_503", on="list")

    assert send(client).sid
    with pytest.raises(TwilioException):
        client.messages.list()


def test_the_carriers_own_filter_is_off_until_asked_for(
    client: Client, carrier: PretendCarrier, clinic: Clinic
) -> None:
    phone = carrier.phone(ANA)
    phone.texts("STOP")
    unfiltered = send(client).sid
    carrier.account.stop_filter = True
    answer = phone.texts("stop ")
    clinic.answers = [says("a reply that the carrier keeps back")]
    phone.texts("but my leg is numb")

    assert unfiltered
    assert answer == []
    with pytest.raises(TwilioRestException) as refused:
        send(client)
    assert refused.value.code == 21610
    assert [text.get("OptOutType") for text in clinic.texts] == [None, "STOP", None]
    assert carrier.settled()
    assert [m.error for m in carrier.messages() if m.direction == "outbound-reply"] == [None, 21610]
    phone.texts("START")
    assert send(client).sid
