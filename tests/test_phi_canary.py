"""A patient with unmistakable words goes through a running clinic; then they are looked for wherever bytes are kept.

Found they may be in two places only: on the patient's own way (the pretend phone company's books, which stand for
Twilio's) and in sealed columns, where nobody can read them.
"""

from __future__ import annotations

import os
import signal
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, quote_plus, urlencode, urlsplit

import pytest
from redis import Redis

from bot import doorbell_server
from bot import settings as reading
from bot.carrier.pretend.signature import sign
from tests.cli.conftest import Terminal
from tests.processes import alive, wait_for
from tests.test_up import Clinic

pytestmark = [
    pytest.mark.xdist_group("up"),  # one clinic at a time: each is a handful of processes
    pytest.mark.skipif(sys.platform != "linux", reason="looks for orphans in /proc"),
]

NUMBER, NURSE = "+15075550947", "+15075550948"
SECRETS = ("Quetzalxochitl", "Vermillionhaven", "5075550947", "marzipanzebra", "tangerineyeti")
"""Name, address, number, and words that were texted."""

THEIRS = ("carrier",)
"""Files whose names begin so belong to the pretend phone company: what was texted is its business to know."""


def disguises(secret: str) -> Iterator[bytes]:
    """As text, in UTF-16 either way, in base64 at any place in it, in hexadecimal, and in an address."""
    plain = secret.encode()
    yield plain
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    for before in range(3):
        # The first and last signs of base64 depend on the neighbours: what is between them does not.
        yield b64encode(b"\0" * before + plain)[4 if before else 0 : -4]
    yield plain.hex().encode()
    yield from (quote(f"ñ {secret}")[6:].encode(), quote_plus(f"+1{secret}").encode())


def found_in(data: bytes) -> list[str]:
    return [secret for secret in SECRETS if any(disguise in data for disguise in disguises(secret))]


def found_under(folder: Path) -> dict[str, list[str]]:
    """By file; what vanishes while we look was not kept."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith(THEIRS):
            try:
                found[str(path.relative_to(folder))] = found_in(path.read_bytes())
            except OSError:
                continue
    return {name: secrets for name, secrets in found.items() if secrets}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "base64", "base64 within", "hex", "address"])
def test_the_search_finds_what_lies_open(tmp_path: Path, encoding: str) -> None:
    said = "I am Quetzalxochitl Ruiz"
    lying = {
        "base64": b64encode(said.encode()),
        "base64 within": b64encode(f"x{said}".encode()),
        "hex": said.encode().hex().encode(),
        "address": quote(said).encode(),
    }.get(encoding) or said.encode(encoding)
    (tmp_path / "file").write_bytes(b"\0\xff" * 500 + lying + b"\0" * 500)

    assert found_under(tmp_path) == {"file": ["Quetzalxochitl"]}


@pytest.fixture(params=["sqlite", "postgres"])
def clinic(request: pytest.FixtureRequest, tmp_path: Path, nowhere: Callable[[str], str]) -> Iterator[Clinic]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    url = {"DATABASE_URL": nowhere("postgres")} if request.param == "postgres" else {}
    clinic = Clinic(tmp_path / "data", TMPDIR=str(temporary), **url)
    yield clinic
    for number in alive(clinic.data):
        os.kill(number, signal.SIGKILL)


def test_what_patients_say_is_found_nowhere_but_in_sealed_columns(
    clinic: Clinic, tmp_path: Path, postgres: str
) -> None:
    clinic.up()
    terminal = Terminal({"MENDLINE_DATA": str(clinic.data), **clinic.environment})
    enroll(terminal)

    said = live_through_a_day(clinic)
    assert wait_for(lambda: len(terminal("alerts", "list", "--json").json) >= 1, 20)
    assert terminal("backup", str(tmp_path / "copy")).code == 0
    said += look_at_public_pages(clinic)
    kept = what_redis_keeps(clinic)

    assert found_in(kept) == []
    assert found_in("".join(said).encode()) == []
    assert found_in(clinic.said.encode()) == []
    assert found_under(tmp_path) == {}
    assert "marzipanzebra" in terminal("show", "inbox", "--reveal", "--json").out
    if "DATABASE_URL" in clinic.environment:
        assert found_under(postgres_folder(postgres)) == {}
    clinic.end()
    assert found_under(tmp_path) == {}


def enroll(terminal: Terminal) -> None:
    who = ["--phone", NUMBER, "--name", "Quetzalxochitl Ruiz", "--address", "1 Vermillionhaven St"]
    care = ["--timezone", "America/Chicago", "--surgery", "2026-11-20", "--consented"]
    assert terminal("patients", "add", *who, *care).code == 0
    assert terminal("staff", "add", "--phone", NURSE, "--name", "N. One", "--role", "nurse", "--on-call", "1").code == 0


def live_through_a_day(clinic: Clinic) -> list[str]:
    """Texts that are understood, that are not, an emergency, the same again, and some that are not signed."""
    words = ("marzipanzebra", "i cant breathe tangerineyeti", "tangerineyeti 7", "STOP marzipanzebra", "STOP")
    for number, body in enumerate(words):
        assert post(clinic, number, body, signed=True)[0] == 200
        assert post(clinic, number, body, signed=True)[0] == 200
    return [post(clinic, 9, "marzipanzebra", signed=False)[1]]


def post(clinic: Clinic, number: int, body: str, *, signed: bool) -> tuple[int, str]:
    settings = reading.read({"MENDLINE_DATA": str(clinic.data)})
    url = f"http://127.0.0.1:{clinic.port}/sms/inbound"
    fields = {"MessageSid": f"SM{number:032x}", "From": NUMBER, "To": "+15075550100", "Body": body}
    signature = sign(settings.pretend_token if signed else "not the token", url, fields.items())
    return ask(url, urlencode(fields).encode(), {"X-Twilio-Signature": signature})


def look_at_public_pages(clinic: Clinic) -> list[str]:
    """Pages that anybody may see, and those that say what went wrong; whoever asks has the words in the address."""
    paths = ("/metrics", "/readyz", "/healthz", "/", "/sign-in", "/a/guess", "/nowhere", "/alerts", "/patients")
    base = f"http://127.0.0.1:{clinic.port}"
    large = b"Body=" + b"marzipanzebra" * 30_000
    asked = [ask(f"{base}{path}")[1] for path in paths]
    return [*asked, ask(f"{base}/sms/inbound", large)[1], ask(f"{base}/sms/nowhere", b"Body=marzipanzebra")[1]]


def ask(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    asking = urllib.request.Request(url, data, headers or {})  # noqa: S310 - an address of our own
    try:
        with urllib.request.urlopen(asking, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def what_redis_keeps(clinic: Clinic) -> bytes:
    """Every key with all that it holds, as the server itself would write it to a disk."""
    with Redis.from_url(doorbell_server.url(clinic.data)) as redis:
        keys: list[bytes] = list(redis.scan_iter())
        assert keys  # the bell was rung
        return b"".join(key + (redis.dump(key) or b"") for key in keys)


def postgres_folder(server: str) -> Path:
    """Where this run's Postgres keeps its files, its WAL among them."""
    return Path(parse_qs(urlsplit(server).query)["host"][0])


def test_the_folder_of_postgres_is_really_looked_at(postgres: str) -> None:
    assert (postgres_folder(postgres) / "PG_VERSION").exists()
