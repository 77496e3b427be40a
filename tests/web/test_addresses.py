"""Whoever guesses is slowed down by address; whoever is right gets through from there all the same."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.carrier.signature import signed
from bot.web.addresses import AT_ONCE, MOST, Addresses
from bot.web.site import create
from tests.clinic import Clinic

PROXY, GUESSER, OTHER = "127.0.0.1", "203.0.113.7", "198.51.100.4"
"""Numbers that are kept for examples count as private in Python; so the tests name their proxies."""

PROXIES = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("8.8.8.8", "", "8.8.8.8"),
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),  # not through our proxy: what it says of itself is not believed
        ("127.0.0.1", "8.8.8.8", "8.8.8.8"),
        ("127.0.0.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"),  # only what our proxy wrote, which is the last
        ("127.0.0.1", "1.1.1.1, 8.8.8.8, 10.1.2.3", "8.8.8.8"),  # two of ours in a row
        ("127.0.0.1", "192.168.7.7", "192.168.7.7"),  # our proxy says so
        ("127.0.0.1", "", ""),
        ("127.0.0.1", "nobody", ""),
        ("192.168.1.1", "8.8.8.8", ""),  # a proxy that was not named
        ("", "", ""),
        ("2606:4700:1:2:3:4:5:6", "", "2606:4700:1:2::/64"),
        ("::ffff:8.8.8.8", "", "8.8.8.8"),
    ],
)
def test_whose_request_it_is(peer: str, forwarded: str, expected: str) -> None:
    assert Addresses(PROXIES).of(peer, forwarded) == expected


def test_refusals_in_a_row_are_too_many_and_time_mends_it() -> None:
    addresses = Addresses()
    for _ in range(AT_ONCE - 1):
        addresses.refused("a", 100.0)
    assert not addresses.is_over("a", 100.0)

    addresses.refused("a", 100.0)

    assert addresses.is_over("a", 100.0)
    assert not addresses.is_over("b", 100.0)
    assert not addresses.is_over("a", 103.0)
    assert addresses.is_over("a", 50.0)  # a clock that was set back frees nobody, and locks nobody for longer


def test_memory_stays_flat_however_many_come() -> None:
    addresses = Addresses()

    for number in range(MOST + 500):
        addresses.refused(f"address {number}", 1.0)

    assert len(addresses) == MOST


@pytest.fixture
def browser(clinic: Clinic) -> FlaskClient:
    return create(replace(clinic.site, proxies=PROXIES)).test_client()


def posts(browser: FlaskClient, path: str, who: str, **form: str) -> TestResponse:
    return browser.post(path, data=form, headers={"X-Forwarded-For": who}, environ_base={"REMOTE_ADDR": PROXY})


def gets(browser: FlaskClient, path: str, who: str) -> TestResponse:
    return browser.get(path, headers={"X-Forwarded-For": who}, environ_base={"REMOTE_ADDR": PROXY})


@pytest.mark.parametrize("path", ["/a/guessed", "/welcome/guessed", "/sms/inbound", "/sms/status", "/sign-in"])
def test_who_guesses_is_slowed_down_and_nobody_else(browser: FlaskClient, path: str) -> None:
    def guess(who: str) -> int:
        is_post = path.startswith(("/sms", "/sign-in"))
        return (posts(browser, path, who) if is_post else gets(browser, path, who)).status_code

    codes = [guess(GUESSER) for _ in range(AT_ONCE + 3)]

    assert set(codes[: AT_ONCE - 1]) <= {403, 404}
    assert set(codes[AT_ONCE:]) == {429}
    assert guess(OTHER) in (403, 404)


def test_a_signed_text_and_a_right_link_get_through_from_an_address_that_guessed(
    clinic: Clinic, browser: FlaskClient
) -> None:
    clinic.nurse()
    clinic.patient().texts("i cant breathe")
    link = next(word for word in clinic.handsets[0].hears("/a/").split() if "/a/" in word).partition("/a/")[2]
    for handset in clinic.handsets:
        handset.forgets()
    for _ in range(AT_ONCE + 3):
        gets(browser, "/a/guessed", GUESSER)
        posts(browser, "/sms/inbound", GUESSER)

    assert gets(browser, "/a/guessed", GUESSER).status_code == 429
    assert gets(browser, f"/a/{link.rstrip('.')}", GUESSER).status_code == 200
    assert signed_text(clinic, browser, GUESSER).status_code == 200
    for handset in clinic.handsets:
        handset.forgets()


def signed_text(clinic: Clinic, browser: FlaskClient, who: str) -> TestResponse:
    form = {"MessageSid": "SM" + "7" * 32, "From": "+15075557777", "Body": "hello", "NumMedia": "0"}
    url = f"{clinic.parts.base_url}/sms/inbound"
    return browser.post(
        "/sms/inbound",
        data=form,
        headers={"X-Forwarded-For": who, "X-Twilio-Signature": signed(url, form, clinic.carrier.token)},
        environ_base={"REMOTE_ADDR": PROXY},
    )
