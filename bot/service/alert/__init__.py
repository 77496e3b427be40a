"""A red flag reaches people: raised with its cause, paged, up the ladder. It ends only with a named person."""

from bot.service.alert.ladder import climb_due, give_up, page_failed
from bot.service.alert.page import page_values, page_words
from bot.service.alert.raising import (
    CALL_CANNOT_TEXT,
    raise_for,
    raise_once,
    raise_operations,
    raise_rota,
    raise_unreadable,
)
from bot.service.alert.silent import climb_silences, fell_silent
from bot.service.alert.taking import acknowledge, acknowledge_by_text, acknowledge_linked, resolve, resolve_linked
from bot.service.alert.telling import tell_colleagues

__all__ = [
    "CALL_CANNOT_TEXT",
    "acknowledge",
    "acknowledge_by_text",
    "acknowledge_linked",
    "climb_due",
    "climb_silences",
    "fell_silent",
    "give_up",
    "page_failed",
    "page_values",
    "page_words",
    "raise_for",
    "raise_once",
    "raise_operations",
    "raise_rota",
    "raise_unreadable",
    "resolve",
    "resolve_linked",
    "tell_colleagues",
]
