"""What is added to a decision: red flags with their instruction, things to review, pictures, words to say."""

from __future__ import annotations

from dataclasses import replace

from bot.core.alert import Cause
from bot.core.reception.decision import Decision, Matter, Spoken, Text
from bot.core.redflag.flag import Flag
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.session import Facts


def with_red_flags(decision: Decision, heard: Heard, facts: Facts, *, only_emergency: bool = False) -> Decision:
    """The instruction comes first, whatever else is said."""
    tier = facts.table.tier(heard.concerns)
    if tier is None:
        return with_review(decision, heard)
    urgent = tier is Tier.EMERGENCY
    spoken = tuple(
        Spoken(text=wording, urgent=urgent) for wording in facts.table.tells(heard.concerns, in_hours=facts.in_hours)
    )
    if urgent or not only_emergency:
        decision = replace(decision, say=(*spoken, *decision.say))
    return matters_only(decision, heard, facts)


def matters_only(decision: Decision, heard: Heard, facts: Facts) -> Decision:
    tier = facts.table.tier(heard.concerns)
    if tier is not None:
        decision = adding(decision, Matter(tier, Cause.FREE_TEXT, heard.concerns, why_of(heard.flags)), first=True)
    return with_review(decision, heard)


def with_review(decision: Decision, heard: Heard) -> Decision:
    if not heard.review:
        return decision
    return adding(
        decision, Matter(Tier.ROUTINE, Cause.REVIEW, tuple(flag.concern for flag in heard.review), why_of(heard.review))
    )


def with_pictures(decision: Decision, text: Text, facts: Facts) -> Decision:
    """A picture is never judged by us: staff look at it the same day."""
    if not text.pictures:
        return decision
    decision = replace(decision, matters=(*decision.matters, *pictures_of(text)))
    return saying(decision, by_hours(facts, "picture_received"))


def pictures_of(text: Text) -> tuple[Matter, ...]:
    return (Matter(Tier.SAME_DAY, Cause.PICTURE),) if text.pictures else ()


def by_hours(facts: Facts, notice: str) -> str:
    return notice if facts.in_hours else f"{notice}_out_of_hours"


def saying(decision: Decision, notice: str) -> Decision:
    return replace(decision, say=(*decision.say, Spoken(notice=notice)))


def adding(decision: Decision, matter: Matter, *, first: bool = False) -> Decision:
    matters = (matter, *decision.matters) if first else (*decision.matters, matter)
    return replace(decision, matters=matters)


def why_of(flags: tuple[Flag, ...]) -> tuple[str, ...]:
    """Which rules fired, in which version, and what was made of a denial; no word of the patient's."""
    return tuple(dict.fromkeys(f"{flag.rule} v{flag.version}" for flag in flags))
