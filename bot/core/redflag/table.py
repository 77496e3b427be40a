"""The red-flag table: each concept, how urgent it is, what the patient is told, and what staff do by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

Wording = Mapping[str, str]
"""One sentence or more, by language tag ("en", "es"); may hold {placeholders} of the practice."""

CONCEPTS = (
    "cauda_equina",
    "motor_deficit",
    "hardware",
    "infection",
    "csf_leak",
    "opioid_emergency",
    "self_harm",
    "allergic_reaction",
    "uncontrolled_pain",
    "dvt",
    "pe",
    "stroke_mi",
    "fall",
    "other_urgent",
)
"""Every concept the product knows; the names of the labelling guide, fixed because reports hold on to them."""


class Tier(StrEnum):
    """How soon a person must act. Declared from the most urgent to the least."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    ROUTINE = "routine"

    @property
    def urgency(self) -> int:
        """3 for an emergency down to 1 for routine, so that tiers can be compared."""
        return {"emergency": 3, "same_day": 2, "routine": 1}[self.value]


ALWAYS_EMERGENCY = frozenset({"cauda_equina", "motor_deficit", "pe", "opioid_emergency", "self_harm", "stroke_mi"})
"""Concepts of which every form may be an emergency (redflags/labelling-guide.md; motor_deficit: clinical/facts.md)."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One red flag heard: a concept, and whether the words make it its severe form."""

    concept: str
    severe: bool = False

    @property
    def is_grave(self) -> bool:
        """Worth a look by staff even when it is past, supposed or another's."""
        return self.severe or self.concept in ALWAYS_EMERGENCY


@dataclass(frozen=True, slots=True)
class Handling:
    """What follows from one form of a concept."""

    tier: Tier
    tell: Wording
    tell_out_of_hours: Wording
    staff: str
    acknowledge_within: timedelta
    call_within: timedelta


@dataclass(frozen=True, slots=True)
class Concept:
    name: str
    title: Wording
    usual: Handling
    severe: Handling | None
    sources: tuple[str, ...]

    def handling(self, concern: Concern) -> Handling:
        return self.severe if concern.severe and self.severe else self.usual


@dataclass(frozen=True, slots=True)
class RedFlagTable:
    """The whole signed table. `approved_by` is empty while it is a draft."""

    version: str
    approved_by: str
    concepts: Mapping[str, Concept]

    def handling(self, concern: Concern) -> Handling:
        return self.concepts[concern.concept].handling(concern)

    def tier(self, concerns: Iterable[Concern]) -> Tier | None:
        """The most urgent tier among these concerns; None when there are none."""
        tiers = [self.handling(concern).tier for concern in concerns]
        return max(tiers, key=lambda tier: tier.urgency, default=None)

    def tells(self, concerns: Iterable[Concern], *, in_hours: bool) -> tuple[Wording, ...]:
        """What the patient hears: the words of the most urgent tier, each once, in the table's order.

        Lesser concerns beside an emergency are left for staff: one instruction at a time is followed.
        """
        concerns = tuple(concerns)
        worst = self.tier(concerns)
        handlings = [self.handling(concern) for concern in concerns]
        told = [h.tell if in_hours else h.tell_out_of_hours for h in handlings if h.tier is worst]
        return tuple(wording for place, wording in enumerate(told) if wording not in told[:place])
