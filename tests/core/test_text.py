"""The plain spelling that every reader of replies sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import normalise


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("  Sí,  CLARO\n", "si, claro"),
        ("7️⃣", "7"),
        ("1️⃣0️⃣", "10"),
        ("🔟", "10"),
        ("７／１０", "7/10"),
        ("٧", "7"),
        ("7½", "7 1/2"),
        ("7²", "7^2"),
        ("can’t", "can't"),
        ("8–9", "8-9"),
        ("👍🏽", "👍"),
        ("101.3ºF", "101.3°f"),
        ("no\u200b\u2060 \ufeff", "no"),
        ("mañana", "manana"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_what_was_typed_has_one_plain_spelling(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@given(st.text())
def test_plain_spelling_stays_as_it_is(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
