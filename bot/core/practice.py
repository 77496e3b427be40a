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
from bot.core.session import Bands

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

    @cached_property
    def values(self) -> Mapping[str, str]:
        """What the {placeholders} of every wording stand for."""
        numbers = {name: _plain(number) for name, number in self.numbers.items()}
        return {"clinic": self.clinic, "clinic_phone": self.clinic_phone, **numbers}


def _plain(number: float) -> str:
    return f"{number:.10g}"
