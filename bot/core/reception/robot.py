"""A phone that answers by itself."""

from __future__ import annotations

from bot.core.reception.adding import (
    pictures_of,
    with_red_flags,
)
from bot.core.reception.decision import Decision, Text
from bot.core.redflag.screen import Heard
from bot.core.session import Facts


def from_robot(text: Text, heard: Heard, facts: Facts) -> Decision:
    """A phone that answers by itself is not answered, or two machines would go on for ever. Unless it may be a person
    in an emergency after all; and staff hear all of it."""
    decision = Decision(understood="an automatic answer", matters=pictures_of(text))
    return with_red_flags(decision, heard, facts, only_emergency=True)
