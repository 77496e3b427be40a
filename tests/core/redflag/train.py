"""Trains the small ear beside the phrases: `python -m tests.core.redflag.train`. A development aid, not a test.

Plain logistic regression by stochastic gradient descent, with nothing but the standard library and a fixed seed, so
that the same data give the same file. `--folds` prints how it does on each fifth of them when trained on the others.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import exp, sqrt
from pathlib import Path

from bot.core.redflag.learned import SCALE, Learned, features_of, guess
from bot.core.redflag.matching import Match, lay_out
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.table import CONCEPTS
from bot.core.redflag.tokens import read
from tests.core.redflag.evaluate import DATA, Case, cases, shipped_phrases

TARGET = Path(__file__).parents[3] / "bot" / "flowfile" / "listening" / "learned.json"
VERSION = "1"
THRESHOLD = 0.86
PASSES = 25
RATE = 6.0
SHRINK = 2e-5
RARE = 2
SEEN = ("dev", "own")
"""The files learned from. The held-out texts are never among them."""

Row = tuple[tuple[str, ...], bool, int]
"""The features of a text, whether it holds a red flag, and the place of its first concept (-1 for none)."""


def rows_of(texts: Iterable[Case], phrases: Phrases) -> list[Row]:
    rows = []
    for case in texts:
        reading = read(case.text, phrases.spelling)
        if reading.words:
            sheet = lay_out(reading, phrases.lexicon)
            features = tuple(sorted(features_of(sheet, phrases.lexicon.class_names, Match(0, sheet.size))))
            rows.append((features, bool(case.labels), CONCEPTS.index(case.labels[0]) if case.labels else -1))
    return rows


def train(rows: list[Row], *, threshold: float = THRESHOLD) -> Learned:
    counts = Counter(feature for features, _, _ in rows for feature in features)
    kept = {feature for feature, count in counts.items() if count >= RARE}
    rows = [(tuple(f for f in features if f in kept), flag, concept) for features, flag, concept in rows]
    weights, bias = _logistic([(features, flag) for features, flag, _ in rows])
    return Learned(
        version=VERSION,
        threshold=threshold,
        bias=round(bias * SCALE),
        alarms={feature: whole for feature, weight in sorted(weights.items()) if (whole := round(weight * SCALE))},
        concepts=_concepts([row for row in rows if row[1]]),
    )


def _logistic(rows: list[tuple[tuple[str, ...], bool]]) -> tuple[dict[str, float], float]:
    dice = random.Random(7)
    weights: dict[str, float] = defaultdict(float)
    bias = 0.0
    for turn in range(PASSES):
        dice.shuffle(rows)
        rate = RATE / (1 + turn / 4)
        for features, flag in rows:
            size = 1 / sqrt(len(features) or 1)
            score = bias + size * sum(weights[feature] for feature in features)
            error = flag - 1 / (1 + exp(-max(-30.0, min(30.0, score))))
            bias += 0.02 * rate * error
            for feature in features:
                weights[feature] += rate * (error * size - SHRINK * weights[feature] * 10)
    return dict(weights), bias


def _concepts(rows: list[Row]) -> dict[str, dict[int, int]]:
    """How much oftener a feature comes with a concept than without it: a naive and sturdy way to name one."""
    with_concept: dict[str, Counter[int]] = defaultdict(Counter)
    totals = Counter(concept for _, _, concept in rows)
    for features, _, concept in rows:
        for feature in features:
            if " " not in feature and "&" not in feature:
                with_concept[feature][concept] += 1
    found: dict[str, dict[int, int]] = {}
    for feature, counter in sorted(with_concept.items()):
        share = sum(counter.values()) / len(rows)
        lifts = {
            concept: round(SCALE * (count / totals[concept] - share) / (share + 0.05))
            for concept, count in sorted(counter.items())
        }
        found[feature] = {concept: lift for concept, lift in lifts.items() if lift > 5}
    return {feature: lifts for feature, lifts in found.items() if lifts}


def folds(phrases: Phrases) -> None:
    """On each fifth of the texts, having seen only the others: what the ear alone hears, and its false alarms."""
    texts = [case for name in SEEN for case in cases(DATA / f"{name}.jsonl")]
    for fold in range(5):
        held = texts[fold::5]
        learned = train(rows_of([case for place, case in enumerate(texts) if place % 5 != fold], phrases))
        hits = [bool(_guessed(case, phrases, learned)) for case in held if case.labels]
        alarms = [bool(_guessed(case, phrases, learned)) for case in held if not case.labels]
        print(fold, f"heard {sum(hits)}/{len(hits)}", f"false {sum(alarms)}/{len(alarms)}")


def _guessed(case: Case, phrases: Phrases, learned: Learned) -> object:
    return guess(lay_out(read(case.text, phrases.spelling), phrases.lexicon), phrases.lexicon.class_names, learned)


def main(arguments: list[str]) -> None:
    phrases = shipped_phrases()
    if "--folds" in arguments:
        folds(phrases)
        return
    learned = train(rows_of((case for name in SEEN for case in cases(DATA / f"{name}.jsonl")), phrases))
    content = {
        "version": learned.version,
        "threshold": learned.threshold,
        "bias": learned.bias,
        "alarms": learned.alarms,
        "concepts": learned.concepts,
    }
    TARGET.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(TARGET, TARGET.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])
