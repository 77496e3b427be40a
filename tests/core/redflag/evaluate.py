"""How well red flags are heard in labelled texts: `python -m tests.core.redflag.evaluate [FILE ...]`.

Prints recall and false alarms by language and kind, and every miss by id. A development aid, not a test.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bot.core.redflag.phrases import Phrases
from bot.core.redflag.screen import Heard, screen
from bot.core.redflag.table import RedFlagTable, Tier
from bot.flowfile.phrases import load_phrases
from bot.flowfile.redflags import fallback_table

DATA = Path(__file__).parent / "data"
FLOWS = Path(__file__).parents[3] / "flows"
PLACES = {
    "dev": DATA / "dev.jsonl",
    "labelled": FLOWS / "labelled.jsonl",
    "independent": DATA / "independent.jsonl",
    "sealed": DATA / "sealed.jsonl",
    "sealed2": DATA / "sealed2.jsonl",
    "sealed3": DATA / "sealed3.jsonl",
    "sealed4": DATA / "sealed4.jsonl",
    "voices": DATA / "voices.jsonl",
    "kept": DATA / "kept.jsonl",
}
"""The labelled texts by name; `labelled` is the set that admins have."""
CHEST = {"pe", "stroke_mi"}
EITHER_TIER = {"motor_deficit"}


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    text: str
    lang: str
    labels: tuple[str, ...]
    severity: str
    kind: str

    @property
    def is_emergency(self) -> bool:
        """The guide takes either tier for a motor deficit alone, so that is not counted as one."""
        return self.severity == "emergency" and not set(self.labels) <= EITHER_TIER


@dataclass(slots=True)
class Score:
    """Counts for one group of cases."""

    emergencies: int = 0
    emergencies_heard: int = 0
    emergencies_as_such: int = 0
    positives: int = 0
    positives_heard: int = 0
    labels: int = 0
    labels_heard: int = 0
    negatives: int = 0
    false_alarms: int = 0
    missed: list[str] = field(default_factory=list)
    lowered: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"emergencies heard {_share(self.emergencies_heard, self.emergencies)}, "
            f"as such {_share(self.emergencies_as_such, self.emergencies)}; "
            f"red flags heard {_share(self.positives_heard, self.positives)}, "
            f"labels {_share(self.labels_heard, self.labels)}; "
            f"false alarms {_share(self.false_alarms, self.negatives)}"
        )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / whole:.1f} %" if whole else "-"


def cases(path: Path) -> Iterator[Case]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            if "labels" not in row:
                return
            yield Case(
                id=row["id"],
                text=row["text"],
                lang=row["lang"],
                labels=tuple(row["labels"]),
                severity=row["severity"],
                kind=row.get("kind", ""),
            )


def score(rows: Iterable[Case], phrases: Phrases, table: RedFlagTable) -> Score:
    total = Score()
    for case in rows:
        _count(total, case, screen(case.text, phrases), table)
    return total


def _count(total: Score, case: Case, heard: Heard, table: RedFlagTable) -> None:
    concepts = {concern.concept for concern in heard.concerns}
    if case.severity == "none":
        total.negatives += 1
        if concepts:
            total.false_alarms += 1
            quotes = ", ".join(f"{flag.rule}: {flag.quote!r} ({flag.denial})" for flag in heard.flags)
            total.alarms.append(f"{case.id} [{case.kind}] {case.text!r} <- {quotes}")
        return
    total.positives += 1
    total.positives_heard += bool(concepts)
    total.labels += len(case.labels)
    total.labels_heard += sum(label in concepts for label in case.labels)
    if case.is_emergency:
        total.emergencies += 1
        total.emergencies_heard += bool(concepts)
        total.emergencies_as_such += table.tier(heard.concerns) is Tier.EMERGENCY
    if not concepts:
        total.missed.append(f"{case.id} {'EMERGENCY' if case.is_emergency else 'urgent'} {case.labels} {case.text!r}")
    elif case.is_emergency and table.tier(heard.concerns) is not Tier.EMERGENCY:
        total.lowered.append(f"{case.id} {case.labels} heard as {sorted(concepts)}: {case.text!r}")


@lru_cache(maxsize=1)
def shipped_phrases() -> Phrases:
    phrases, problems = load_phrases((FLOWS / "phrases.yaml").read_text("utf-8"))
    if phrases is None:
        raise SystemExit("\n".join(map(str, problems)))
    return phrases


def speed(rows: list[Case], phrases: Phrases) -> tuple[float, float]:
    """The median and the worst time for one text, in milliseconds."""
    times = []
    for case in rows:
        start = time.perf_counter()
        screen(case.text, phrases)
        times.append(1000 * (time.perf_counter() - start))
    times.sort()
    return times[len(times) // 2], times[-1]


def report(path: Path, *, only: str = "", quiet: bool = False) -> None:
    phrases, table = shipped_phrases(), fallback_table()
    rows = list(cases(path))
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in rows:
        groups[f"lang {case.lang}"].append(case)
        groups[f"kind {case.kind}"].append(case)
    print(f"{path.name}: {score(rows, phrases, table)}")
    for name in sorted(groups):
        print(f"  {name}: {score(groups[name], phrases, table)}")
    if not quiet:
        total = score([case for case in rows if only in case.id], phrases, table)
        for title, lines in (("MISSED", total.missed), ("LOWERED", total.lowered), ("FALSE ALARM", total.alarms)):
            for line in lines:
                print(f"{title} {line}")
    median, worst = speed(rows, phrases)
    print(f"  median {median:.3f} ms, worst {worst:.3f} ms")


def main(arguments: list[str]) -> None:
    quiet = "--quiet" in arguments
    paths = [Path(argument) for argument in arguments if not argument.startswith("--")]
    for path in paths or PLACES.values():
        report(path, quiet=quiet)


if __name__ == "__main__":
    main(sys.argv[1:])
