"""What the clinic may answer, and what is no answer at all."""

from __future__ import annotations

import pytest

from bot.carrier.pretend.twiml import BadTwiml, Said, Script, read

BASE = "https://clinic.example/sms/inbound"

READABLE = [
    ("<Response/>", Script()),
    ("", Script()),
    ("<Response><Message>Hello</Message></Response>", Script((Said("Hello"),))),
    ("<Response><Message><Body>a &amp; b</Body></Message></Response>", Script((Said("a & b"),))),
    (
        "<Response><Message><Body>see</Body><Media>https://x/y.png</Media></Message></Response>",
        Script((Said("see", media=1),)),
    ),
    (
        "<Response><Message statusCallback='/s?d=7' to='+15075550102' from='+15075550199'>x</Message></Response>",
        Script((Said("x", 0, "+15075550102", "+15075550199", "https://clinic.example/s?d=7"),)),
    ),
    (
        "<Response><Message>one</Message><Redirect>more</Redirect><Message>never</Message></Response>",
        Script((Said("one"),), "https://clinic.example/sms/more"),
    ),
]


@pytest.mark.parametrize(("body", "script"), READABLE)
def test_an_answer_is_read(body: str, script: Script) -> None:
    assert read(body.encode(), content_type="text/xml; charset=utf-8", base_url=BASE) == script


UNREADABLE = [
    ("hello", "text/plain", 12300),
    ("<Response/>", "", 12300),
    ("<Response>", "text/xml", 12100),
    ("<html/>", "application/xml", 12200),
    ("<Response><message>x</message></Response>", "text/xml", 12200),
    ("<Response><Message><Bodie>x</Bodie></Message></Response>", "text/xml", 12200),
]


@pytest.mark.parametrize(("body", "content_type", "code"), UNREADABLE)
def test_a_mistake_has_twilios_number(body: str, content_type: str, code: int) -> None:
    with pytest.raises(BadTwiml) as wrong:
        read(body.encode(), content_type=content_type, base_url=BASE)

    assert wrong.value.code == code
