"""Local time around midnight and daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.hours import (
    Hours,
    OfficeHours,
    UnknownZone,
    at_local,
    closing,
    day_after,
    is_open,
    local_day,
    next_open,
    zone,
)

YEAR_2000, YEAR_2037 = datetime(2000, 1, 1), datetime(2037, 1, 1)  # noqa: DTZ001
CONTACT = Hours(time(9), time(20))
ZONES = {
    name.rpartition("/")[2]: ZoneInfo(name)
    for name in (
        "America/Chicago",
        "America/New_York",
        "America/Phoenix",
        "Pacific/Auckland",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/Santiago",
        "UTC",
    )
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "day", "at", "expected"),
    [
        ("Chicago", "2026-11-24", "09:00", "2026-11-24T15:00"),
        ("Chicago", "2026-07-01", "09:00", "2026-07-01T14:00"),
        ("Chicago", "2026-03-08", "01:59", "2026-03-08T07:59"),
        ("Chicago", "2026-03-08", "02:00", "2026-03-08T08:00"),  # skipped: first instant after
        ("Chicago", "2026-03-08", "02:30", "2026-03-08T08:00"),
        ("Chicago", "2026-03-08", "03:00", "2026-03-08T08:00"),
        ("Chicago", "2026-11-01", "01:30", "2026-11-01T06:30"),  # twice: the first
        ("Chicago", "2026-11-01", "02:00", "2026-11-01T08:00"),
        ("New_York", "2026-03-08", "02:30", "2026-03-08T07:00"),
        ("New_York", "2026-11-01", "01:00", "2026-11-01T05:00"),
        ("Phoenix", "2026-03-08", "02:30", "2026-03-08T09:30"),
        ("Phoenix", "2026-07-01", "00:00", "2026-07-01T07:00"),
        ("Auckland", "2026-09-27", "02:30", "2026-09-26T14:00"),
        ("Auckland", "2026-04-05", "02:30", "2026-04-04T13:30"),
        ("Auckland", "2026-01-01", "00:00", "2025-12-31T11:00"),
        ("Apia", "2011-12-30", "12:00", "2011-12-30T10:00"),  # a day that never was
        ("Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),  # half an hour is skipped
        ("Kathmandu", "2026-01-01", "09:00", "2026-01-01T03:15"),
        ("Santiago", "2026-09-06", "00:00", "2026-09-06T04:00"),  # midnight itself is skipped
        ("UTC", "2026-01-01", "09:00", "2026-01-01T09:00"),
    ],
)
def test_a_wall_clock_time_is_one_instant(place: str, day: str, at: str, expected: str) -> None:
    assert at_local(date.fromisoformat(day), time.fromisoformat(at), ZONES[place]) == utc(expected)


@pytest.mark.parametrize(
    ("place", "now", "expected"),
    [
        ("Chicago", "2026-11-24T05:59", "2026-11-23"),
        ("Chicago", "2026-11-24T06:00", "2026-11-24"),
        ("Chicago", "2026-07-01T04:59", "2026-06-30"),
        ("New_York", "2026-11-24T04:59", "2026-11-23"),
        ("Phoenix", "2026-07-01T06:59", "2026-06-30"),
        ("Auckland", "2026-11-24T11:00", "2026-11-25"),
        ("UTC", "2026-11-24T00:00", "2026-11-24"),
    ],
)
def test_the_day_turns_at_local_midnight(place: str, now: str, expected: str) -> None:
    assert local_day(utc(now), ZONES[place]) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("place", "now", "expected"),
    [
        ("Chicago", "2026-11-20T18:00", 0),
        ("Chicago", "2026-11-21T05:59", 0),
        ("Chicago", "2026-11-21T06:00", 1),
        ("Chicago", "2026-11-19T18:00", -1),
        ("Chicago", "2026-12-02T06:00", 12),
        ("Auckland", "2026-11-20T11:00", 1),
    ],
)
def test_days_are_counted_from_surgery(place: str, now: str, expected: int) -> None:
    assert day_after(date(2026, 11, 20), utc(now), ZONES[place]) == expected


@pytest.mark.parametrize(
    ("place", "now", "opened", "opens", "closes"),
    [
        ("Chicago", "2026-11-24T14:59", False, "2026-11-24T15:00", "2026-11-25T02:00"),
        ("Chicago", "2026-11-24T15:00", True, "2026-11-24T15:00", "2026-11-25T02:00"),
        ("Chicago", "2026-11-25T01:59", True, "2026-11-25T01:59", "2026-11-25T02:00"),
        ("Chicago", "2026-11-25T02:00", False, "2026-11-25T15:00", "2026-11-26T02:00"),
        ("Chicago", "2026-03-08T13:59", False, "2026-03-08T14:00", "2026-03-09T01:00"),
        ("Chicago", "2026-11-01T14:59", False, "2026-11-01T15:00", "2026-11-02T02:00"),
        ("Phoenix", "2026-07-01T16:00", True, "2026-07-01T16:00", "2026-07-02T03:00"),
        ("Auckland", "2026-11-23T20:00", True, "2026-11-23T20:00", "2026-11-24T07:00"),
    ],
)
def test_contact_hours_are_the_patients_own(
    place: str,
    now: str,
    opened: bool,  # noqa: FBT001
    opens: str,
    closes: str,
) -> None:
    at = (utc(now), ZONES[place], CONTACT)

    assert is_open(*at) is opened
    assert next_open(*at) == utc(opens)
    assert closing(*at) == utc(closes)


def test_hours_that_daylight_saving_skips_open_the_next_day() -> None:
    night = Hours(time(2), time(3))

    assert next_open(utc("2026-03-08T06:00"), ZONES["Chicago"], night) == utc("2026-03-09T07:00")


def test_closing_at_midnight_is_the_end_of_the_day() -> None:
    late = Hours(time(18), time(0))

    assert is_open(utc("2026-11-25T05:59"), ZONES["Chicago"], late)
    assert not is_open(utc("2026-11-25T06:00"), ZONES["Chicago"], late)


@pytest.mark.parametrize(("opens", "closes"), [(time(9), time(9)), (time(20), time(9))])
def test_hours_must_close_after_they_open(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match="close after they open"):
        Hours(opens, closes)


WEEK = OfficeHours({day: (Hours(time(8), time(12)), Hours(time(13), time(17))) for day in range(5)})


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-24T14:00", "2026-11-24T14:00"),  # Tuesday 08:00
        ("2026-11-24T18:30", "2026-11-24T19:00"),  # lunch
        ("2026-11-24T23:00", "2026-11-25T14:00"),
        ("2026-11-27T23:00", "2026-11-30T14:00"),  # Friday evening to Monday
        ("2026-11-28T18:00", "2026-11-30T14:00"),
        ("2026-03-06T23:30", "2026-03-09T13:00"),  # over the change of clocks
    ],
)
def test_office_hours_follow_the_week(now: str, opens: str) -> None:
    assert WEEK.next_open(utc(now), ZONES["Chicago"]) == utc(opens)
    assert WEEK.is_open(utc(now), ZONES["Chicago"]) is (now == opens)


@pytest.mark.parametrize("weekly", [{}, {0: ()}])
def test_an_office_that_never_opens_is_refused(weekly: dict[int, tuple[Hours, ...]]) -> None:
    with pytest.raises(ValueError, match="must open"):
        OfficeHours(weekly)


def test_a_weekday_beyond_sunday_is_refused() -> None:
    with pytest.raises(ValueError, match="weekdays"):
        OfficeHours({7: (CONTACT,)})


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("America/Chcago", "America/Chicago"),
        ("america/chicago", "America/Chicago"),
        ("Chicago", "America/Chicago"),
        ("New York", "America/New_York"),
        ("CST", "America/Chicago"),
        ("EST", "America/New_York"),
        ("Eastern", "America/New_York"),
        ("zzzzzzz", None),
        ("", None),
        ("../etc/passwd", None),
    ],
)
def test_an_unknown_zone_is_a_sentence_with_a_hint(name: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownZone) as caught:
        zone(name)

    assert caught.value.suggestion == suggestion
    assert "is not a time zone" in str(caught.value)


def test_a_zone_is_found_by_its_name() -> None:
    assert zone("America/Chicago") == ZoneInfo("America/Chicago")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        local_day(datetime(2026, 1, 1), ZONES["UTC"])  # noqa: DTZ001


@given(st.datetimes(YEAR_2000, YEAR_2037), st.sampled_from(sorted(ZONES)))
def test_the_next_opening_is_open_and_never_past(naive: datetime, place: str) -> None:
    now = naive.replace(tzinfo=UTC)

    opens = next_open(now, ZONES[place], CONTACT)

    assert now <= opens < now + timedelta(days=3)
    assert is_open(opens, ZONES[place], CONTACT)
    assert closing(now, ZONES[place], CONTACT) > opens
