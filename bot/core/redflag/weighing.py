"""What the phrases found and what the ear hears, weighed together.

A rule stands whatever the ear says. A hint is words that also turn up harmlessly ("my knees buckle" of a neighbour): it
stands unless the ear speaks plainly against it, and then staff still look at an emergency's the same day. Alone the
ear must be sure, and surer where the words were named and let go.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.redflag.ear import Ear, Hunch, concern_of
from bot.core.redflag.flag import Flag, Found
from bot.core.redflag.tokens import Reading

ALONE = 0.25
"""How strong a hunch must be to be heard by itself. These five were chosen on the sealed sets (README says how well
they then do on texts that chose nothing)."""
AFTER_DOUBT = 0.4
SUPPORTS = -0.3
SUPPORTS_GRAVE = -0.6
FEWEST_WORDS = 3
"""What is shorter says too little for the ear alone: "left side" and "9" are answers to questions it has not read."""
RAISES = 0.5
"""How strong it must be to add an emergency beside what is heard and is none."""


def weigh(found: Found, reading: Reading, ear: Ear | None) -> Found:
    """The same with the ear's say: hints that stand, and what it adds."""
    hunch = ear.listen(reading) if ear else None
    if ear is None or hunch is None:
        return found
    kept = _without_lone_hints(found, hunch)
    if hunch.strength <= _needed(kept) or len(reading.words) < FEWEST_WORDS:
        return kept
    added = _flag(reading, hunch, ear.version)
    if kept.flags and (not added.concern.is_grave or any(flag.concern.is_grave for flag in kept.flags)):
        return kept
    concept = added.concern.concept
    return Found(
        flags=(*(flag for flag in kept.flags if flag.concern.concept != concept), added),
        review=tuple(flag for flag in kept.review if flag.concern.concept != concept),
        let_go=tuple(flag for flag in kept.let_go if flag.concern.concept != concept),
    )


def _needed(kept: Found) -> float:
    if kept.flags:
        return RAISES
    return AFTER_DOUBT if kept.review or kept.let_go else ALONE


def _without_lone_hints(found: Found, hunch: Hunch) -> Found:
    lone = tuple(flag for flag in found.flags if flag.is_hint and not _is_supported(flag, hunch))
    if not lone:
        return found
    why = f"a hint only; the whole text does not sound like a red flag ({hunch.strength:+.2f})"
    told = tuple(replace(flag, denial="; ".join(filter(None, (flag.denial, why)))) for flag in lone)
    return Found(
        flags=tuple(flag for flag in found.flags if flag not in lone),
        review=(*found.review, *(flag for flag in told if flag.concern.is_grave)),
        let_go=(*found.let_go, *(flag for flag in told if not flag.concern.is_grave)),
    )


def _is_supported(flag: Flag, hunch: Hunch) -> bool:
    return hunch.strength > (SUPPORTS_GRAVE if flag.concern.is_grave else SUPPORTS)


def _flag(reading: Reading, hunch: Hunch, version: str) -> Flag:
    start, end = reading.quote(hunch.first, hunch.after)
    concern = concern_of(hunch.name)
    why = f"no phrase for it; it sounds like others that hold this red flag ({hunch.strength:+.2f})"
    return Flag(concern, reading.text[start:end], start, end, "ear", version, why)
