"""What the carrier said of a message, and what follows: stop, ask, or try again at a known time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.core.hours import at_local, local_day

_CARRIER_DAY = ZoneInfo("America/Los_Angeles")
"""US carriers' daily caps start anew at midnight Pacific (Twilio 30023, 30027)."""

LONGEST_WAIT = timedelta(hours=6)
MOST_DOUBLINGS = 16
"""Far beyond the longest wait; more would only overflow."""

_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")


class Verdict(StrEnum):
    """What the sender must do. `OTHER` is for a person to look at: never repeated by itself."""

    SENT = "sent"
    STOP_NUMBER = "stop_number"
    OPTED_OUT = "opted_out"
    CONFIGURATION = "configuration"
    CONTENT = "content"
    RETRY_LATER = "retry_later"
    AMBIGUOUS = "ambiguous"
    EXPIRED = "expired"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """`what` is a sentence for staff. `tries` counts sends in all, the first among them; the wait doubles up to
    `longest`. `may_be_number`: our sender is refused for this number, so the number may be the cause and not we.
    """

    verdict: Verdict
    what: str
    tries: int = 1
    backoff: timedelta = timedelta(0)
    longest: timedelta = LONGEST_WAIT
    until_cap_resets: bool = False
    may_be_number: bool = False


def _no(verdict: Verdict, what: str) -> ErrorRule:
    return ErrorRule(verdict, what)


def _again(what: str, *, tries: int, minutes: float, until_cap_resets: bool = False) -> ErrorRule:
    wait = timedelta(minutes=minutes)
    return ErrorRule(Verdict.RETRY_LATER, what, tries, wait, until_cap_resets=until_cap_resets)


def outage(what: str, *, minutes: float) -> ErrorRule:
    """The carrier is away, and no message is to blame: a night long, every quarter of an hour at the latest."""
    wait, longest = timedelta(minutes=minutes), timedelta(minutes=15)
    return ErrorRule(Verdict.RETRY_LATER, what, tries=60, backoff=wait, longest=longest)


def _perhaps_number(what: str) -> ErrorRule:
    return ErrorRule(Verdict.CONFIGURATION, what, tries=4, backoff=timedelta(minutes=1), may_be_number=True)


_STOP, _OUT = Verdict.STOP_NUMBER, Verdict.OPTED_OUT
_CONFIG, _CONTENT = Verdict.CONFIGURATION, Verdict.CONTENT

UNKNOWN = _no(Verdict.OTHER, "The carrier gave a reason that we do not know: look it up before sending again.")

ERRORS: Mapping[int, ErrorRule] = MappingProxyType(
    {
        21211: _no(_STOP, "This is not a phone number that can be texted: ask for another."),
        21614: _no(_STOP, "This number is not a mobile phone: ask for one that takes texts."),
        21612: _no(_STOP, "Texts cannot be routed to this number: ask for another."),
        30005: _no(_STOP, "No phone answers to this number any more: ask for another."),
        30006: _no(_STOP, "This is a landline or cannot take texts: ask for a mobile number."),
        63003: _no(_STOP, "This address does not exist on its channel: ask for another."),
        63024: _no(_STOP, "This address cannot be reached on its channel: ask for another."),
        21610: _no(_OUT, "This phone has opted out at the carrier: call instead."),
        30004: _no(_OUT, "This phone blocks our texts: call instead."),
        63014: _no(_OUT, "This person has blocked our messages: call instead."),
        20003: _no(_CONFIG, "The carrier refuses our account or token: nothing can be sent."),
        21408: _perhaps_number("Our account may not text to this region: permit it at the carrier."),
        21606: _perhaps_number("Our sender number cannot text to this number: check the sender."),
        21603: _no(_CONFIG, "No sender was given: set the sender number or messaging service."),
        21703: _no(_CONFIG, "The messaging service has no sender: add a number to it."),
        21705: _no(_CONFIG, "The messaging service is not valid: check its id."),
        30002: _no(_CONFIG, "Our account at the carrier is suspended: nothing can be sent."),
        30032: _no(_CONFIG, "Our toll-free number is not verified: nothing is delivered from it."),
        30033: _no(_CONFIG, "Our campaign is suspended: nothing is delivered."),
        30034: _no(_CONFIG, "Our number is not registered for this traffic (10DLC)."),
        30035: _no(_CONFIG, "Our number's registration is not complete (10DLC)."),
        63038: _no(_CONFIG, "Our account has reached its daily limit: nothing more can be sent today."),
        30007: _no(_CONTENT, "The carrier filtered this text as unwanted: reword it."),
        21617: _no(_CONTENT, "This text is too long: 1,600 characters at most."),
        30019: _no(_CONTENT, "This content is too large for the phone's carrier."),
        63016: _no(_CONTENT, "Outside the channel's reply window only approved templates may be sent."),
        20429: outage("The carrier is taking too many requests at once.", minutes=0.1),
        20503: outage("The carrier is out of service for the moment.", minutes=1),
        21611: _again("Our sender's queue at the carrier is full.", tries=6, minutes=5),
        30001: _again("Our queue at the carrier is full.", tries=6, minutes=5),
        30003: _again("The phone is off or out of reach.", tries=4, minutes=15),
        30008: _again("The phone's carrier failed and did not say why.", tries=2, minutes=5),
        30017: _again("The phone's carrier is congested.", tries=5, minutes=5),
        30022: _again("We send faster than the carrier allows.", tries=6, minutes=1),
        30023: _again("Today's limit at the carrier is reached.", tries=3, minutes=5, until_cap_resets=True),
        30027: _again("Today's limit at this carrier is reached.", tries=3, minutes=5, until_cap_resets=True),
        30450: _again("The carrier holds back a burst of texts to this prefix.", tries=3, minutes=30),
        20500: _no(Verdict.AMBIGUOUS, "The carrier failed while taking this text: it may have gone out."),
        # Retryable at first sight, but Twilio itself does not, "to avoid duplicate message delivery".
        30410: _no(Verdict.AMBIGUOUS, "The phone's carrier did not answer in time: it may have gone out."),
        30036: _no(Verdict.EXPIRED, "The text was not delivered in time and is stale."),
        30009: _no(Verdict.OTHER, "Part of a patient's text was lost on the way: ask them to send it again."),
        20009: _no(Verdict.OTHER, "The carrier cannot delete this text yet."),
        30409: _no(Verdict.OTHER, "The carrier can no longer cancel this text."),
    }
)  # fmt: skip
"""Every error code with a rule of its own (twilio.com/docs/api/errors)."""

_BY_STATUS: Mapping[int, ErrorRule] = MappingProxyType({429: ERRORS[20429], 401: ERRORS[20003], 403: ERRORS[20003]})


def rule(code: int | None, status: int | None) -> ErrorRule:
    """The rule for an error. `code` is Twilio's, `status` that of HTTP; neither means no answer came."""
    if code is not None and code in ERRORS:
        return ERRORS[code]
    # The client library repeats the HTTP status as the code when the body names none.
    status = code if status is None and code is not None and code < 600 else status
    if status is None:
        return UNKNOWN if code else ERRORS[20500]
    return _BY_STATUS.get(status) or (ERRORS[20500] if status >= 500 else UNKNOWN)


def verdict(code: int | None, status: int | None) -> Verdict:
    """What became of a send. No code and no status: the answer was lost, so the text may have gone out."""
    if not code and status is not None and 200 <= status < 300:
        return Verdict.SENT
    return rule(code, status).verdict


def retry_at(now: datetime, attempts: int, rule: ErrorRule) -> datetime | None:
    """When to send again after `attempts` sends, or None when a person must look at it."""
    if attempts >= rule.tries:
        return None
    wait = min(rule.backoff * (1 << min(max(attempts - 1, 0), MOST_DOUBLINGS)), rule.longest)
    return (_cap_resets(now) if rule.until_cap_resets else now) + wait


def _cap_resets(now: datetime) -> datetime:
    tomorrow = local_day(now, _CARRIER_DAY) + timedelta(days=1)
    return at_local(tomorrow, time(0), _CARRIER_DAY)


class OutboxState(StrEnum):
    """Where a message of ours stands."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    CANCELED = "canceled"


class Status(StrEnum):
    """Twilio's words for a message's status. Callbacks come in any order, twice, or never."""

    SCHEDULED = "scheduled"
    ACCEPTED = "accepted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    PARTIALLY_DELIVERED = "partially_delivered"
    FAILED = "failed"
    CANCELED = "canceled"
    READ = "read"
    RECEIVING = "receiving"
    RECEIVED = "received"

    @property
    def rank(self) -> int:
        """How far along: five ranks on the way, one for every end, and one beyond for read."""
        return _RANKS[self]

    @property
    def is_terminal(self) -> bool:
        return self.rank >= _RANKS[Status.DELIVERED]


_RANKS: Mapping[Status, int] = MappingProxyType(
    {
        Status.RECEIVING: -2,  # these two are said of texts to us, never of ours
        Status.RECEIVED: -1,
        Status.SCHEDULED: 0,
        Status.ACCEPTED: 1,
        Status.QUEUED: 2,
        Status.SENDING: 3,
        Status.SENT: 4,
        Status.DELIVERED: 5,
        Status.UNDELIVERED: 5,
        Status.PARTIALLY_DELIVERED: 5,
        Status.FAILED: 5,
        Status.CANCELED: 5,
        Status.READ: 6,
    }
)

_STATES: Mapping[Status, OutboxState] = MappingProxyType(
    {
        Status.DELIVERED: OutboxState.DELIVERED,
        Status.READ: OutboxState.DELIVERED,
        Status.UNDELIVERED: OutboxState.UNDELIVERED,
        # A text of which a part is missing has not said what it had to say.
        Status.PARTIALLY_DELIVERED: OutboxState.UNDELIVERED,
        Status.FAILED: OutboxState.FAILED,
        Status.CANCELED: OutboxState.CANCELED,
        Status.RECEIVING: OutboxState.UNKNOWN,
        Status.RECEIVED: OutboxState.UNKNOWN,
    }
)


def later(current: Status, incoming: Status) -> Status:
    """The status that stands. Of two ends the first one heard does; only `read` goes beyond an end."""
    return incoming if incoming.rank > current.rank else current


def state_for(status: Status) -> OutboxState:
    """Until it has ended, a message that the carrier knows is accepted; `sent` for ever is normal."""
    return _STATES.get(status, OutboxState.ACCEPTED)


def is_sid(text: str) -> bool:
    """Is this a message's id? A success without one is no success."""
    return _SID.fullmatch(text) is not None
