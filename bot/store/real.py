"""What the canary leaves is nobody's: whoever counts or lists leaves it out with these."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, or_

from bot.core import canary
from bot.store.tables import inbox

CANARYS = (canary.CONTACT_ID, canary.NURSE_CONTACT_ID)
"""The ids of its two contacts; its patient and its nurse bear the same."""

IS_REAL_TEXT: ColumnElement[bool] = inbox.c.sid.not_like(f"{canary.SID}%")
"""Of the inbox, whose rows have a contact only once they are taken in."""


def is_real(column: Column[Any]) -> ColumnElement[bool]:
    """Of a column that says whose a row is. What is nobody's (null) is real."""
    return or_(column.is_(None), column.not_in(CANARYS)) if column.nullable else column.not_in(CANARYS)
