"""What a change of phrases gains and loses on labelled texts, text by text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.core.redflag.phrases import Phrases
from bot.core.redflag.screen import screen


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and the red flags that should be heard in it; none, when nothing should."""

    id: str
    text: str
    labels: frozenset[str]


class Verdict(StrEnum):
    """Of one concept in one text, under the changed phrases."""

    GAINED = "gained"
    LOST = "lost"
    FALSE_ALARM = "false_alarm"
    QUIETED = "quieted"


@dataclass(frozen=True, slots=True)
class Change:
    """`quote` and `rule` say what is heard now, or what was heard before and no longer is."""

    labelled: Labelled
    verdict: Verdict
    concept: str
    quote: str
    rule: str

    @property
    def is_worse(self) -> bool:
        return self.verdict in {Verdict.LOST, Verdict.FALSE_ALARM}


def compare(old: Phrases, new: Phrases, texts: Iterable[Labelled]) -> Iterator[Change]:
    """Every concept that is heard in a text by one of the two and not by the other."""
    for labelled in texts:
        before = {flag.concern.concept: flag for flag in screen(labelled.text, old).flags}
        after = {flag.concern.concept: flag for flag in screen(labelled.text, new).flags}
        for concept in sorted(before.keys() ^ after.keys()):
            flag = after.get(concept) or before[concept]
            verdict = _verdict(is_right=concept in labelled.labels, is_heard=concept in after)
            yield Change(labelled, verdict, concept, flag.quote, flag.rule)


def _verdict(*, is_right: bool, is_heard: bool) -> Verdict:
    if is_right:
        return Verdict.GAINED if is_heard else Verdict.LOST
    return Verdict.FALSE_ALARM if is_heard else Verdict.QUIETED
