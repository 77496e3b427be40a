"""`mendline reconcile`: asks the carrier what it knows and we do not, at once; the clock does so by itself."""

from __future__ import annotations

import os
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot import settings
from bot.cli import output
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.service.reconcile.rounds import Reconciled

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
AGO = re.compile(r"(\d{1,5})([mhd])")
FURTHEST = timedelta(days=400)
"""The carrier keeps its list for no longer (twilio.com/docs, data retention of messages)."""


@click.command()
@click.option("--since", metavar="WHEN", help="Back to: 5d, 36h, or 2026-11-20T10:00Z. Without it: two days.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line: texts, messages, and the reading itself."
)
def reconcile(*, since: str | None, as_json: bool) -> None:
    """Ask the carrier what it knows and we do not: texts that never reached us, and messages whose end is unknown.

    \b
    The clock does this every minute and after an outage; by hand it is for being sure:
      mendline reconcile
      mendline reconcile --since 5d

    Nothing is taken in twice. Exit 1 when the carrier's list could not be read whole.
    """
    from bot import app
    from bot.cli.opened import opened
    from bot.service.reconcile import rounds
    from bot.service.talk import Moment

    found = settings.read(os.environ)
    clock = app.clock(found)
    start = _moment(since, clock.now()) if since else None
    with opened(found) as parts:
        done = rounds.now(parts, Moment(clock.now(), clock.real()), since=start)
    if as_json:
        output.say_json(_records(done))
    else:
        for line in _sentences(done):
            output.say(line)
    if done.missing:
        click.get_current_context().exit(1)


def _moment(text: str, now: datetime) -> datetime:
    """Raises UserError."""
    ago = AGO.fullmatch(text.strip().lower())
    try:
        moment = now - timedelta(**{UNITS[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise UserError(f"--since takes 90m, 3h, 2d or a time such as 2026-11-24T10:00Z, not {text!r}.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now:
        raise UserError(f"--since lies ahead: it is {output.moment(now)} now.")
    if moment < now - FURTHEST:
        raise UserError(f"--since goes back further than the carrier's list does: {FURTHEST.days} days.")
    return moment


def _sentences(done: Reconciled) -> list[str]:
    texts, messages = done.taken_in.texts, done.settled.settled
    lines = [f"The carrier's list was read back to {output.moment(done.since)}."]
    if texts:
        when = output.moment(texts[0].sent_at)
        if len(texts) == 1:
            lines.append(f"1 text had not reached us and is taken in: it was sent at {when}.")
        else:
            last = output.moment(texts[-1].sent_at)
            lines.append(f"{len(texts)} texts had not reached us and are taken in: sent from {when} to {last}.")
    if messages:
        ends = Counter(f"{message.kind.value} {message.state.value}" for message in messages)
        lines.append("Messages of ours that were settled: " + ", ".join(f"{n} {end}" for end, n in ends.items()) + ".")
    if done.taken_in.left:
        lines.append(f"Left to their webhooks, being only seconds old: {done.taken_in.left}. Ask again in a moment.")
    if done.missing:
        lines.append(f"It could not be read whole ({done.missing}): the clock goes on trying; see `mendline doctor`.")
    elif not (texts or messages or done.taken_in.left):
        lines.append("Nothing was missing.")
    return lines


def _records(done: Reconciled) -> list[output.Record]:
    texts = [{"what": "text", "sid": text.sid, "sent_at": output.moment(text.sent_at)} for text in done.taken_in.texts]
    messages = [
        {
            "what": "message",
            "id": message.id,
            "kind": message.kind.value,
            "state": message.state.value,
            "reason": message.reason,
            "sid": message.sid,
        }
        for message in done.settled.settled
    ]
    reading = {
        "what": "reading",
        "since": output.moment(done.since),
        "left_to_webhooks": done.taken_in.left,
        "missing": done.missing,
    }
    return [*texts, *messages, reading]
