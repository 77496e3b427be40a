"""Every way in which a webhook may be signed, or may pretend to be.

The vectors were computed with Twilio's own libraries (twilio-python 9.13.0 and twilio-node 6.2.0) and checked against
both; each says in its `why` what it is about.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from bot.carrier.signature import FORM, form_of, is_signed

FILE = Path(__file__).parent / "data" / "signature_vectors.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["vectors"]


def test_there_are_as_many_vectors_as_the_file_says() -> None:
    assert len(VECTORS) == json.loads(FILE.read_text("utf-8"))["count"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_vector(vector: dict[str, Any]) -> None:
    accepted = is_signed(
        url=vector["url"],
        raw_body=(vector["raw_body"] or "").encode(),
        content_type=vector["content_type"],
        signature=vector["signature"],
        tokens=("another-token", vector["token"]),
        method=vector["method"],
    )

    assert accepted is vector["valid"], vector["why"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_no_vector_is_accepted_under_another_token(vector: dict[str, Any]) -> None:
    accepted = is_signed(
        url=vector["url"],
        raw_body=(vector["raw_body"] or "").encode(),
        content_type=vector["content_type"],
        signature=vector["signature"],
        tokens=("another-token", ""),
        method=vector["method"],
    )

    assert accepted is False


SIGNATURES = [None, "", "x", "é", "=" * 10_000, "RSOYDt4T1cUTdK1PDd93/VVr8B8=\n"]
KINDS = [FORM, "application/json", "text/plain", "", ";;;"]
URLS = ["https://clinic.example/sms", "https://clinic.example:bad/", "http://[::1", ""]
BODIES = [b"", b"a=b", b"\xff\xfe", b"{", b"&&&=%zz"]


def test_odd_input_is_a_no_and_never_an_error() -> None:
    for signature, kind, url, body in itertools.product(SIGNATURES, KINDS, URLS, BODIES):
        accepted = is_signed(url=url, raw_body=body, content_type=kind, signature=signature, tokens=("token",))

        assert accepted is False, (signature, kind, url, body)


def test_blank_values_and_spaces_are_kept() -> None:
    assert form_of(b"Body=&From=+%201") == {"Body": [""], "From": ["  1"]}
