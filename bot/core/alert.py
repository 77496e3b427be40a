"""An alert: an open concern; who is paged next and when; and how a nurse's acknowledgement is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.policy import AFTER_KNOWN_FAILURE, Emergency, Policy
from bot.core.redflag.table import Tier

NOBODY_THERE = timedelta(minutes=1)
ROUTINE_LOOK = timedelta(days=1)


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Cause(StrEnum):
    """What raised an alert."""

    ANSWER = "answer"
    FREE_TEXT = "free_text"
    PICTURE = "picture"
    TREND = "trend"
    SILENCE = "silence"
    STILL_WANTED = "still_wanted"
    REVIEW = "review"
    NOT_UNDERSTOOD = "not_understood"
    FREE_WORDS = "free_words"
    LATE = "late"
    UNREADABLE = "unreadable"
    STOPPED = "stopped"
    UNDELIVERED = "undelivered"
    UNREACHABLE = "unreachable"
    UNCONFIRMED = "unconfirmed"
    WRONG_PERSON = "wrong_person"
    WANTS_PERSON = "wants_person"
    DEATH = "death"
    OPERATIONS = "operations"
    CLOCK = "clock"
    ROTA = "rota"


@dataclass(frozen=True, slots=True)
class OnCall:
    """A person who can be paged, and the rung of the ladder they stand on; None: only when everyone is paged."""

    staff_id: str
    rung: int | None


@dataclass(frozen=True, slots=True)
class Climb:
    """What the ladder knows of an alert. `round` counts the steps taken so far."""

    tier: Tier
    raised_at: datetime
    round: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder: whom to page now, whether to tell the patient the truth, and when to look again."""

    page: tuple[str, ...]
    tell_truth: bool
    next_at: datetime
    counts: bool = True


def climb(
    alert: Climb, people: Sequence[OnCall], policy: Policy, *, now: datetime, may_page: bool, next_opening: datetime
) -> Step:
    """The next step of an open alert's ladder. It never ends: there is always a next look.

    `may_page` is whether a same-day alert may be paged at this hour; else it waits for `next_opening`.
    """
    if alert.tier is Tier.ROUTINE:
        return Step((), tell_truth=False, next_at=now + ROUTINE_LOOK)
    if alert.tier is Tier.SAME_DAY and not may_page:
        return Step((), tell_truth=False, next_at=next_opening, counts=False)
    if not people:
        truth = _is_truth_due(alert, policy.emergency, now)
        return Step((), truth, next_at=now + NOBODY_THERE, counts=False)
    if alert.tier is Tier.EMERGENCY:
        return _emergency(alert, people, policy.emergency, now)
    return Step(_rung(people, alert.round), tell_truth=False, next_at=now + policy.same_day.next_person)


def _emergency(alert: Climb, people: Sequence[OnCall], policy: Emergency, now: datetime) -> Step:
    """What was said while we were down is old when its ladder begins: then everyone is paged at once, and has the time
    of one rung before the patient is told that nobody answered."""
    begins, tell_at = alert.round == 0, alert.raised_at + policy.tell_patient
    truth = not begins and _is_truth_due(alert, policy, now)
    if now - alert.raised_at >= policy.everyone:
        paged, next_at = tuple(person.staff_id for person in people), now + policy.again
    else:
        paged = _rung(people, alert.round)
        next_at = min(now + policy.next_person, alert.raised_at + policy.everyone)
    if not alert.is_told and not truth:
        next_at = min(next_at, tell_at if tell_at > now else now + policy.next_person)
    return Step(paged, truth, next_at)


def _is_truth_due(alert: Climb, policy: Emergency, now: datetime) -> bool:
    """The patient hears at thirty minutes that nobody has answered yet, once."""
    return alert.tier is Tier.EMERGENCY and not alert.is_told and now - alert.raised_at >= policy.tell_patient


def _rung(people: Sequence[OnCall], round_: int) -> tuple[str, ...]:
    """Those on the next rung; past the last it begins again. Without any rung, everybody."""
    rungs = sorted({person.rung for person in people if person.rung is not None})
    if not rungs:
        return tuple(person.staff_id for person in people)
    rung = rungs[round_ % len(rungs)]
    return tuple(person.staff_id for person in people if person.rung == rung)


def hurried(
    alert: Climb,
    people: Sequence[OnCall],
    policy: Policy,
    *,
    last_action_at: datetime | None,
    next_action_at: datetime,
    now: datetime,
) -> datetime:
    """When to act next once a page is known to have failed: within a minute, but not in a tight loop.

    Only while there is a next person to hurry to: one dead number must not page everybody else twice a minute.
    """
    if not _has_next_person(alert, people, policy, now):
        return next_action_at
    soonest = max(now, last_action_at + AFTER_KNOWN_FAILURE) if last_action_at else now
    return min(next_action_at, soonest)


def _has_next_person(alert: Climb, people: Sequence[OnCall], policy: Policy, now: datetime) -> bool:
    if alert.tier is Tier.EMERGENCY:
        return now - alert.raised_at < policy.emergency.everyone
    return alert.round < len({person.rung for person in people if person.rung is not None})


def free_code(taken: Set[str], pick: Callable[[int], int]) -> str:
    """A code of three characters that no open alert bears. `pick` gives a number below its argument.

    Should all 4,096 be taken, most of them tasks that nobody closed, a fourth character keeps an emergency from
    being the one that cannot be raised.
    """
    for width in (3, 4):
        count = 16**width
        start = pick(count)
        codes = (f"{(start + step) % count:0{width}X}" for step in range(count))
        code = next((code for code in codes if code not in taken), None)
        if code is not None:
            return code
    raise LookupError("there is no code left for an alert")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a nurse's text acknowledges. An empty code means "the one that I was paged about"."""

    code: str


_ACK = re.compile(
    r"(?:(?:ack(?:nowledged?)?|ok|got)[\s:#.-]*([0-9a-f]{3,4})|[\s:#.-]*([0-9a-f]{3}))[\s.!]*", re.IGNORECASE
)
_BARE = re.compile(r"ack(?:nowledged?)?[\s.!]*", re.IGNORECASE)


def acknowledgement(text: str) -> Acknowledgement | None:
    """Read "ack 4F7", "4f7" or a bare "ack"; None when the text is something else."""
    text = text.strip()
    if _BARE.fullmatch(text):
        return Acknowledgement("")
    match = _ACK.fullmatch(text)
    return Acknowledgement((match[1] or match[2]).upper()) if match else None
