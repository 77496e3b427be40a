"""Our signature is everybody's signature."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from bot.carrier.pretend.signature import sign

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "pretend_signatures.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_signature_is_the_one_that_both_libraries_make(vector: dict[str, Any]) -> None:
    fields = [(name, value) for name, value in vector["params"]]

    assert sign(vector["token"], vector["url"], fields) == vector["signature"]


def test_a_fragment_is_not_signed_and_twilio_agrees() -> None:
    fields = [("Body", "no más ✓"), ("From", "+15075550101"), ("Empty", "")]
    signature = sign("token", "https://clinic.example/sms/inbound?x=1#rc=3&rp=all", fields)

    assert RequestValidator("token").validate("https://clinic.example/sms/inbound?x=1", dict(fields), signature)
