"""How many parts a text takes on the air: a second opinion beside the clinic's own count."""

from __future__ import annotations

PLAIN = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = set("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """At least 1. A two-unit character is never cut in half, so a part may end one unit short."""
    if set(text) <= PLAIN | DOUBLE:
        return _parts([2 if letter in DOUBLE else 1 for letter in text], single=160, part=153)
    return _parts([2 if ord(letter) > 0xFFFF else 1 for letter in text], single=70, part=67)


def _parts(units: list[int], *, single: int, part: int) -> int:
    if sum(units) <= single:
        return 1
    parts, used = 1, 0
    for size in units:
        if used + size > part:
            parts, used = parts + 1, 0
        used += size
    return parts
