"""A text that reaches us late answers the question that was open when it was sent, and never a later one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bot.core.flow import Ask
from bot.core.session import State
from bot.service.inbound.case import Case, Who
from bot.store import sessions
from bot.store.sessions import Conversation


@dataclass(frozen=True, slots=True)
class Closed:
    """The conversation as it waited when the text was sent; None: nothing waited. `is_answered`: by another text."""

    conversation: Conversation | None
    is_answered: bool = False


def closed_question(case: Case, tx: Connection, who: Who) -> Closed | None:
    """None for a text that came in time, or to whose question nothing else has happened."""
    sent_at = case.kept.received_at
    if sent_at >= case.moment.now:
        return None
    if who.conversation and sessions.asked_at(tx, who.conversation.id) <= sent_at:
        return None
    conversation = sessions.open_at(tx, case.parts.vault, who.contact.id, sent_at)
    if conversation is None:
        return Closed(None) if who.conversation else None
    return _as_it_waited(case, tx, conversation)


def _as_it_waited(case: Case, tx: Connection, conversation: Conversation) -> Closed:
    session = conversation.session
    flow = case.parts.scripts.flow(session.version, session.flow)
    answered = sessions.answered_after(tx, conversation.id, case.kept.received_at)
    step = next((name for name in answered if isinstance(flow.step(name), Ask)), None)
    waited = step or session.step
    if waited is None:
        return Closed(None)
    then = replace(session, step=waited, state=State.ACTIVE, unclear=0, closed=None)
    return Closed(replace(conversation, session=then), is_answered=step is not None)
