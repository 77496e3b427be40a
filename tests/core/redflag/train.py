"""Trains the ear: `python -m tests.core.redflag.train [FILE ...]`, half a minute, the same result every time.

From the labelled texts in data/: naive Bayes log ratios, refined by a linear support vector machine (dual coordinate
descent, Hsieh et al. 2008). Only the standard library, so that anybody can train it again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path

from bot.core.redflag.features import features, words_of
from bot.core.redflag.senses import Senses
from bot.core.redflag.tokens import Spelling, read

DATA = Path(__file__).parent / "data"
SEED = 20261125
SEEN_IN = 4
"""A feature must stand in so many texts; what one author wrote once teaches nothing."""
SMALLEST_RATIO = 0.3
SMOOTHING = 0.5
COST = 0.5
ROUNDS = 12
CONCEPT_ROUNDS = 10
CONCEPT_COST = 0.5
ALWAYS_SEVERE = frozenset({"cauda_equina", "pe", "opioid_emergency", "self_harm", "stroke_mi"})
"""Concepts whose every form is an emergency (redflags/labelling-guide.md): they have no severe form of their own."""


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    labels: tuple[str, ...]
    severity: str

    @property
    def is_red(self) -> bool:
        return bool(self.labels)

    @property
    def name(self) -> str:
        """The concept, with a "!" for its severe form. Of two findings the first is what the ear learns."""
        concept = self.labels[0]
        only = len(self.labels) == 1
        return f"{concept}!" if only and self.severity == "emergency" and concept not in ALWAYS_SEVERE else concept


def examples(paths: Iterable[Path]) -> list[Example]:
    """Every labelled text once, whoever wrote it again."""
    found: dict[str, Example] = {}
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if "labels" in row:
                found.setdefault(row["text"], Example(row["text"], tuple(row["labels"]), row["severity"]))
    return list(found.values())


Row = list[tuple[int, float]]


def train(
    given: Sequence[Example], spelling: Spelling, senses: Senses, *, say: Callable[[str], None]
) -> dict[str, object]:
    """The content of ear.json, but for its version and thresholds."""
    read_out = [words_of(read(example.text, spelling))[0] for example in given]
    counted = [Counter(features(words, senses)) for words in read_out]
    ratios = _ratios(counted, [example.is_red for example in given])
    say(f"{len(given)} texts, {len(ratios)} features")
    places = {feature: place for place, feature in enumerate(ratios)}
    rows = [_row(counts, places, ratios) for counts in counted]
    weights, bias = separate(rows, [example.is_red for example in given], len(places), cost=COST, rounds=ROUNDS)
    kept = {f: (round(100 * weights[p] * ratios[f]), round(100 * ratios[f] ** 2)) for f, p in places.items()}
    names, concepts, biases = _name_concepts(given, [_bag(words, senses) for words in read_out], say)
    return {
        "bias": round(bias, 4),
        "weights": {feature: list(weight) for feature, weight in sorted(kept.items())},
        "names": names,
        "concept_biases": biases,
        "concepts": concepts,
    }


def _ratios(counted: Sequence[Counter[str]], red: Sequence[bool]) -> dict[str, float]:
    """How much likelier a feature is in a red flag than elsewhere, as a logarithm."""
    with_it, without = Counter[str](), Counter[str]()
    for counts, is_red in zip(counted, red, strict=True):
        (with_it if is_red else without).update(counts.keys())
    every = [f for f in sorted(set(with_it) | set(without)) if with_it[f] + without[f] >= SEEN_IN]
    total_with = sum(with_it[f] + SMOOTHING for f in every)
    total_without = sum(without[f] + SMOOTHING for f in every)
    ratio = {
        f: log((with_it[f] + SMOOTHING) / total_with) - log((without[f] + SMOOTHING) / total_without) for f in every
    }
    return {f: value for f, value in ratio.items() if abs(value) >= SMALLEST_RATIO}


def _row(counts: Counter[str], places: dict[str, int], ratios: dict[str, float]) -> Row:
    """One text as places and values, of length one. Counts weigh as the ear's running totals do."""
    found = [(places[f], ratios[f], count) for f, count in counts.items() if f in places]
    length = sqrt(sum(count * ratio * ratio for _, ratio, count in found)) or 1.0
    return [(place, count * ratio / length) for place, ratio, count in found]


def separate(
    rows: Sequence[Row], is_in: Sequence[bool], size: int, *, cost: float, rounds: int
) -> tuple[list[float], float]:
    """Weights and bias of a linear support vector machine with squared hinge loss."""
    weights = [0.0] * (size + 1)  # the last is the bias, as a feature that every text has
    shares = [0.0] * len(rows)
    diagonal = 1 / (2 * cost)
    curvature = [sum(v * v for _, v in row) + 1 + diagonal for row in rows]
    dice = random.Random(SEED)
    order = list(range(len(rows)))
    for _ in range(rounds):
        dice.shuffle(order)
        for at in order:
            row, side = rows[at], (1.0 if is_in[at] else -1.0)
            score = weights[size] + sum([weights[place] * value for place, value in row])
            slope = side * score - 1 + diagonal * shares[at]
            if shares[at] == 0 and slope >= 0:
                continue
            share = max(shares[at] - slope / curvature[at], 0.0)
            step, shares[at] = (share - shares[at]) * side, share
            if step:
                weights[size] += step
                for place, value in row:
                    weights[place] += step * value
    return weights[:size], weights[size]


def _name_concepts(
    given: Sequence[Example], bags: Sequence[set[str]], say: Callable[[str], None]
) -> tuple[list[str], dict[str, list[int]], list[int]]:
    """Which red flag: one against the rest, from words and senses alone."""
    red = [at for at, example in enumerate(given) if example.is_red]
    bags = [bags[at] for at in red]
    seen = Counter(feature for bag in bags for feature in bag)
    places = {feature: place for place, feature in enumerate(sorted(f for f, n in seen.items() if n >= SEEN_IN))}
    rows: list[Row] = []
    for bag in bags:
        inside = [places[f] for f in sorted(bag) if f in places]
        rows.append([(place, 1 / sqrt(len(inside) or 1)) for place in inside])
    names = sorted({given[at].name for at in red})
    learnt = []
    for name in names:
        say(name)
        learnt.append(
            separate(
                rows, [given[at].name == name for at in red], len(places), cost=CONCEPT_COST, rounds=CONCEPT_ROUNDS
            )
        )
    table = {f: [round(100 * weights[place]) for weights, _ in learnt] for f, place in places.items()}
    return names, {f: row for f, row in table.items() if any(row)}, [round(100 * bias) for _, bias in learnt]


def _bag(words: Sequence[str], senses: Senses) -> set[str]:
    return {*words, *(sense for group in senses.of(words) for sense in group)}


def main(arguments: Sequence[str]) -> None:
    from bot.flowfile.ear import LISTENING, packaged_senses
    from bot.flowfile.phrases import fallback_phrases

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="labelled texts (default: all of data/training)")
    parser.add_argument("--out", type=Path, default=Path(str(LISTENING / "ear.json")))
    parser.add_argument("--version", default="1")
    options = parser.parse_args(arguments)
    paths = options.files or sorted((DATA / "training").glob("*.jsonl"))
    learnt = train(
        examples(paths), fallback_phrases().spelling, packaged_senses(), say=lambda line: print(line, file=sys.stderr)
    )
    content = {"version": options.version, **learnt}
    options.out.write_text(_in_lines(content), "utf-8")


def _in_lines(content: Mapping[str, object]) -> str:
    """A line for each feature, so that the file can be read and compared."""
    return "{\n" + ",\n".join(f"{_short(key)}:{_entries(value)}" for key, value in content.items()) + "\n}\n"


def _entries(value: object) -> str:
    if not isinstance(value, dict):
        return _short(value)
    return "{\n" + ",\n".join(f"{_short(key)}:{_short(entry)}" for key, entry in value.items()) + "\n}"


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1:])
