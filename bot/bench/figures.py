"""What was measured, as values: rounds, their medians, and how they stand to what was wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one side: how long it took, each answer's latency, the server's own processor time. Seconds."""

    seconds: float
    latencies: tuple[float, ...]
    busy_seconds: float | None = None

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p50(self) -> float:
        return percentile(self.latencies, 0.50)


@dataclass(frozen=True, slots=True)
class Side:
    """Floor or product over all its rounds: medians of the rounds' figures. None where it was not asked.

    `busy_us` is the server's processor time for one text.
    """

    rate: float
    p50_ms: float
    p99_ms: float
    busy_us: float | None = None
    megabytes: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing wanted, and what was found. `at_least` says which way is better."""

    name: str
    found: float
    wanted: float
    unit: str = ""
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section's table: what it is, and its cells under the section's headings."""

    name: str
    cells: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One measurement as it is printed. `note` says what the figures cannot."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    wishes: tuple[Wish, ...]
    note: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies; the nearest one that was really measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def side(rounds: Sequence[Round], megabytes: float | None = None) -> Side:
    busy = [each.busy_seconds / len(each.latencies) for each in rounds if each.busy_seconds is not None]
    return Side(
        rate=median(each.rate for each in rounds),
        p50_ms=median(each.p50 for each in rounds) * 1000,
        p99_ms=median(percentile(each.latencies, 0.99) for each in rounds) * 1000,
        busy_us=median(busy) * 1_000_000 if busy else None,
        megabytes=megabytes,
    )


def ratio(pairs: Sequence[tuple[Round, Round]], figure: Callable[[Round], float]) -> float:
    """The median of the second's to the first's in each pair: what disturbs the machine for a while disturbs both."""
    return median(figure(second) / figure(first) for first, second in pairs)
