"""Recovery mode: after a restore nothing is sent, pages excepted, until the carrier has told what was missed.

Somebody may have texted STOP after the backup was made, and much that the backup holds as due has been sent. So what
may have gone out is not sent again; what we begin and what we answer by REST waits; and every open alert is paged anew
at once. The answers in a webhook's own reply go on: whoever texts now is heard now.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.service.clock_steps import CLOCK
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import alerts, marks, outbox, plan, sessions
from bot.store.console import sign_ins

RECOVERY = "recovery"
"""The gate: one mark. Who sends asks for it, and reconciliation wipes it."""

MAY_HAVE_GONE_OUT = "restored: may have gone out"


def begin(tx: Connection, made_at: str, moment: Moment) -> None:
    """In the restore's own transaction."""
    for of_other_processes in ("alive:", CLOCK):
        marks.wipe(tx, of_other_processes)
    marks.leave(tx, RECOVERY, made_at, moment.real)
    plan.doubt(tx, moment.now, MAY_HAVE_GONE_OUT)
    outbox.doubt(tx, MAY_HAVE_GONE_OUT)
    sessions.doubt_nudges(tx, moment.now)
    alerts.page_again(tx, moment.now)
    sign_ins.end_every(tx, moment.real)


def since(tx: Connection) -> datetime | None:
    """Real time of the restore; None when nothing is being recovered."""
    mark = marks.find(tx, RECOVERY)
    return mark.at if mark else None


def is_on(parts: Parts) -> bool:
    return parts.database.read(since) is not None


def end(parts: Parts) -> bool:
    """Everything that the carrier carried meanwhile is known, or somebody says that it will not be. False when there
    was nothing to end."""

    def work(tx: Connection) -> bool:
        was_on = marks.hold(tx, RECOVERY) is not None
        marks.wipe(tx, RECOVERY)
        return was_on

    return parts.database.write(work)
