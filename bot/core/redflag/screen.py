"""Listening to a patient's own words: which red flags are in them, which were let go, and what else is asked.

Screening is pure and always answers. Whatever it is unsure of, it hears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.core.redflag.context import Scene, judge
from bot.core.redflag.matching import Match, Sheet, find, lay_out
from bot.core.redflag.pattern import Pattern
from bot.core.redflag.phrases import Doubt, Intent, Phrases, Rule
from bot.core.redflag.table import Concern
from bot.core.redflag.temperature import fevers
from bot.core.redflag.tokens import read

ALWAYS_EMERGENCY = frozenset(
    {"cauda_equina", "motor_deficit", "pe", "opioid_emergency", "self_harm", "stroke_mi"},
)
"""What is worth a look by staff even when it is past, supposed or another's. Severe forms are too."""

TEMPERATURE = Rule("temperature", Concern("infection"), (), (), frozenset({Doubt.DENIED}))


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag heard: `quote` is text[start:end] exactly; `denial` says what was made of any "no" or doubt."""

    concern: Concern
    quote: str
    start: int
    end: int
    rule: str
    version: str
    denial: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one text holds. `review` is for staff the same day and alerts nobody."""

    flags: tuple[Flag, ...] = ()
    review: tuple[Flag, ...] = ()
    opt_out: bool = False
    intents: frozenset[Intent] = field(default_factory=frozenset)

    @property
    def concerns(self) -> tuple[Concern, ...]:
        return tuple(flag.concern for flag in self.flags)


def screen(text: str, phrases: Phrases) -> Heard:
    reading = read(text, phrases.spelling)
    if not reading.words:
        return Heard()
    whole = lay_out(reading, phrases.lexicon)
    sheet = whole.without(_harmless(whole, phrases))
    flags, review = _listen(Scene(whole, phrases), sheet, phrases)
    return Heard(
        flags=tuple(sorted(flags, key=lambda flag: (flag.start, flag.end))),
        review=tuple(sorted(review, key=lambda flag: (flag.start, flag.end))),
        opt_out=_wants_out(whole, phrases),
        intents=frozenset(intent for intent, patterns in phrases.intents.items() if _any(patterns, whole)),
    )


def _wants_out(sheet: Sheet, phrases: Phrases) -> bool:
    """ "please stop texting me"; not "dont stop the messages"."""
    if not _any(phrases.opt_out, sheet):
        return False
    kept = _words_of(phrases.not_opt_out, sheet)
    return not kept or _any(phrases.opt_out, sheet.without(kept))


def _words_of(patterns: Iterable[Pattern], sheet: Sheet) -> int:
    words = 0
    for pattern in patterns:
        for match in find(pattern, sheet):
            words |= (1 << match.after) - (1 << match.first)
    return words


def _any(patterns: Iterable[Pattern], sheet: Sheet) -> bool:
    return any(find(pattern, sheet) for pattern in patterns)


def _harmless(sheet: Sheet, phrases: Phrases) -> int:
    """The words of harmless sayings ("killing me", "fell asleep")."""
    words = 0
    for element in tuple(sheet.rows):
        for place in phrases.harmless_by_element.get(element, ()):
            for match in find(phrases.harmless[place], sheet):
                words |= (1 << match.after) - (1 << match.first)
    return words


def _listen(scene: Scene, sheet: Sheet, phrases: Phrases) -> tuple[list[Flag], list[Flag]]:
    heard: dict[Concern, Flag] = {}
    review: dict[str, Flag] = {}
    for rule, match, own in _matches(scene, sheet, phrases, heard):
        grave = _worth_a_look(rule.concern)
        judgement = judge(scene, match, rule.despite, own, grave=grave)
        flag = _flag(scene, match, rule, phrases.version, judgement.why)
        if judgement.doubt is None:
            heard.setdefault(rule.concern, flag)
        elif judgement.doubt is not Doubt.DENIED and _worth_a_look(rule.concern):
            review.setdefault(rule.concern.concept, flag)
    flags = list(_worsened(heard.values(), sheet, phrases))
    concepts = {flag.concern.concept for flag in flags}
    return flags, [flag for concept, flag in review.items() if concept not in concepts]


def _matches(
    scene: Scene, sheet: Sheet, phrases: Phrases, heard: dict[Concern, Flag]
) -> Iterator[tuple[Rule, Match, int]]:
    """Rule by rule, leaving out what is heard already: one quote for a concern is enough."""
    wanted = sorted(key for element in sheet.rows for key in phrases.by_element.get(element, ()))
    for rule_place, pattern_place in wanted:
        rule = phrases.rules[rule_place]
        if rule.concern in heard:
            continue
        matches = find(rule.hear[pattern_place], sheet)
        if matches and not _any(rule.unless, sheet):
            own = _asked_for(rule.hear[pattern_place], sheet)
            for match in matches:
                yield rule, match, own
                if rule.concern in heard:
                    break
    if TEMPERATURE.concern not in heard:
        for match in fevers(scene):
            yield TEMPERATURE, match, 0


def _asked_for(pattern: Pattern, sheet: Sheet) -> int:
    words = 0
    for element in pattern.needs:
        words |= sheet.covered(element)
    return words


def _worth_a_look(concern: Concern) -> bool:
    return concern.severe or concern.concept in ALWAYS_EMERGENCY


def _flag(scene: Scene, match: Match, rule: Rule, version: str, why: str) -> Flag:
    start, end = scene.reading.quote(match.first, match.after)
    return Flag(rule.concern, scene.reading.text[start:end], start, end, rule.id, version, why)


def _worsened(flags: Iterable[Flag], sheet: Sheet, phrases: Phrases) -> Iterator[Flag]:
    """One flag a concept, in its severe form when anything in the text makes it so."""
    by_concept: dict[str, Flag] = {}
    for flag in flags:
        known = by_concept.get(flag.concern.concept)
        if known is None or (flag.concern.severe and not known.concern.severe):
            by_concept[flag.concern.concept] = flag
    for flag in by_concept.values():
        severe = flag.concern.severe or any(
            worsening.concept == flag.concern.concept and _any(worsening.hear, sheet)
            for worsening in phrases.worsenings
        )
        concern = Concern(flag.concern.concept, severe=severe)
        yield Flag(concern, flag.quote, flag.start, flag.end, flag.rule, flag.version, flag.denial)
