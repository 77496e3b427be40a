"""Segments, by examples counted with Twilio's own calculator (npm sms-segments-calculator 1.3.0)."""

from __future__ import annotations

import pytest

from bot.carrier.pretend.segments import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("é" * 160, 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_takes_as_many_parts_as_on_the_air(text: str, parts: int) -> None:
    assert segments(text) == parts
