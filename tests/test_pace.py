"""The clinic's time goes on where it was, at whatever speed, however the last run ended."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import read_shift
from bot.pace import Pace

HOUR = 3600.0
START = 1_800_000_000.0


def clinic_time(pace: Pace, real: float) -> float:
    """Seconds since the first start, in the clinic."""
    shift = read_shift(pace.clock_file)
    assert shift
    return round(shift.apply(datetime.fromtimestamp(real, UTC)).timestamp() - START, 3)


@pytest.fixture
def pace(tmp_path: Path) -> Pace:
    return Pace(tmp_path)


def test_without_a_speed_the_clinic_lives_in_real_time(pace: Pace) -> None:
    assert pace.begin(None, real=START) is None
    assert not pace.clock_file.exists()


def test_the_first_run_with_a_speed_begins_now(pace: Pace) -> None:
    assert pace.begin(60, real=START) == pace.clock_file
    assert clinic_time(pace, START) == 0
    assert clinic_time(pace, START + 60) == HOUR


@pytest.mark.parametrize(
    ("speed", "night", "at_start", "a_minute_later"),
    [
        (60, 0, HOUR, 2 * HOUR),
        (60, 8 * HOUR, HOUR, 2 * HOUR),  # taken up as if no night had passed
        (1, 8 * HOUR, HOUR, HOUR + 60),
        (None, 0, HOUR, HOUR + 60),
        (None, 8 * HOUR, 9 * HOUR, 9 * HOUR + 60),  # the lead is kept, and the night passes
    ],
)
def test_a_restart_goes_on_where_it_was(
    pace: Pace, speed: float | None, night: float, at_start: float, a_minute_later: float
) -> None:
    pace.begin(60, real=START)
    pace.remember(real=START + 60)
    again = START + 60 + night

    pace.begin(speed, real=again)

    assert clinic_time(pace, again) == at_start
    assert clinic_time(pace, again + 60) == a_minute_later


def test_a_third_run_keeps_what_the_second_kept(pace: Pace) -> None:
    pace.begin(60, real=START)
    pace.remember(real=START + 60)
    pace.begin(None, real=START + 60)
    pace.remember(real=START + 120)

    pace.begin(None, real=START + 120)

    assert clinic_time(pace, START + 120) == HOUR + 60


def test_killed_before_the_first_second_it_begins_from_the_clock_file(pace: Pace) -> None:
    pace.begin(60, real=START)
    pace.memory.unlink()

    pace.begin(60, real=START + 1)

    assert clinic_time(pace, START + 1) == 1
