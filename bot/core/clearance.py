"""Just before the call: may this message leave now, must it wait, or is it too late? Whatever held it up until here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.enrollment import Consent, MessageKind, refusal
from bot.core.hours import Hours, next_open

HOLD_LOOK = timedelta(minutes=5)
"""How long a message waits before it is looked at again while the clinic's time is in doubt."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """No reason: it may leave. With `wait_until` it is put off until then; with a reason alone it is skipped."""

    reason: str = ""
    wait_until: datetime | None = None


GO = Clearance()


@dataclass(frozen=True, slots=True)
class Departure:
    """What is asked about. `is_unasked`: we begin it (consent, tip, check-in, nudge, notice), so hours bind it.

    `is_first_answer`: it answers a text and was not tried before. To somebody who has stopped us that is the one
    confirmation that may follow a STOP, with an emergency's instruction in it: all that waited before was canceled.
    """

    kind: MessageKind
    is_unasked: bool
    not_after: datetime | None
    consent: Consent
    is_blocked: bool
    zone: ZoneInfo
    is_first_answer: bool = False


def clear(message: Departure, hours: Hours, *, is_held: bool, now: datetime) -> Clearance:
    """Still consenting, still within its window, and by day where the patient lives.

    `hours`: when patients may be written to unasked. `is_held`: the clinic's clock jumped and nobody has said yet
    that the new time is right, so nothing begins that depends on the hour.
    """
    refused = refusal(message.kind, message.consent, is_blocked=message.is_blocked)
    if refused and not (message.is_first_answer and message.consent is Consent.STOPPED):
        return Clearance(refused)
    if message.not_after is not None and now >= message.not_after:
        return Clearance("window missed")
    if not message.is_unasked:
        return GO
    if is_held:
        return _put_off(message, now + HOLD_LOOK, "the clock jumped")
    opens = next_open(now, message.zone, hours)
    return GO if opens <= now else _put_off(message, opens, "outside hours")


def _put_off(message: Departure, until: datetime, reason: str) -> Clearance:
    if message.not_after is not None and until >= message.not_after:
        return Clearance(reason)
    return Clearance(reason, until)
