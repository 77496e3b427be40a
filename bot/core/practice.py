"""The practice: who the clinic is, when it is there, and the numbers on which practices differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.core.hours import Hours, OfficeHours
from bot.core.policy import Policy
from bot.core.redflag.table import Wording
from bot.core.retention import Retention
from bot.core.session import Bands
from bot.core.silence import Ladders

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


NAMELESS: Mapping[str, Mapping[str, str]] = {
    "en": {"clinic": "your clinic", "clinic_phone": "your clinic"},
    "es": {"clinic": "su clínica", "clinic_phone": "teléfono de su clínica"},
}
"""What a red flag's words say, by language, while no practice can be read: the instruction must go out all the same."""


LANGUAGES = ("en", "es")
"""The languages of the shipped texts; a practice may name others."""


CONTACT_HOURS = Hours(time(9), time(20))
"""When patients may be written to unasked while no practice can be read (clinical/facts.md section 5)."""


NOT_REACHED = (
    "Call again after five minutes, and leave no details on a voicemail.",
    "Call the emergency contact. Say who you are and that the patient should call at once; ask if they are with them.",
    "Emergency and still nobody: call 911 for a welfare check at the address on file.",
    "Write down each try here. The alert stays yours, and comes back until a disposition is recorded.",
)
"""When a patient is not reached, and the practice says nothing else: no published standard was found."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a nurse may begin a text to a patient with, by its title."""

    name: str
    title: str
    text: Wording


class OutOfHours(StrEnum):
    """Who hears of a same-day red flag while the office is closed: whoever is on call, or the patient alone."""

    ON_CALL = "on_call"
    ER_TEXT = "er_text"


@dataclass(frozen=True)
class Practice:
    """`office` is in the practice's `zone`; `contact`, when patients may be written to, in each patient's own.

    `website` is the only host that a text may link to. `bands` say what is expected of an answer as days go by.
    """

    clinic: str
    clinic_phone: str
    zone: ZoneInfo
    office: OfficeHours
    contact: Hours
    same_day_out_of_hours: OutOfHours
    numbers: Mapping[str, float]
    languages: tuple[str, ...] = LANGUAGES
    website: str = ""
    bands: Bands = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    silence: Ladders = field(default_factory=Ladders)
    not_reached: tuple[str, ...] = NOT_REACHED
    templates: tuple[Template, ...] = ()
    keep: Retention = field(default_factory=Retention)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """What the {placeholders} of every wording stand for."""
        numbers = {name: _plain(number) for name, number in self.numbers.items()}
        return {"clinic": self.clinic, "clinic_phone": self.clinic_phone, **numbers}


def _plain(number: float) -> str:
    return f"{number:.10g}"
