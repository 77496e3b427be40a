"""After a failed attempt: what becomes of the message, by the error's class and by which way its kind fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.delivery import ErrorRule, OutboxState, Verdict, retry_at
from bot.core.enrollment import MessageKind

PAGE_RETRY = timedelta(seconds=5)
"""A page that did not go out is tried again at once, while the ladder climbs past it."""

HALT = timedelta(minutes=1)
"""How long the lanes rest once the carrier refuses our account: every further call would be refused too."""

BLOCKS = frozenset({Verdict.STOP_NUMBER, Verdict.OPTED_OUT})
"""After these the carrier will not reach the number: nothing we begin is sent there until it texts us again."""


@dataclass(frozen=True, slots=True)
class Next:
    """The state the message is in from now on; `again_at`: when it is tried again. `blocks`: the number is dead."""

    state: OutboxState
    again_at: datetime | None = None
    blocks: bool = False


PROVED = "several numbers"
"""In place of the contact whose number was refused first: a second one was, too."""


def is_account_refused(rule: ErrorRule, *, is_first_try: bool, refused_before: str | None, contact_id: str) -> bool:
    """Is it our account or sender that the carrier refuses, or may this one number be the cause?

    | the code is about | and                                                                | we believe         |
    |-------------------|--------------------------------------------------------------------|--------------------|
    | our account       | whatever the number                                                | it: the lanes rest |
    | sender and number | a second number's first try fails so too, nothing accepted between | it: the lanes rest |
    | sender and number | that was so, and nothing was accepted since                        | it: the lanes rest |
    | sender and number | anything else: one number, or the same messages tried again        | it is the number   |

    `refused_before`: whose first try was refused with this code since the carrier last accepted anything, or PROVED.
    """
    if rule.verdict is not Verdict.CONFIGURATION:
        return False
    if not rule.may_be_number or refused_before == PROVED:
        return True
    return is_first_try and refused_before is not None and refused_before != contact_id


def after_failure(
    kind: MessageKind,
    rule: ErrorRule,
    *,
    attempts: int,
    not_after: datetime | None,
    account_refused: bool,
    now: datetime,
) -> Next:
    """A tip that may have gone out is not sent again without proof; a page that may not have, at once."""
    if kind is MessageKind.PAGE:
        return _page(rule, now)
    if rule.verdict is Verdict.AMBIGUOUS:
        # The row stays "sending": the sweep looks for proof before anything is sent again.
        return Next(OutboxState.SENDING)
    if account_refused:
        return Next(OutboxState.PENDING, now + HALT)
    again = retry_at(now, attempts, rule)
    if again is not None and not (not_after and again >= not_after):
        return Next(OutboxState.PENDING, again)
    return Next(OutboxState.FAILED, blocks=rule.verdict in BLOCKS)


def _page(rule: ErrorRule, now: datetime) -> Next:
    """A number that can never be reached is not tried again: the ladder goes on without it."""
    if rule.verdict in BLOCKS or rule.verdict is Verdict.CONTENT:
        return Next(OutboxState.FAILED)
    return Next(OutboxState.PENDING, now + PAGE_RETRY)
