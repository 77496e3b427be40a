"""What comes in and what follows from it: the nouns of reception."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.alert import Cause
from bot.core.enrollment import Act, Consent
from bot.core.flow import Flow
from bot.core.keyword import Keyword
from bot.core.redflag.table import Concern, Tier, Wording
from bot.core.session import Closed, Session, Turn


class Sender(StrEnum):
    """Whose phone a text came from. A nurse's own phone is handled apart from patients'."""

    PATIENT = "patient"
    STAFF = "staff"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Text:
    """What arrived. `carrier_answered`: the keyword to which the carrier's own filter has replied, so we must not.

    `id` names it and `at` is when it came (UTC); without a time it is bound to the waiting question alone.
    """

    body: str
    pictures: int = 0
    carrier_answered: Keyword | None = None
    id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The conversation that waits for an answer, with the flow of the version that it began with.

    `has_arrived`: the carrier has told that the waiting question reached the phone.
    """

    session: Session
    flow: Flow
    has_arrived: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """The conversation that ended last, with its flow, and when it did (UTC): a late answer belongs to it."""

    session: Session
    flow: Flow
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the sender stands when the text is taken in. `has_ended`: the care plan is over. `is_talked_with`: a
    person writes with them just now. `over`: the conversation before, when none waits."""

    sender: Sender
    consent: Consent
    waiting: Waiting | None = None
    has_ended: bool = False
    is_talked_with: bool = False
    over: Over | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that a person must see: it becomes an alert. Routine is a task with a due time."""

    tier: Tier
    cause: Cause
    concerns: tuple[Concern, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message to say. `notice` names the standard text, if it is one; `urgent` must be heard, even twice."""

    text: Wording | None = None
    notice: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one text: what to say, whom to tell, and what changes. `language`: the one asked for.

    `corrects`: the answer that was corrected, which staff see on the alerts that it raised.
    """

    say: tuple[Spoken, ...] = ()
    matters: tuple[Matter, ...] = ()
    consent: Consent | None = None
    acts: tuple[Act, ...] = ()
    turn: Turn | None = None
    ends_sessions: bool = False
    understood: str = ""
    language: str = ""
    corrects: Closed | None = None
