"""Listening to a patient's own words: which red flags are in them, which were let go, and what else is asked.

Screening is pure and always answers. Whatever it is unsure of, it hears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bot.core.redflag.context import Finding, Scene
from bot.core.redflag.flag import Flag, Found
from bot.core.redflag.matching import Sheet, find, lay_out, stands
from bot.core.redflag.pattern import Pattern
from bot.core.redflag.phrases import Doubt, Intent, Phrases, Rule, Wish
from bot.core.redflag.table import Concern
from bot.core.redflag.temperature import fevers
from bot.core.redflag.tokens import read
from bot.core.redflag.weighing import weigh

TEMPERATURE = Rule("temperature", Concern("infection"), (), (), frozenset({Doubt.DENIED}))


MOST_OF_A_FILE = 400
"""How many phrases of a practice's file are tried on one text, so that no file makes screening slow. The program's own
emergencies come first and are all tried."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one text holds. `review` is for staff the same day and alerts nobody; `let_go` was named and is none."""

    flags: tuple[Flag, ...] = ()
    review: tuple[Flag, ...] = ()
    let_go: tuple[Flag, ...] = ()
    opt_out: bool = False
    intents: frozenset[Intent] = field(default_factory=frozenset)

    @property
    def concerns(self) -> tuple[Concern, ...]:
        return tuple(flag.concern for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The text as the program's own rules hear it, and as a practice's do, whose sayings hide words from these only."""

    own: Sheet
    given: Sheet


def screen(text: str, phrases: Phrases) -> Heard:
    reading = read(text, phrases.spelling)
    if not reading.words:
        return Heard()
    whole = lay_out(reading, phrases.lexicon)
    sheets = _sheets(whole, phrases)
    found = weigh(_listen(Scene(whole, phrases), sheets, phrases), reading, phrases.ear)
    wishes = _wishes(whole, phrases)
    return Heard(
        flags=_in_order(_worsened(found.flags, sheets.own, phrases)),
        review=_in_order(found.review),
        let_go=_in_order(found.let_go),
        opt_out=Wish.OPT_OUT in wishes,
        intents=frozenset(wish for wish in wishes if isinstance(wish, Intent)),
    )


def _in_order(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    return tuple(sorted(flags, key=lambda flag: (flag.start, flag.end)))


def _sheets(whole: Sheet, phrases: Phrases) -> Sheets:
    """The text without the words of harmless sayings ("killing me", "fell asleep")."""
    own = given = 0
    for pattern, is_own in phrases.harmless.possible(whole):
        for match in find(pattern, whole):
            words = (1 << match.after) - (1 << match.first)
            own, given = (own | words, given) if is_own else (own, given | words)
    first = whole.without(own)
    return Sheets(first, first.without(given))


def _wishes(sheet: Sheet, phrases: Phrases) -> set[Wish | Intent]:
    """What is asked or told besides. "please stop texting me" asks for no more texts; "dont stop the messages" not."""
    found = [(pattern, wish) for pattern, wish in phrases.wishes.possible(sheet) if stands(pattern, sheet)]
    wishes = {wish for _, wish in found}
    if Wish.OPT_OUT in wishes and Wish.NOT_OPT_OUT in wishes:
        kept = 0
        for pattern, wish in found:
            if wish is Wish.NOT_OPT_OUT:
                for match in find(pattern, sheet):
                    kept |= (1 << match.after) - (1 << match.first)
        rest = sheet.without(kept)
        if not any(stands(pattern, rest) for pattern, wish in found if wish is Wish.OPT_OUT):
            wishes.discard(Wish.OPT_OUT)
    return wishes


def _listen(scene: Scene, sheets: Sheets, phrases: Phrases) -> Found:
    """A concept stands in the first of heard, review and let go that it belongs to."""
    heard: dict[Concern, Flag] = {}
    review: dict[str, Flag] = {}
    let_go: dict[str, Flag] = {}
    for finding in _findings(scene, sheets, phrases, heard):
        judgement = scene.judge(finding)
        flag = _flag(scene, finding, phrases.version, judgement.why)
        if judgement.doubt is None:
            known = heard.get(flag.concern)
            heard[flag.concern] = flag if known is None or known.is_hint else known
        elif judgement.doubt is not Doubt.DENIED and finding.grave:
            review.setdefault(finding.rule.concern.concept, flag)
        else:
            let_go.setdefault(finding.rule.concern.concept, flag)
    concepts = {concern.concept for concern in heard}
    looked_at = tuple(flag for concept, flag in review.items() if concept not in concepts)
    concepts |= review.keys()
    return Found(tuple(heard.values()), looked_at, tuple(flag for c, flag in let_go.items() if c not in concepts))


def _findings(scene: Scene, sheets: Sheets, phrases: Phrases, heard: dict[Concern, Flag]) -> Iterator[Finding]:
    """Everything found, leaving out what is heard already: one quote for a concern is enough."""
    cleared: dict[str, bool] = {}
    left = MOST_OF_A_FILE
    for pattern, rule in phrases.heard.possible(sheets.own):
        sheet = sheets.own if rule.is_own else sheets.given
        left -= not rule.is_own
        if left < 0 or _is_heard(rule, heard) or not (matches := find(pattern, sheet)):
            continue
        if rule.unless and rule.id not in cleared:
            cleared[rule.id] = any(stands(unless, sheet) for unless in rule.unless)
        if not cleared.get(rule.id):
            own = _asked_for(pattern, sheet)
            yield from (Finding(rule, match, own) for match in matches if not _is_heard(rule, heard))
    if not _is_heard(TEMPERATURE, heard):
        yield from (Finding(TEMPERATURE, match) for match in fevers(scene))


def _is_heard(rule: Rule, heard: dict[Concern, Flag]) -> bool:
    """A rule is still asked where only a hint was heard."""
    known = heard.get(rule.concern)
    return known is not None and (rule.is_hint or not known.is_hint)


def _asked_for(pattern: Pattern, sheet: Sheet) -> int:
    words = 0
    for element in pattern.elements:
        words |= sheet.covered(element)
    return words


def _flag(scene: Scene, finding: Finding, version: str, why: str) -> Flag:
    start, end = scene.reading.quote(finding.match.first, finding.match.after)
    rule = finding.rule
    return Flag(rule.concern, scene.reading.text[start:end], start, end, rule.id, version, why, rule.is_hint)


def _worsened(flags: Iterable[Flag], sheet: Sheet, phrases: Phrases) -> Iterator[Flag]:
    """One flag a concept, in its severe form when anything in the text makes it so."""
    by_concept: dict[str, Flag] = {}
    for flag in flags:
        known = by_concept.get(flag.concern.concept)
        if known is None or (flag.concern.severe and not known.concern.severe):
            by_concept[flag.concern.concept] = flag
    if not by_concept:
        return
    worse = {concept for pattern, concept in phrases.worse.possible(sheet) if stands(pattern, sheet)}
    for concept, flag in by_concept.items():
        yield replace(flag, concern=Concern(concept, severe=flag.concern.severe or concept in worse))
