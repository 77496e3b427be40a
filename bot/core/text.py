"""What was typed, folded to one plain spelling, so that everything that reads it sees the same letters."""

from __future__ import annotations

import unicodedata

# Before NFKC, which would glue a fraction to the number before it ("7½" to 71⁄2) and turn "º" into a letter.
_PLAIN = {
    **dict.fromkeys(map(ord, "‘’‚‛ʼʹ´`＇′"), "'"),
    **dict.fromkeys(map(ord, "“”„‟«»″＂"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-"),
    **dict.fromkeys(map(ord, "ºª˚"), "°"),
    ord("½"): " 1/2",
    ord("¼"): " 1/4",
    ord("¾"): " 3/4",
    ord("⁄"): "/",
    ord("∕"): "/",
    ord("🔟"): " 10 ",
    **{ord(mark): f"^{digit}" for digit, mark in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **dict.fromkeys(range(0x1F3FB, 0x1F400)),  # skin tones
    0x20E3: None,  # the keycap around 7️⃣
}
_UNSEEN = frozenset({"Mn", "Me", "Cf"})


def normalise(text: str) -> str:
    """Lower case, no accents, no invisible characters, plain quotes, dashes and digits, single spaces.

    Punctuation and emoji stay. Normalising twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", text.translate(_PLAIN)).casefold()
    folded = "".join(map(_plain, unicodedata.normalize("NFKD", text)))
    # Compatibility forms may unfold into marks that are themselves in the table.
    return " ".join(unicodedata.normalize("NFC", folded.translate(_PLAIN)).casefold().split())


def _plain(char: str) -> str:
    if char.isascii():
        return char
    if unicodedata.category(char) in _UNSEEN:
        return ""
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)
