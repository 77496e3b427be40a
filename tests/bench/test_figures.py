"""Figures: the percentiles and medians that a verdict rests on."""

from __future__ import annotations

import pytest

from bot.bench import report
from bot.bench.figures import Round, Row, Section, Wish, percentile, ratio, side


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 1.0), (0.5, 51.0), (0.99, 100.0), (1.0, 100.0)],
)
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == expected


def test_one_slow_round_does_not_move_the_medians() -> None:
    steady, slow = Round(1.0, (0.1,) * 10), Round(100.0, (9.0,) * 10)

    found = side([steady, slow, steady])

    assert (found.rate, found.p50_ms, found.p99_ms) == (10.0, 100.0, 100.0)


def test_what_slows_both_of_a_pair_down_does_not_move_their_ratio() -> None:
    quiet, busy = (
        (Round(1.0, (0.1,) * 10), Round(2.0, (0.2,) * 10)),
        (Round(9.0, (0.1,) * 10), Round(18.0, (0.2,) * 10)),
    )

    assert ratio([quiet, busy, busy], lambda each: each.rate) == 0.5
    assert ratio([quiet, busy, busy], lambda each: each.p50) == 2.0


def test_processor_time_is_counted_for_one_text() -> None:
    assert side([Round(1.0, (0.1,) * 10, busy_seconds=0.01)]).busy_us == 1000.0
    assert side([Round(1.0, (0.1,) * 10)]).busy_us is None


@pytest.mark.parametrize(
    ("found", "at_least", "expected"),
    [(0.6, True, True), (0.59, True, False), (150.0, False, True), (151.0, False, False)],
)
def test_what_is_wanted_is_a_bound_from_below_or_from_above(found: float, at_least: bool, expected: bool) -> None:  # noqa: FBT001 - a table's columns
    wanted = 0.6 if at_least else 150.0

    assert Wish("it", found, wanted, at_least=at_least).is_met is expected


def test_a_section_is_printed_with_its_verdict_and_its_note() -> None:
    wish = Wish("share of the floor", 0.5, 0.6, at_least=True)
    section = Section("1. Inbound", ("texts/s",), (Row("floor", (1234.5,)), Row("product", (None,))), (wish,), "a note")

    lines = list(report.lines(section))

    assert lines[0].split() == ["1.", "Inbound", "texts/s"]
    assert lines[1].split() == ["floor", "1,234"]
    assert lines[2].split() == ["product", "-"]
    assert lines[3:] == ["  share of the floor: 0.50 (wanted at least 0.6): NOT REACHED", "  (a note)", ""]
    assert report.record(section)["rows"] == [
        {"name": "floor", "texts/s": 1234.5},
        {"name": "product", "texts/s": None},
    ]
