"""Every environment variable: typed, read once, refused with a sentence that says what to set."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.settings import SettingsError, make_key_file, read

KEY = base64.b64encode(b"k" * 32).decode()
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "newer, older",
    "TWILIO_FROM_NUMBER": "+15075550100",
}
LIVE = {**TWILIO, "PUBLIC_BASE_URL": "https://texts.clinic.example/", "MENDLINE_KEYS": KEY}


def test_nothing_set_is_a_desk(tmp_path: Path) -> None:
    settings = read({"MENDLINE_DATA": str(tmp_path)})

    assert (settings.host, settings.port, settings.twilio, settings.is_live) == ("127.0.0.1", 8000, None, False)
    assert settings.public_base_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path / 'mendline.db'}"


def test_a_live_system(tmp_path: Path) -> None:
    settings = read({**LIVE, "MENDLINE_DATA": str(tmp_path)})

    assert settings.is_live
    assert settings.public_base_url == "https://texts.clinic.example"
    assert settings.twilio is not None
    assert settings.twilio.tokens == ("newer", "older")
    assert settings.twilio.credentials == (TWILIO["TWILIO_ACCOUNT_SID"], "newer")
    assert settings.keys == (b"k" * 32,)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_carrier_on_this_machine_is_not_live(host: str) -> None:
    assert read({**TWILIO, "TWILIO_API_BASE_URL": f"http://{host}:9"}).is_live is False


def test_an_api_key_is_used_for_rest_where_there_is_one() -> None:
    settings = read({**LIVE, "TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "secret"})

    assert settings.twilio is not None
    assert settings.twilio.credentials == ("SK1", "secret")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_postgres(scheme: str) -> None:
    assert read({"DATABASE_URL": f"{scheme}://u:p@h/n"}).database_url == "postgresql+psycopg://u:p@h/n"


REFUSED = [
    ({"MENDLINE_KEY": KEY}, "Did you mean MENDLINE_KEYS?"),
    ({"MENDLINE_XYZ": "1"}, "is not a setting"),
    ({"PORT": "eighty"}, "PORT"),
    ({"PORT": "0"}, "PORT"),
    ({"PORT": "65536"}, "PORT"),
    ({"PUBLIC_BASE_URL": "clinic.example"}, "PUBLIC_BASE_URL"),
    ({"PUBLIC_BASE_URL": "https://clinic.example/?a=b"}, "PUBLIC_BASE_URL"),
    ({"DATABASE_URL": "mysql://u@h/n"}, "DATABASE_URL"),
    ({"REDIS_URL": "http://localhost"}, "REDIS_URL"),
    ({"SMTP_URL": "mail.example:587"}, "SMTP_URL"),
    ({"MENDLINE_HEARTBEAT_URL": "ping"}, "MENDLINE_HEARTBEAT_URL"),
    ({"MENDLINE_TRUSTED_PROXIES": "the proxy"}, "MENDLINE_TRUSTED_PROXIES"),
    ({"MENDLINE_KEYS": "short"}, "MENDLINE_KEYS"),
    ({"MENDLINE_KEYS": f"{KEY},"}, "MENDLINE_KEYS"),
    ({**LIVE, "TWILIO_AUTH_TOKEN": " , "}, "TWILIO_AUTH_TOKEN"),
    ({**LIVE, "TWILIO_API_KEY": "SK1"}, "TWILIO_API_SECRET"),
    ({**LIVE, "TWILIO_FROM_NUMBER": ""}, "TWILIO_MESSAGING_SERVICE_SID"),
    ({**LIVE, "TWILIO_FROM_NUMBER": "507-555-0100"}, "TWILIO_FROM_NUMBER"),
    ({**LIVE, "TWILIO_PAGE_FROM_NUMBER": "page"}, "TWILIO_PAGE_FROM_NUMBER"),
    ({**LIVE, "MENDLINE_KEYS": ""}, "MENDLINE_KEYS is missing"),
    ({**LIVE, "MENDLINE_CLOCK": "clock.json"}, "MENDLINE_CLOCK"),
    ({**LIVE, "PUBLIC_BASE_URL": "http://texts.clinic.example"}, "https://"),
]


@pytest.mark.parametrize(("environment", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_refused_with_a_sentence(environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read({"MENDLINE_DATA": str(tmp_path), **environment})

    assert sentence in str(refused.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        read({"PORT": "x", "MENDLINE_FLOW": "y", "DATABASE_URL": "z"})

    assert len(str(refused.value).splitlines()) == 3


def test_no_secret_is_repeated_in_a_refusal() -> None:
    with pytest.raises(SettingsError) as refused:
        read({"MENDLINE_KEYS": "my-secret-key", "DATABASE_URL": "mysql://user:my-password@host/n"})

    assert "my-" not in str(refused.value)


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path, is_new = make_key_file(tmp_path / "data")
    _, again = make_key_file(tmp_path / "data")

    assert (is_new, again) == (True, False)
    assert path.stat().st_mode & 0o077 == 0
    assert len(read({"MENDLINE_DATA": str(tmp_path / "data")}).keys) == 1
