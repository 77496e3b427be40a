"""What the carrier offers beside Twilio's dialect: handsets, events, faults and settings over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from twilio.rest import Client

from bot.carrier.pretend.company import PretendCarrier
from tests.carrier.pretend.clinic import Clinic, says

ANA = "+15075550101"


def post(carrier: PretendCarrier, path: str, json: Any, **headers: str) -> requests.Response:
    return requests.post(carrier.url + path, json=json, headers=headers, timeout=5)


def get(carrier: PretendCarrier, path: str) -> Any:
    return requests.get(carrier.url + path, timeout=5).json()


def test_a_handset_texts_and_shows_its_thread(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [says("Thank you.")]
    sent = post(carrier, f"/handset/{ANA}/send", {"body": "8"}).json()
    thread = get(carrier, f"/handset/{ANA}")["messages"]

    assert sent["webhook"] == "answered"
    assert [reply["body"] for reply in sent["replies"]] == ["Thank you."]
    assert [(line["way"], line["body"]) for line in thread] == [("sent", "8"), ("received", "Thank you.")]
    assert thread[0]["at"] == "2026-11-23T15:00:00.000Z"
    assert get(carrier, "/handsets") == {"handsets": [{"number": ANA, "messages": 2}]}


def test_without_waiting_the_answer_comes_by_itself(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [says("Thank you.")]
    sent = post(carrier, f"/handset/{ANA}/send?wait=0", {"body": "8"})
    assert carrier.settled()

    assert (sent.status_code, sent.json()["webhook"]) == (202, "due")
    assert [line.body for line in carrier.phone(ANA).received] == ["Thank you."]


def test_events_are_numbered_and_can_be_waited_for(carrier: PretendCarrier) -> None:
    carrier.phone(ANA).texts("8")
    first = get(carrier, "/events?after=0")
    rest = get(carrier, f"/events?after={first['last']}&wait=0.05")
    anew = get(carrier, "/events?after=999")

    assert [event["kind"] for event in first["events"]] == ["message", "shown", "webhook"]
    assert rest == {"events": [], "last": first["last"]}
    assert anew["last"] == first["last"]


def test_faults_are_asked_for_listed_and_cleared(carrier: PretendCarrier, client: Client) -> None:
    asked = post(carrier, "/faults", {"kind": "latency", "ms": 5, "match": {"to": ANA}})
    listed = get(carrier, "/faults")["faults"]
    sent = client.messages.create(to=ANA, from_="+15075550100", body="x")
    requests.delete(carrier.url + "/faults", timeout=5)

    assert asked.status_code == 201
    assert listed == [
        {"id": 1, "kind": "latency", "count": None, "match": {"to": ANA}, "seconds": 0.005, "on": "any", "code": None}
    ]
    assert sent.sid
    assert get(carrier, "/faults") == {"faults": []}


def test_settings_are_shown_and_switched(carrier: PretendCarrier) -> None:
    changed = post(carrier, "/settings", {"stop_filter": True, "webhook": "https://x/y"}).json()

    assert (changed["stop_filter"], changed["webhook"]) == (True, "https://x/y")
    assert "token" not in changed
    assert post(carrier, "/settings", {"stop_filter": "yes"}).status_code == 400


def test_every_attempt_to_reach_the_clinic_is_on_record(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.phone(ANA).texts("8")
    posts = get(carrier, "/posts?kind=webhook")["posts"]

    assert [(each["url"], each["outcome"]) for each in posts] == [(clinic.webhook, "200")]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/handset/5075550101/send", {"body": "8"}),
        (f"/handset/{ANA}/send", {"body": ""}),
        (f"/handset/{ANA}/send", {"body": "x" * 1601}),
        (f"/handset/{ANA}/send", {"body": 8}),
        (f"/handset/{ANA}/send", {"body": "8", "media": 11}),
        (f"/handset/{ANA}/send", {"body": "8", "to": "+15075559999"}),
        (f"/handset/{ANA}/send", ["8"]),
        ("/faults", {"kind": "gremlins"}),
        ("/faults", {"kind": "hang", "often": 3}),
    ],
)
def test_wrong_use_is_a_sentence(carrier: PretendCarrier, path: str, given: Any) -> None:
    answer = post(carrier, path, given)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_a_web_page_cannot_text_as_a_patient(carrier: PretendCarrier, headers: dict[str, str]) -> None:
    answer = post(carrier, f"/handset/{ANA}/send", {"body": "8"}, **headers)

    assert answer.status_code == 403
    assert carrier.messages() == []


def test_an_unknown_path_is_answered_in_json(carrier: PretendCarrier) -> None:
    assert get(carrier, "/nothing")["code"] == 20404
    assert requests.put(carrier.url + "/faults", timeout=5).json()["path"] == "/faults"
