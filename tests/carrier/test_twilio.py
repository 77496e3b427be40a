"""The official client over our transport: what each of the carrier's failures means for "was it sent?"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import app
from bot.carrier.error import NotSent
from bot.carrier.message import Outgoing
from bot.carrier.pretend.company import PretendCarrier
from bot.carrier.twilio import TwilioCarrier
from bot.core.delivery import Verdict, is_sid
from bot.core.enrollment import Lane
from bot.settings import Twilio, read

NOW = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
TO = "+15075550101"


@pytest.fixture
def company() -> Iterator[PretendCarrier]:
    with PretendCarrier(now=lambda: NOW).start() as company:
        yield company


def account(company: PretendCarrier, **more: str) -> Twilio:
    pretended = app.pretend_account(read({}), company.url)
    return replace(pretended, account_sid=company.account_sid, tokens=(company.token,), **more)


@pytest.fixture
def carrier(company: PretendCarrier) -> TwilioCarrier:
    return TwilioCarrier(account(company))


def message(**more: object) -> Outgoing:
    return replace(Outgoing(to=TO, body="hello", callback="http://127.0.0.1:1/s?d=1", lane=Lane.TALK), **more)  # type: ignore[arg-type]


def test_a_message_that_is_accepted_has_a_sid(company: PretendCarrier, carrier: TwilioCarrier) -> None:
    sid = carrier.send(message(body="á ¿qué? & <x> 💥"))

    assert is_sid(sid)
    assert [(each.sid, each.body) for each in company.messages()] == [(sid, "á ¿qué? & <x> 💥")]


FAILURES = [
    ("refuse_429", Verdict.RETRY_LATER),
    ("error_503", Verdict.RETRY_LATER),
    ("error_500", Verdict.AMBIGUOUS),
    ("reset", Verdict.AMBIGUOUS),
    ("accept_then_reset", Verdict.AMBIGUOUS),
    ("accept_then_500", Verdict.AMBIGUOUS),
    ("empty_201", Verdict.AMBIGUOUS),
    ("html_200", Verdict.AMBIGUOUS),
    ("bad_number", Verdict.STOP_NUMBER),
    ("opted_out", Verdict.OPTED_OUT),
    ("auth", Verdict.CONFIGURATION),
]


@pytest.mark.parametrize(("fault", "verdict"), FAILURES)
def test_what_a_failure_means(company: PretendCarrier, carrier: TwilioCarrier, fault: str, verdict: Verdict) -> None:
    company.fault(fault)

    with pytest.raises(NotSent) as failed:
        carrier.send(message())

    assert failed.value.rule.verdict is verdict
    assert TO not in failed.value.detail
    assert "hello" not in failed.value.detail


@pytest.mark.parametrize("fault", [name for name, _ in FAILURES])
def test_the_client_never_sends_twice_by_itself(company: PretendCarrier, carrier: TwilioCarrier, fault: str) -> None:
    company.fault(fault)

    with pytest.raises(NotSent):
        carrier.send(message())

    assert len(company.messages()) <= 1


def test_nobody_listening_means_that_nothing_was_sent(company: PretendCarrier) -> None:
    away = TwilioCarrier(account(company, api_base_url="http://127.0.0.1:9"))

    with pytest.raises(NotSent) as failed:
        away.send(message())

    assert failed.value.rule.verdict is Verdict.RETRY_LATER


def test_pages_have_a_sender_of_their_own_where_there_is_one(company: PretendCarrier, carrier: TwilioCarrier) -> None:
    carrier.send(message(lane=Lane.PAGE))
    carrier.send(message(lane=Lane.PLAN))
    TwilioCarrier(account(company, page_from_number="")).send(message(lane=Lane.PAGE))

    clinic, pages = company.senders
    assert [each.sender for each in company.messages()] == [pages, clinic, clinic]


def test_a_reminder_is_valid_as_long_as_it_is_useful(company: PretendCarrier, carrier: TwilioCarrier) -> None:
    carrier.send(message(valid_for=600))

    assert company.messages()[0].validity == 600


def test_the_list_holds_what_went_to_this_number(company: PretendCarrier, carrier: TwilioCarrier) -> None:
    sid = carrier.send(message())
    carrier.send(message(to="+15075550102"))
    company.settled()

    listed = carrier.sent_to(TO, NOW - timedelta(minutes=1))

    assert [(each.sid, each.body, each.status) for each in listed] == [(sid, "hello", "delivered")]


@pytest.mark.parametrize("fault", ["error_503", "error_500", "auth", "reset"])
def test_a_list_that_cannot_be_read_says_so(company: PretendCarrier, carrier: TwilioCarrier, fault: str) -> None:
    company.fault(fault, on="list")

    with pytest.raises(NotSent):
        carrier.sent_to(TO, NOW)


def test_an_api_key_opens_instead_of_the_token(company: PretendCarrier) -> None:
    company.account.api_keys = {"SK1": "secret"}

    sid = TwilioCarrier(account(company, api_key="SK1", api_secret="secret")).send(message())

    assert is_sid(sid)
