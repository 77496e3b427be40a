"""A person texts the clinic: the webhook, its faults, and what the handset shows in the end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from twilio.request_validator import RequestValidator

from bot.carrier.pretend.company import PretendCarrier
from bot.carrier.pretend.transport import Answer, Lost
from tests.carrier.pretend.clinic import NOTHING, Clinic, says

ANA, CLINIC, PAGES = "+15075550101", "+15075550100", "+15075550199"
FIELDS = {
    *("MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body", "SmsStatus", "ApiVersion"),
    *("NumMedia", "NumSegments", "FromCity", "FromState", "FromZip", "FromCountry"),
    *("ToCity", "ToState", "ToZip", "ToCountry"),
}


def test_the_webhook_is_signed_and_holds_every_standard_field(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.phone(ANA).texts("my leg is numb")
    request, text = clinic.requests[0], clinic.texts[0]

    assert set(text) == FIELDS
    assert (text["From"], text["To"], text["Body"], text["SmsStatus"]) == (
        ANA,
        CLINIC,
        "my leg is numb",
        "received",
    )
    assert text["MessageSid"] == text["SmsSid"] == text["SmsMessageSid"]
    assert RequestValidator(carrier.token).validate(clinic.webhook, text, request.headers["X-Twilio-Signature"])


def test_a_picture_has_an_address_and_a_type(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.phone(ANA).texts("", media=1)
    text = clinic.texts[0]

    assert text["MessageSid"].startswith("MM")
    assert (text["Body"], text["NumMedia"], text["MediaContentType0"]) == ("", "1", "image/png")
    assert text["MediaUrl0"].startswith(f"{carrier.url}/2010-04-01/Accounts/")


def test_the_answer_is_on_the_handset_and_its_callback_is_posted(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [says("Call 911 now.", "A nurse knows.", callback="/sms/status?d=41")]
    heard = carrier.phone(ANA).texts("cant feel when I wipe")
    assert carrier.settled()

    assert [line.body for line in heard] == ["Call 911 now.", "A nurse knows."]
    assert [(line.way, line.body, line.state) for line in carrier.phone(ANA).inbox] == [
        ("sent", "cant feel when I wipe", "answered"),
        ("received", "Call 911 now.", ""),
        ("received", "A nurse knows.", ""),
    ]
    assert sorted(clinic.statuses) == ["delivered", "delivered", "sent", "sent"]
    assert {m.direction for m in carrier.messages()} == {"inbound", "outbound-reply"}


def test_a_person_answers_the_number_that_texted_last(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [
        Answer(200, "text/xml", f"<Response><Message from='{PAGES}'>page</Message></Response>".encode()),
        NOTHING,
    ]
    carrier.phone(ANA).texts("hello")
    carrier.phone(ANA).texts("ACK A12")

    assert [text["To"] for text in clinic.texts] == [CLINIC, PAGES]


def test_a_message_for_another_lands_on_the_others_handset(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [Answer(200, "text/xml", b"<Response><Message to='+15075550190'>page</Message></Response>")]
    heard = carrier.phone(ANA).texts("hello")

    assert heard == []
    assert [line.body for line in carrier.phone("+15075550190").inbox] == ["page"]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(200, "text/html", b"<p>hello"), "12300"),
        (Answer(200, "text/xml", b"<Response>"), "12100"),
        (Answer(200, "text/xml", b"<html/>"), "12200"),
    ],
)
def test_an_answer_that_is_no_twiml_is_a_problem_on_record(
    carrier: PretendCarrier, clinic: Clinic, answer: Answer, problem: str
) -> None:
    clinic.answers = [answer]
    heard = carrier.phone(ANA).texts("8")

    assert heard == []
    assert [post.outcome for post in carrier.posts(kind="problem")] == [problem]
    assert carrier.phone(ANA).inbox[0].state == "failed"


def test_a_redirect_is_followed_and_not_for_ever(carrier: PretendCarrier, clinic: Clinic) -> None:
    on = Answer(200, "text/xml", b"<Response><Redirect>/sms/more</Redirect></Response>")
    clinic.answers = [on, says("there")]
    heard = carrier.phone(ANA).texts("8")
    clinic.answers = [on]
    carrier.phone(ANA).texts("9")

    assert [line.body for line in heard] == ["there"]
    assert len(carrier.posts(kind="redirect")) == 1 + 5


def test_the_fallback_answers_when_the_webhook_fails(clinic: Clinic) -> None:
    clinic.answers = [Answer(500, "text/html", b""), says("Call 911 if it is an emergency.")]
    fallback = "https://static.example/down.xml"
    with PretendCarrier(transport=clinic.transport).start(clinic.webhook, fallback=fallback) as carrier:
        heard = carrier.phone(ANA).texts("help me")

    assert [line.body for line in heard] == ["Call 911 if it is an emergency."]
    assert (clinic.texts[1]["ErrorCode"], clinic.texts[1]["ErrorUrl"]) == ("11200", clinic.webhook)


@pytest.mark.parametrize("lost", [Lost.CONNECT, Lost.READ, Lost.RESET])
def test_without_a_fallback_the_text_stays_in_the_list_alone(
    carrier: PretendCarrier, clinic: Clinic, lost: Lost
) -> None:
    clinic.answers = [lost]
    heard = carrier.phone(ANA).texts("8")

    assert heard == []
    assert carrier.phone(ANA).inbox[0].state == "failed"
    assert [message.status for message in carrier.messages()] == ["received"]


def test_a_lost_webhook_is_never_posted(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.fault("lost_webhook", match={"body": "numb"})
    carrier.phone(ANA).texts("my leg is numb")
    carrier.phone(ANA).texts("8")

    assert [text["Body"] for text in clinic.texts] == ["8"]
    assert [line.state for line in carrier.phone(ANA).inbox] == ["lost", "answered"]


def test_a_lost_answer_leaves_the_clinic_believing(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [says("Call 911 now.", callback="/sms/status?d=41")]
    carrier.fault("lost_answer")
    heard = carrier.phone(ANA).texts("cant pee")
    assert carrier.settled()

    assert heard == []
    assert clinic.statuses == []
    assert [message.direction for message in carrier.messages()] == ["inbound"]


def test_a_doubled_webhook_comes_twice_under_one_sid(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.fault("doubled_webhook")
    carrier.phone(ANA).texts("8")

    assert len(clinic.texts) == 2
    assert len({text["MessageSid"] for text in clinic.texts}) == 1


def test_a_text_may_be_posted_again_much_later(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.phone(ANA).texts("8")
    carrier.phone(ANA).repeats(clinic.texts[0]["MessageSid"])

    assert len({text["MessageSid"] for text in clinic.texts}) == 1
    assert len(carrier.phone(ANA).inbox) == 1
    with pytest.raises(KeyError):
        carrier.phone(ANA).repeats("SM0")


def test_a_late_webhook_comes_late(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [says("late answer")]
    carrier.fault("late_webhook", seconds=0.2)
    heard = carrier.phone(ANA).texts("8")
    time.sleep(0.05)
    early = len(clinic.texts)
    assert carrier.settled()

    assert (heard, early, len(clinic.texts)) == ([], 0, 1)
    assert [line.body for line in carrier.phone(ANA).received] == ["late answer"]


def test_a_text_that_nobody_answered_is_posted_after_a_restart(tmp_path: Path, clinic: Clinic) -> None:
    path = tmp_path / "carrier.sqlite3"
    with PretendCarrier(path=path, transport=clinic.transport).start(clinic.webhook) as first:
        first.fault("late_webhook", seconds=3600)
        first.phone(ANA).texts("my leg is numb")
    with PretendCarrier(path=path, transport=clinic.transport).start(clinic.webhook) as second:
        assert second.settled()

    assert [text["Body"] for text in clinic.texts] == ["my leg is numb"]


def test_a_reply_that_is_too_long_or_held_is_not_shown_at_once(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [says("x" * 1601), says("held")]
    carrier.phone(ANA).texts("8")
    carrier.fault("held", seconds=0.1)
    heard = carrier.phone(ANA).texts("9")
    assert carrier.settled()

    assert heard == []
    assert [line.body for line in carrier.phone(ANA).received] == ["held"]
    assert [(m.status, m.error) for m in carrier.messages() if not m.is_inbound] == [
        ("failed", 21617),
        ("delivered", None),
    ]


def test_a_redirect_to_nowhere_is_a_failure(carrier: PretendCarrier, clinic: Clinic) -> None:
    clinic.answers = [
        Answer(200, "text/xml", b"<Response><Redirect>/gone</Redirect></Response>"),
        Answer(404, "", b""),
    ]
    carrier.phone(ANA).texts("8")

    assert carrier.phone(ANA).inbox[0].state == "failed"


def test_without_a_webhook_nobody_is_asked(clinic: Clinic) -> None:
    with PretendCarrier(transport=clinic.transport).start() as carrier:
        carrier.phone(ANA).texts("8")

        assert carrier.phone(ANA).inbox[0].state == "failed"
    assert clinic.requests == []


def test_the_carriers_own_filter_answers_help(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.account.stop_filter = True
    carrier.phone(ANA).texts("help")

    assert [line.body for line in carrier.phone(ANA).received] == ["Reply STOP to unsubscribe."]
    assert clinic.texts[0]["OptOutType"] == "HELP"


def test_a_webhook_may_be_posted_twice_at_once(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.fault("concurrent_webhook")
    carrier.phone(ANA).texts("8")

    assert [text["Body"] for text in clinic.texts] == ["8", "8"]
    assert len({text["MessageSid"] for text in clinic.texts}) == 1


def test_a_webhook_may_be_overtaken_by_the_next_text(carrier: PretendCarrier, clinic: Clinic) -> None:
    carrier.fault("overtaken_webhook")
    carrier.phone(ANA).texts("first")
    before = list(clinic.texts)
    carrier.phone(ANA).texts("second")

    assert before == []
    assert [text["Body"] for text in clinic.texts] == ["second", "first"]
    assert [line.state for line in carrier.phone(ANA).inbox] == ["answered", "answered"]
