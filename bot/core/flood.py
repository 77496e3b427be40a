"""How often a number is answered: enough for any person, and an end to whatever answers by itself.

Two machines that answer each other stop within five messages. Only answers are limited: every text is kept, screened,
and alerts as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUIET = timedelta(minutes=10)
"""After so long without one, answers in a row are counted anew: it is a person who comes back, not a machine."""

MOST_IN_AN_HOUR = 30
"""To a number that we know. A patient never needs as many."""

MOST_INSTRUCTIONS_IN_AN_HOUR = 200
"""What to do about a red flag: far above what a person needs, and still an end."""

MOST_TO_A_STRANGER = 3
"""In a day; the last of them is kept for a red flag's instruction."""

MOST_IDLE = 2
"""In a row, without the conversation moving on: "I did not understand", "staff will read it", "who are you"."""

MOST_IDLE_INSTRUCTIONS = 4
"""In a row, of a red flag's: it must be heard, and a person in need may write in bursts."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Answers to one number: how many since when, and how many idle ones in a row, the latest when."""

    since: datetime | None = None
    answers: int = 0
    idle: int = 0
    idle_at: datetime | None = None


def answer(pace: Pace, *, is_stranger: bool, instructs: bool, moves_on: bool, now: datetime) -> Pace | None:
    """The pace with this answer counted; None when it is one too many.

    `instructs`: it says what to do about a red flag. `moves_on`: a question was answered, consent given or taken back,
    a language chosen, a new concern heard.
    """
    over = pace.since is None or now - pace.since >= (DAY if is_stranger else HOUR)
    counted = replace(pace, since=now, answers=1) if over else replace(pace, answers=pace.answers + 1)
    is_anew = moves_on or pace.idle_at is None or now - pace.idle_at >= QUIET
    idle = 0 if moves_on else 1 if is_anew else pace.idle + 1
    if counted.answers > _most(is_stranger=is_stranger, instructs=instructs):
        return None
    if idle > (MOST_IDLE_INSTRUCTIONS if instructs else MOST_IDLE):
        return None
    return replace(counted, idle=idle, idle_at=now if idle else None)


def _most(*, is_stranger: bool, instructs: bool) -> int:
    if is_stranger:
        return MOST_TO_A_STRANGER if instructs else MOST_TO_A_STRANGER - 1
    return MOST_INSTRUCTIONS_IN_AN_HOUR if instructs else MOST_IN_AN_HOUR
