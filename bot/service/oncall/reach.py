"""On which channels a page can go to somebody. Quiet hours do not come into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.core.enrollment import Channel, MessageKind
from bot.service.parts import Parts
from bot.store.outbox import Draft
from bot.store.staff import Staff


def channels(parts: Parts, member: Staff) -> list[Channel]:
    """By SMS and by e-mail, so that one carrier account is never the only way."""
    by_mail = member.sealed_email and Channel.EMAIL in parts.carriers
    return ([] if member.has_stopped else [Channel.SMS]) + ([Channel.EMAIL] if by_mail else [])


def is_reachable(parts: Parts, member: Staff) -> bool:
    """Is there any channel on which a page can go to them?"""
    return bool(channels(parts, member))


def would_hear(parts: Parts, member: Staff, failing: Mapping[str, str]) -> bool:
    """Would a page get through, by what the carrier said of this phone last? It is tried all the same."""
    there = channels(parts, member)
    return Channel.EMAIL in there or (Channel.SMS in there and member.contact_id not in failing)


def note(parts: Parts, member: Staff, words: str, *, occurrence: str, now: datetime) -> Draft:
    """What one of the team is told by text that is no page. `occurrence` names what it is about: told once."""
    return Draft(
        id=parts.ids(),
        kind=MessageKind.NOTICE,
        contact_id=member.contact_id,
        occurrence=occurrence,
        body=words,
        due_at=now,
        created_at=now,
        staff_id=member.id,
    )
