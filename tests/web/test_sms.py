"""The carrier's two doors: whatever knocks, the answer is never an error of ours and never a redirect."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn
from xml.etree import ElementTree as ET

from bot.carrier.pretend.signature import sign
from bot.store.database import Database, StoreBusy
from bot.store.tables import inbox
from bot.web.site import create
from tests.clinic import Clinic

FORM = "application/x-www-form-urlencoded"
DOORS = ("/sms/inbound", "/sms/status", "/sms/status?d=01m00000000000000000000000")


def text(**more: str) -> dict[str, str]:
    return {"MessageSid": "SM" + "a" * 32, "From": "+15075559999", "To": "+15075550100", "Body": "hello", **more}


def test_unsigned_is_refused(clinic: Clinic) -> None:
    unsigned: list[dict[str, str]] = [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "no"}]

    answers = {
        clinic.browser.post(door, data=text(), headers=headers).status_code for door in DOORS for headers in unsigned
    }

    assert answers == {403}
    assert clinic.rows(inbox) == []


def test_a_wrong_token_is_refused(clinic: Clinic) -> None:
    assert {clinic.post(door, text(), token="wrong").status_code for door in DOORS} == {403}


def test_each_of_two_tokens_opens_while_they_are_rotated(clinic: Clinic) -> None:
    clinic.app = create(replace(clinic.site, tokens=("newer", clinic.carrier.token)))

    answers = [clinic.post("/sms/inbound", text(), token=token) for token in ("newer", clinic.carrier.token, "older")]

    assert [answer.status_code for answer in answers] == [200, 200, 403]


def test_only_post_opens(clinic: Clinic) -> None:
    methods = ("GET", "PUT", "DELETE", "PATCH", "HEAD")

    answers = {clinic.browser.open(door, method=method).status_code for door in DOORS for method in methods}

    assert answers == {405}


ODD = [
    (b"", FORM),
    (b"", ""),
    (b"{}", "application/json"),
    (b'{"MessageSid": "SM1"}', "application/json; charset=utf-8"),
    (b"MessageSid=SM1&From=%2B1507", "text/plain"),
    (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    (b"Body=\xff\xfe", FORM),
    (b"Body=%ff%fe", FORM),
    (b"\x00\x00", FORM),
    (b"&".join([b"a=b"] * 500), FORM),
    (b"a=" + b"b" * 300_000, FORM),
    (b"<xml/>", "text/xml"),
    (b"Body=x", "application/x-www-form-urlencoded; charset=klingon"),
    (b"Body=x", ";;;===;"),
]


def test_odd_bodies_are_refused_and_nothing_breaks(clinic: Clinic) -> None:
    signed = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}

    answers = {
        (body[:20], kind, door): clinic.browser.post(door, data=body, content_type=kind, headers=signed).status_code
        for body, kind in ODD
        for door in DOORS
    }

    assert {case: status for case, status in answers.items() if status not in (400, 403, 413)} == {}


SIGNED_AND_ODD = [
    text(Body=""),
    text(Body="\x00i cant\x00 breathe\x00"),
    text(Body="é\u0301\u202e💥" * 200),
    text(Body="x" * 5_000),
    text(NumMedia="10", MediaContentType0="\x00image/png", MediaUrl0="http://x"),
    text(NumMedia="-1"),
    text(NumMedia="many"),
    text(NumMedia="٣"),
    text(OptOutType="\x00STOP"),
    text(OptOutType="SOMETHING NEW AND LONG"),
    text(From="whatsapp:+15075559999"),
    text(From="VERIZON"),
    text(Surprise="a parameter added without notice"),
]


def test_what_is_signed_is_taken_in_however_odd(clinic: Clinic) -> None:
    clinic.nurse()

    for number, fields in enumerate(SIGNED_AND_ODD):
        answer = clinic.post("/sms/inbound", {**fields, "MessageSid": f"SM{number:032x}"})

        assert (answer.status_code, answer.mimetype) == (200, "text/xml"), fields
        assert ET.fromstring(answer.data).tag == "Response"  # noqa: S314 - our own answer
    assert len(clinic.rows(inbox)) == len(SIGNED_AND_ODD)
    for handset in clinic.handsets:
        handset.forgets()


UNUSABLE = [
    text(MessageSid=""),
    text(From=""),
    text(MessageSid="SM\x00"),
    text(MessageSid="S" * 80),
    text(From="\x00"),
    text(From="+" * 80),
]


def test_a_text_without_an_id_or_a_sender_is_a_bad_request(clinic: Clinic) -> None:
    assert [clinic.post("/sms/inbound", fields).status_code for fields in UNUSABLE] == [400] * len(UNUSABLE)
    assert clinic.rows(inbox) == []


STATUSES = [
    {"MessageSid": "SM" + "a" * 32},
    {"MessageSid": "SM" + "a" * 32, "MessageStatus": "\x00"},
    {"MessageSid": "SM" + "a" * 32, "MessageStatus": "delivered", "ErrorCode": "x" * 50},
    {"MessageSid": "nonsense", "MessageStatus": "delivered"},
]
QUERIES = ["", "?d=", "?d=%00", "?d=%27", "?d=" + "9" * 400, "?e=1&d=x&d=y"]


def test_any_signed_status_is_taken(clinic: Clinic) -> None:
    answers = {
        (query, number): clinic.post("/sms/status" + query, fields).status_code
        for query in QUERIES
        for number, fields in enumerate(STATUSES)
    }

    assert {case: status for case, status in answers.items() if status != 204} == {}


def test_a_path_prefix_is_signed_and_stripped_by_the_proxy(clinic: Clinic) -> None:
    clinic.reopen(replace(clinic.parts, base_url="https://clinic.example/texts"))
    signature = sign(clinic.carrier.token, "https://clinic.example/texts/sms/inbound", text().items())

    answer = clinic.browser.post("/sms/inbound", data=text(), headers={"X-Twilio-Signature": signature})

    assert answer.status_code == 200
    assert "https://clinic.example/texts/sms/status?d=" in answer.get_data(as_text=True)


def test_no_header_moves_the_address_that_was_signed(clinic: Clinic) -> None:
    headers = ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix")

    assert {clinic.post("/sms/inbound", text(), headers={name: "evil.example"}).status_code for name in headers} == {
        200
    }


def test_no_spelling_of_the_address_is_redirected(clinic: Clinic) -> None:
    """A carrier follows a redirect with GET, and the text is gone."""
    spellings = ("/sms/inbound/", "//sms/inbound", "/sms//inbound", "/SMS/inbound", "/sms/status/")

    assert {clinic.browser.post(path, data=text()).status_code for path in spellings} <= {403, 404}


def test_a_store_that_cannot_take_the_text_in_time_asks_the_carrier_to_come_again(clinic: Clinic) -> None:
    class Busy(Database):
        def write(self, *_: object, **__: object) -> NoReturn:
            raise StoreBusy("the database is busy")

        start = write

    busy = Busy(clinic.parts.database.url)
    clinic.reopen(replace(clinic.parts, database=busy))

    answers = [clinic.post("/sms/inbound", text()), clinic.post("/sms/status", {**text(), "MessageStatus": "sent"})]

    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers] == [(503, "2")] * 2
    busy.close()
    clinic.sends_by_itself = False


def test_the_answer_escapes_what_a_wording_holds(clinic: Clinic) -> None:
    clinic.publish_with("notices.yaml", "We do not know this number.", "We do <not> know & that's it.")

    answer = clinic.post("/sms/inbound", text())

    (message,) = ET.fromstring(answer.data)  # noqa: S314 - our own answer
    assert (message.text or "").startswith("We do <not> know & that's it.")


def test_every_answer_carries_the_headers_that_browsers_obey(clinic: Clinic) -> None:
    for path in ("/", "/healthz", "/a/nothing", "/nowhere"):
        headers = clinic.browser.get(path).headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
