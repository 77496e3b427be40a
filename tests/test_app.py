"""Where parts are joined: settings in, a working clinic out, and nothing connects yet."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import app
from bot.carrier.error import NotSent
from bot.carrier.message import Outgoing
from bot.core.enrollment import Channel, Lane
from bot.settings import Settings, make_key_file, read

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    make_key_file(tmp_path)
    return read({"MENDLINE_DATA": str(tmp_path)})


def test_joining_connects_to_nothing(settings: Settings) -> None:
    parts = app.join(replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))

    assert set(parts.carriers) == {Channel.SMS}
    parts.bell.ring(Lane.PAGE)
    parts.database.close()


def test_with_a_mail_server_pages_have_a_second_way(settings: Settings) -> None:
    parts = app.join(replace(settings, smtp_url="smtp://127.0.0.1:1"))

    assert set(parts.carriers) == {Channel.SMS, Channel.EMAIL}
    parts.database.close()


def test_the_pretend_carrier_is_found_wherever_it_listens_now(settings: Settings) -> None:
    assert app.pretend_url(settings.data) == ""
    (settings.data / "carrier.json").write_text(json.dumps({"url": "http://127.0.0.1:4321"}))

    assert app.pretend_url(settings.data) == "http://127.0.0.1:4321"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"port": 1}', "\xff"])
def test_a_spoiled_note_of_the_pretend_carrier_is_none(settings: Settings, content: str) -> None:
    (settings.data / "carrier.json").write_bytes(content.encode("latin-1"))

    assert app.pretend_url(settings.data) == ""


def test_a_carrier_that_is_not_there_sends_nothing_and_says_so(settings: Settings) -> None:
    message = Outgoing(to="+15075550101", body="x", callback="http://127.0.0.1/s", lane=Lane.TALK)

    with pytest.raises(NotSent, match="no connection"):
        app.SmsCarrier(settings).send(message)
    with pytest.raises(NotSent):
        app.SmsCarrier(settings).sent_to("+15075550101", NOW)


def test_the_pretend_carrier_and_we_share_a_secret_that_nobody_sets(settings: Settings) -> None:
    assert app.webhook_tokens(settings) == (settings.pretend_token,)
    assert app.webhook_tokens(settings) != app.webhook_tokens(replace(settings, keys=(b"x" * 32,)))
