"""The canary's stage: its rows made ready for a round, and cleared away after it. The watchdog says when."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import Connection

from bot.core import canary
from bot.core.flow import Ask, Flow
from bot.core.plan import Sends
from bot.core.session import start
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, facts
from bot.store import canary as rows
from bot.store import marks, patients, sessions

log = logging.getLogger(__name__)

SINCE_SURGERY = timedelta(days=3)
"""How long ago the canary's surgery always was."""


def stage(parts: Parts, moment: Moment) -> None:
    """Do what the watchdog asks for. A conversation is begun, so that the text goes through a flow."""
    script = parts.scripts.live()

    def work(tx: Connection) -> None:
        wanted = marks.hold(tx, canary.WANTED)
        if wanted is None or rows.is_staged(tx, wanted.value):
            return
        rows.wipe(tx)
        if wanted.value:
            _begin(tx, parts, script, wanted.value, moment)
        marks.leave(tx, canary.STAGED, wanted.value, moment.real)

    parts.database.write(work)


def _begin(tx: Connection, parts: Parts, script: Script, round_: str, moment: Moment) -> None:
    rows.ensure(tx, parts.vault, surgery_day=(moment.now - SINCE_SURGERY).date(), now=moment.now)
    flow = _first_flow(script)
    if flow is None:
        log.warning("no check-in that asks anything is published: the canary goes without a conversation")
        return
    turn = start(flow, script.version, facts(tx, script, patients.get(tx, canary.PATIENT_ID), moment.now, flow=flow))
    ask = flow.step(turn.session.step or "")
    sessions.begin(
        tx,
        parts.vault,
        parts.ids(),
        contact_id=canary.CONTACT_ID,
        patient_id=canary.PATIENT_ID,
        occurrence=f"canary:{round_}",
        session=turn.session,
        nudge_at=None,
        expires_at=moment.now + ask.expires_after if isinstance(ask, Ask) else None,
        now=moment.now,
    )


def _first_flow(script: Script) -> Flow | None:
    """The first check-in of the care plan that is live."""
    if script.library is None:
        return None
    names = (item.content for item in script.library.plan.items if item.sends is Sends.FLOW)
    return next((script.library.flows[name] for name in names), None)
