"""The language that somebody asks for."""

from __future__ import annotations

from dataclasses import replace

from bot.core.enrollment import Consent
from bot.core.reception.adding import (
    saying,
)
from bot.core.reception.decision import Decision, Sender, Standing
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Heard


def in_language(decision: Decision, heard: Heard, standing: Standing) -> Decision:
    """Whatever else follows, it is said in the language asked for, which is confirmed in that language."""
    language = language_asked(heard)
    if not language or standing.consent is Consent.STOPPED or standing.sender is Sender.STAFF:
        return decision
    return replace(saying(decision, "language_set"), language=language)


def language_asked(heard: Heard) -> str:
    """The language asked for; none when both are, which is no request."""
    asked = {"es": Intent.WANTS_SPANISH, "en": Intent.WANTS_ENGLISH}
    wanted = [language for language, intent in asked.items() if intent in heard.intents]
    return wanted[0] if len(wanted) == 1 else ""
