"""How long words are kept: a rule for each kind of them, and until when each has passed. What has no rule stays.

How long a clinic must keep a record is for the law of its state to say (five to ten years after an adult's last visit
is usual, longer for minors); the limits here only keep words from going while they are still worked with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Kept(StrEnum):
    """What a rule may be about."""

    AT_CARRIER = "at_carrier"
    TEXTS = "texts"
    ALERTS = "alerts"
    ANSWERS = "answers"
    PAGES = "pages"


@dataclass(frozen=True, slots=True)
class Limit:
    """`what` goes when the rule says so, and not sooner than `least`, because of `why`."""

    what: str
    least: timedelta
    why: str


LIMITS: Mapping[Kept, Limit] = {
    Kept.AT_CARRIER: Limit(
        "the carrier's copy of what we sent and were sent",
        timedelta(days=3),
        "for two days its list is how a lost text is found",
    ),
    Kept.TEXTS: Limit(
        "what patients wrote and what they were sent, with notes of pictures",
        timedelta(days=30),
        "staff read what came before",
    ),
    Kept.ALERTS: Limit("quotes and notes of resolved alerts", timedelta(days=30), "an alert is looked at again"),
    Kept.ANSWERS: Limit("what was understood of each answer", timedelta(days=90), "outcomes are counted from it"),
    Kept.PAGES: Limit("the words of pages to staff", timedelta(days=7), "a page is looked at again"),
}

Rules = Mapping[Kept, timedelta]


@dataclass(frozen=True, slots=True)
class Retention:
    rules: Rules = field(default_factory=dict)

    def until(self, now: datetime) -> dict[Kept, datetime]:
        """Words from before these moments go."""
        return {kept: now - length for kept, length in self.rules.items()}

    def sentences(self) -> list[str]:
        """The rules as staff read them, those first that have one."""
        named = [f"{LIMITS[kept].what}: {length.days} days" for kept, length in self.rules.items()]
        return named + [f"{limit.what}: for ever" for kept, limit in LIMITS.items() if kept not in self.rules]


LONGEST_GAP = timedelta(days=3)
"""After a longer time without a look the clock may be wrong: what is gone does not come back, so a day is waited."""


def may_begin(last: date | None, today: date) -> bool:
    """Whether the words of so many days may go now. `last`: the day of the last look; None: there never was one."""
    return last is not None and timedelta() < today - last <= LONGEST_GAP
