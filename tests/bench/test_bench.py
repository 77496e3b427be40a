"""The benchmark runs, and prints every figure that it promises. How fast anything is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.bench import carrier, texts
from bot.bench.machine import free_port
from bot.bench.servers import servers
from bot.bench.texts import Target, phone, signed
from bot.bootstrap import ROOT
from bot.carrier.signature import FORM, is_signed


def bench(*arguments: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "bench", "--tiny", "--json", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_tiny_run_measures_floor_and_product(database: str) -> None:
    (found,) = bench("--only", "inbound", "--database", database)

    rows = found["rows"]
    assert isinstance(rows, list)
    assert [row["name"].split(",")[0] for row in rows] == ["floor", "product"] * 2
    assert all(row["texts/s"] > 0 for row in rows)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_claims_are_measured_as_the_outbox_grows(database: str) -> None:
    (found,) = bench("--only", "claim", "--database", database)

    rows = found["rows"]
    assert isinstance(rows, list)
    assert [row["name"] for row in rows] == ["7,000 rows", "14,000 rows"]


def test_red_flags_are_timed_to_the_carrier() -> None:
    (found,) = bench("--only", "pages", "--database", "sqlite")

    rows = found["rows"]
    assert isinstance(rows, list)
    assert [row["pages"] for row in rows] == [20, 20]


def test_a_text_is_signed_as_the_carrier_signs() -> None:
    target = Target(8123)

    head, _, body = signed(target, phone(7), "about 4 out of 10").request.partition(b"\r\n\r\n")

    lines = head.decode().split("\r\n")
    signature = next(line[20:].strip() for line in lines if line.startswith("X-Twilio-Signature: "))
    assert is_signed(
        url=target.base_url + texts.PATH, raw_body=body, content_type=FORM, signature=signature, tokens=[texts.TOKEN]
    )


def test_the_stub_carrier_knows_when_it_accepted_each_message() -> None:
    import http.client

    target = Target(free_port())
    with servers() as started:
        started.module("bot.bench.carrier", str(target.port))
        started.wait_for(target)
        carrier.set_latency(target, 0.01)
        connection = http.client.HTTPConnection("127.0.0.1", target.port)
        connection.request("POST", "/2010/Messages.json", "StatusCallback=http%3A%2F%2Fus%2Fsms%2Fstatus%3Fd%3Drow7")

        answer = connection.getresponse()

        assert answer.status == 201
        assert json.loads(answer.read())["sid"].startswith("SM")
        assert list(carrier.accepted(target)) == ["row7"]
