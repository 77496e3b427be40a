"""How often the carrier tries, and what its URL's fragment changes."""

from __future__ import annotations

import pytest

from bot.carrier.pretend.account import Account
from bot.carrier.pretend.caller import Caller, Overrides
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.transport import Answer, Lost
from tests.carrier.pretend.clinic import NOTHING, Clinic, says

FAILED = Answer(500, "text/html", b"")
GONE = Answer(404, "text/html", b"")


@pytest.mark.parametrize(
    ("fragment", "answers", "attempts"),
    [
        ("", [Lost.CONNECT, NOTHING], 2),
        ("", [Lost.CONNECT, Lost.CONNECT, NOTHING], 2),
        ("", [FAILED, NOTHING], 1),
        ("", [Lost.READ, NOTHING], 1),
        ("#rc=0", [Lost.CONNECT, NOTHING], 1),
        ("#rc=3&rp=all", [FAILED, Lost.RESET, Lost.READ, NOTHING], 4),
        ("#rc=3&rp=5xx", [FAILED, GONE, NOTHING], 2),
        ("#rc=2&rp=4xx,rt", [GONE, Lost.READ, NOTHING], 3),
        ("#rc=9&rp=all", [FAILED], 6),
        ("#rc=many&rp=", [Lost.CONNECT], 2),
    ],
)
def test_it_tries_again_as_the_fragment_asks(fragment: str, answers: list[Answer | Lost], attempts: int) -> None:
    clinic, ledger = Clinic(), Ledger()
    clinic.answers = answers
    Caller(Account("token"), ledger, clinic.transport).call(
        clinic.webhook + fragment, [("Body", "8")], kind="webhook", sid="SM1"
    )

    assert len(clinic.requests) == attempts
    assert {request.url for request in clinic.requests} == {clinic.webhook}
    assert [post.attempt for post in ledger.posts(kind="webhook", sid="SM1")] == list(range(1, attempts + 1))


def test_every_attempt_carries_the_same_token_and_signature() -> None:
    clinic = Clinic()
    clinic.answers = [FAILED, says("hello")]
    Caller(Account("token"), Ledger(), clinic.transport).call(
        clinic.webhook + "#rc=1&rp=all", [("Body", "8")], kind="webhook", sid="SM1"
    )
    first, second = clinic.requests

    assert first == second
    assert first.headers["I-Twilio-Idempotency-Token"]


def test_the_fragment_sets_the_patience() -> None:
    patience = Overrides.of("https://x/y#ct=200&rt=99999&tt=3000")

    assert (patience.connect_seconds, patience.read_seconds, patience.total_seconds) == (0.2, 15.0, 3.0)
