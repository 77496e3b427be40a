"""A refusal as a sentence on a page."""

from __future__ import annotations

from bot.errors import Refused


def sentence(refused: Refused | None) -> str:
    """Empty where nothing was refused."""
    text = str(refused) if refused else ""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
