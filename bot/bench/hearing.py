"""How long the screen takes to hear a text: everyday ones, and the densest that fit into ten message parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.bench.figures import Row, Section, Wish, percentile
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.screen import screen
from bot.flowfile.phrases import fallback_phrases

LONGEST = 1_600
"""Characters: the most that a carrier takes for one text."""
REPEATS = 5
"""Each text is timed so often and its best time counts: what a busy machine adds is not the screen's."""
LABELLED = Path("flows") / "labelled.jsonl"


def measure(texts: int) -> Section:
    """Milliseconds a text, with the phrases of the package. The labelled texts stand in for a clinic's own."""
    phrases = fallback_phrases()
    everyday = list(islice(_labelled(), texts))
    kinds = {"everyday texts": everyday, **{name: list(made) for name, made in _dense(phrases, everyday)}}
    times = {name: [_best(text, phrases) for text in some] for name, some in kinds.items()}
    usual = times["everyday texts"]
    worst = max(max(each) for each in times.values())
    return Section(
        title="screening one text",
        headings=("texts", "median ms", "p99 ms", "worst ms"),
        rows=tuple(
            Row(name, (len(each), median(each), percentile(each, 0.99), max(each))) for name, each in times.items()
        ),
        wishes=(
            Wish("screen, median", median(usual), 0.3, "ms"),
            Wish(f"screen, worst of {LONGEST:,} characters", worst, 2, "ms"),
        ),
    )


def _labelled() -> Iterator[str]:
    for line in LABELLED.read_text("utf-8").splitlines():
        yield json.loads(line)["text"]


def _dense(phrases: Phrases, everyday: list[str]) -> Iterator[tuple[str, Iterable[str]]]:
    words = sorted(word for word in phrases.lexicon.entries if word.isalpha())
    spread = [words[place :: len(words) // 300 or 1] for place in range(10)]
    yield "many texts in one", (_filled(everyday[place::10], ". ") for place in range(10))
    yield "many texts without a stop", (_filled(everyday[place::10], " ") for place in range(10))
    yield "words that are listened for", (_filled(some, " ") for some in spread)
    yield "everything denied", (_filled([f"no {text}" for text in everyday[place::10]], ", ") for place in range(10))
    yield "words of no language", (_filled((word[::-1] + word[:2] for word in some), " ") for some in spread)
    yield (
        "one thing over and over",
        ((each * LONGEST)[:LONGEST] for each in ("no ", "a ", "1 ", "101.5 ", "😀", "\u200b", "é")),
    )


def _filled(pieces: Iterable[str], between: str) -> str:
    return between.join(pieces)[:LONGEST]


def _best(text: str, phrases: Phrases) -> float:
    return 1000 * min(_once(text, phrases) for _ in range(REPEATS))


def _once(text: str, phrases: Phrases) -> float:
    start = perf_counter()
    screen(text, phrases)
    return perf_counter() - start
