"""Who is on call, as a table: turns, hand-overs, overrides, holidays, zones, and the nights when clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.alert import OnCall
from bot.core.cover import Nearness, Thin, Weakness, nearness, weaknesses
from bot.core.hours import at_local
from bot.core.rota import By, OnHolidays, Override, Post, Rota, Shift, Stretch, Turn, line, next_hand_over, on_call

CHICAGO, SYDNEY = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Sydney")
PHOENIX, LORD_HOWE = ZoneInfo("America/Phoenix"), ZoneInfo("Australia/Lord_Howe")
MONDAY = date(2026, 11, 23)
EVERY_DAY = frozenset(range(7))
ALL = frozenset({"ana", "ben", "cai", "dee"})
DAY = timedelta(days=1)


def shift(*people: str, hours: str = "07:00-07:00", rung: int = 1, days: frozenset[int] = EVERY_DAY) -> Shift:
    starts, ends = (time.fromisoformat(each) for each in hours.split("-"))
    return Shift("s", rung, people, days, starts, ends, CHICAGO, Turn.WEEKLY, MONDAY)


def rota(*shifts: Shift, standing: tuple[OnCall, ...] = (), **more: object) -> Rota:
    return replace(Rota(shifts, (), standing, ALL), **more)  # type: ignore[arg-type]


def there(day: date, hour: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return at_local(day, time.fromisoformat(hour), zone)


def who(found: tuple[Post, ...], rung: int = 1) -> list[str]:
    return [post.staff_id for post in found if post.rung == rung and post.is_reachable]


def test_a_weekly_turn_is_handed_over_on_the_weekday_of_its_first_day() -> None:
    weekly = rota(shift("ana", "ben"))

    assert who(on_call(weekly, there(MONDAY, "06:59"))) == []  # before it begins
    assert who(on_call(weekly, there(MONDAY, "07:00"))) == ["ana"]
    assert who(on_call(weekly, there(MONDAY + 7 * DAY, "06:59"))) == ["ana"]
    assert who(on_call(weekly, there(MONDAY + 7 * DAY, "07:00"))) == ["ben"]
    assert who(on_call(weekly, there(MONDAY + 14 * DAY, "07:00"))) == ["ana"]


def test_a_week_of_one_person_is_one_stretch() -> None:
    stretches = line(rota(shift("ana", "ben")), there(MONDAY, "07:00"), there(MONDAY + 14 * DAY, "07:00"))

    assert [(each.opens, each.closes, who(each.posts)) for each in stretches] == [
        (there(MONDAY, "07:00"), there(MONDAY + 7 * DAY, "07:00"), ["ana"]),
        (there(MONDAY + 7 * DAY, "07:00"), there(MONDAY + 14 * DAY, "07:00"), ["ben"]),
    ]


def test_a_daily_turn_passes_at_each_of_its_days_and_over_the_weekend() -> None:
    weekdays = replace(shift("ana", "ben", "cai", days=frozenset(range(5))), turn=Turn.DAILY)

    turns = [weekdays.person(MONDAY + DAY * ahead) for ahead in (0, 1, 2, 3, 4, 7, 8)]

    assert turns == ["ana", "ben", "cai", "ana", "ben", "cai", "ana"]


def test_a_first_day_in_the_middle_of_a_week() -> None:
    nights = replace(shift("ana", "ben", days=frozenset({0, 5})), turn=Turn.DAILY, first_day=MONDAY + 3 * DAY)

    # Saturday is the first, Monday the second, and so on.
    assert [nights.person(MONDAY + DAY * ahead) for ahead in (5, 7, 12, 14)] == ["ana", "ben", "ana", "ben"]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = rota(shift("ana", hours="19:00-07:00", days=frozenset({4})))
    friday = MONDAY + 4 * DAY

    assert who(on_call(friday_night, there(friday, "18:59"))) == []
    assert who(on_call(friday_night, there(friday, "19:00"))) == ["ana"]
    assert who(on_call(friday_night, there(friday + DAY, "06:59"))) == ["ana"]
    assert who(on_call(friday_night, there(friday + DAY, "07:00"))) == []


def test_a_shift_ends_with_its_last_day() -> None:
    ending = rota(replace(shift("ana"), last_day=MONDAY))

    assert who(on_call(ending, there(MONDAY + DAY, "06:59"))) == ["ana"]
    assert who(on_call(ending, there(MONDAY + DAY, "07:00"))) == []


CHANGES = [
    # zone, the day on which the night begins, hours that 19:00-07:00 then lasts
    (CHICAGO, date(2027, 3, 13), 11),  # clocks go forward
    (CHICAGO, date(2026, 10, 31), 13),  # and back
    (CHICAGO, date(2026, 12, 1), 12),
    (SYDNEY, date(2026, 10, 3), 11),  # the south goes forward in October
    (SYDNEY, date(2027, 4, 3), 13),
    (PHOENIX, date(2027, 3, 13), 12),  # no daylight saving at all
    (PHOENIX, date(2026, 10, 31), 12),
    (LORD_HOWE, date(2026, 10, 3), 11.5),  # half an hour
    (LORD_HOWE, date(2027, 4, 3), 12.5),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_night_over_a_clock_change_lasts_as_long_as_the_clocks_on_the_wall_say(
    zone: ZoneInfo, day: date, hours: float
) -> None:
    night = replace(shift("ana", hours="19:00-07:00"), zone=zone, first_day=day, last_day=day)

    (span,) = night.spans(there(day, "00:00", zone), there(day + 2 * DAY, "00:00", zone), frozenset())

    assert span.closes - span.opens == timedelta(hours=hours)
    assert (span.opens.astimezone(zone).time(), span.closes.astimezone(zone).time()) == (time(19), time(7))


@pytest.mark.parametrize("hour", ["01:30", "02:00", "02:30", "03:00"])
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (CHICAGO, date(2027, 3, 14)),
        (CHICAGO, date(2026, 11, 1)),
        (SYDNEY, date(2026, 10, 4)),
        (SYDNEY, date(2027, 4, 4)),
    ],
)
def test_a_hand_over_within_the_change_leaves_no_hole_and_no_overlap(zone: ZoneInfo, day: date, hour: str) -> None:
    early = replace(shift("ana", hours=f"19:00-{hour}"), zone=zone, first_day=day - DAY, last_day=day - DAY)
    late = replace(shift("ben", hours=f"{hour}-07:00"), zone=zone, first_day=day, last_day=day)

    stretches = line(rota(early, late), there(day - DAY, "19:00", zone), there(day, "07:00", zone))

    assert [who(each.posts) for each in stretches] == [["ana"], ["ben"]]
    assert stretches[0].closes == stretches[1].opens == there(day, hour, zone)


def test_a_shift_inside_the_skipped_hour_does_not_take_place() -> None:
    day = date(2027, 3, 14)
    short = replace(shift("ana", hours="02:10-02:50"), first_day=day, last_day=day)

    assert list(short.spans(there(day, "00:00"), there(day + DAY, "00:00"), frozenset())) == []


def test_shifts_of_several_zones_meet_in_the_same_instant() -> None:
    """A nurse in Phoenix takes over from Chicago at 07:00 there; the change of clocks in one place shows as a gap."""
    chicago = shift("ana", hours="19:00-07:00")
    phoenix = replace(shift("ben", hours="06:00-18:00"), zone=PHOENIX)

    winter = line(rota(chicago, phoenix), there(MONDAY, "19:00"), there(MONDAY + DAY, "19:00"))
    summer = date(2027, 7, 5)
    hole = line(rota(chicago, phoenix), there(summer, "19:00"), there(summer + DAY, "19:00"))

    assert [who(each.posts) for each in winter] == [["ana"], ["ben"]]
    assert [who(each.posts) for each in hole] == [["ana", "ben"], ["ana"], [], ["ben"]]


def test_where_the_rota_names_nobody_those_who_stand_on_the_rung_are_on_call() -> None:
    weekdays = shift("ana", hours="08:00-17:00", days=frozenset(range(5)))
    found = rota(weekdays, standing=(OnCall("ben", 1), OnCall("cai", 2), OnCall("dee", None)))

    by_day, by_night = on_call(found, there(MONDAY, "12:00")), on_call(found, there(MONDAY, "20:00"))

    assert (who(by_day), who(by_day, 2)) == (["ana"], ["cai"])
    assert (who(by_night), who(by_night, 2)) == (["ben"], ["cai"])
    assert by_night[0].by is By.STANDING
    assert found.people == {"ana", "ben", "cai"}


def test_whom_a_page_cannot_reach_gives_way_to_who_stands_there() -> None:
    found = rota(shift("ana"), standing=(OnCall("ben", 1),), reachable=frozenset({"ben"}))

    posts = on_call(found, there(MONDAY, "12:00"))

    assert [(post.staff_id, post.by, post.is_reachable) for post in posts] == [
        ("ana", By.SHIFT, False),
        ("ben", By.STANDING, True),
    ]


def override(who_: str, opens: str, closes: str, instead_of: str | None = None, rung: int = 1) -> Override:
    return Override("o", rung, who_, there(MONDAY, opens), there(MONDAY, closes), instead_of)


def test_an_override_in_the_middle_of_a_shift_and_the_later_one_above_the_earlier() -> None:
    found = rota(shift("ana"), overrides=(override("ben", "10:00", "14:00"), override("cai", "13:00", "15:00")))

    stretches = line(found, there(MONDAY, "07:00"), there(MONDAY, "18:00"))

    assert [(each.opens, who(each.posts)) for each in stretches] == [
        (there(MONDAY, "07:00"), ["ana"]),
        (there(MONDAY, "10:00"), ["ben"]),
        (there(MONDAY, "13:00"), ["cai"]),
        (there(MONDAY, "15:00"), ["ana"]),
    ]


def test_an_override_instead_of_one_leaves_the_other_there() -> None:
    found = rota(shift("ana"), shift("ben"), overrides=(override("cai", "10:00", "14:00", instead_of="ana"),))

    assert who(on_call(found, there(MONDAY, "12:00"))) == ["ben", "cai"]


def test_an_override_fills_a_gap_and_touches_no_other_rung() -> None:
    found = rota(
        shift("ana", hours="07:00-09:00"), shift("dee", rung=2), overrides=(override("cai", "10:00", "14:00"),)
    )

    posts = on_call(found, there(MONDAY, "12:00"))

    assert (who(posts), who(posts, 2)) == (["cai"], ["dee"])


@pytest.mark.parametrize(
    ("kept", "on_the_day"),
    [(OnHolidays.AS_USUAL, ["ana"]), (OnHolidays.NOT, []), (OnHolidays.ONLY, ["ana"])],
)
def test_a_holiday(kept: OnHolidays, on_the_day: list[str]) -> None:
    thanksgiving = date(2026, 11, 26)
    found = rota(replace(shift("ana"), on_holidays=kept), holidays=frozenset({thanksgiving}))

    assert who(on_call(found, there(thanksgiving, "12:00"))) == on_the_day
    assert who(on_call(found, there(thanksgiving - DAY, "12:00"))) == ([] if kept is OnHolidays.ONLY else ["ana"])
    # The night before belongs to the day before, and is kept.
    assert who(on_call(found, there(thanksgiving, "06:00"))) == ([] if kept is OnHolidays.ONLY else ["ana"])


def test_a_holiday_moves_nobodys_week() -> None:
    plain = rota(replace(shift("ana", "ben"), on_holidays=OnHolidays.NOT))
    with_one = replace(plain, holidays=frozenset({MONDAY + DAY}))

    later = there(MONDAY + 9 * DAY, "12:00")

    assert who(on_call(plain, later)) == who(on_call(with_one, later)) == ["ben"]


def test_the_next_hand_over() -> None:
    found = rota(shift("ana", hours="07:00-19:00"), shift("ben", hours="19:00-07:00"))

    assert next_hand_over(found, there(MONDAY, "12:00")) == there(MONDAY, "19:00")
    assert next_hand_over(rota(), there(MONDAY, "12:00")) == there(MONDAY, "12:00") + 2 * DAY


NAMES = st.sampled_from(sorted(ALL))
HOURS_ = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
SHIFTS = st.builds(
    Shift,
    st.just("s"),
    st.integers(1, 2),
    st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    st.frozensets(st.integers(0, 6), min_size=1),
    HOURS_,
    HOURS_,
    st.sampled_from([CHICAGO, SYDNEY, PHOENIX, LORD_HOWE]),
    st.sampled_from(Turn),
    st.dates(date(2026, 10, 1), date(2026, 11, 10)),
    st.none(),
    st.sampled_from(OnHolidays),
)


@given(shifts=st.lists(SHIFTS, max_size=4), start=st.integers(0, 50 * 24 * 60))
def test_the_line_has_no_hole_and_says_of_each_moment_what_on_call_says(shifts: list[Shift], start: int) -> None:
    opens = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=start)
    found = rota(*shifts, standing=(OnCall("dee", 2),), holidays=frozenset({date(2026, 11, 1)}))

    stretches = line(found, opens, opens + 3 * DAY)

    assert (stretches[0].opens, stretches[-1].closes) == (opens, opens + 3 * DAY)
    for before, after in pairwise(stretches):
        assert before.closes == after.opens
        assert before.posts != after.posts
    for each in stretches:
        middle = each.opens + (each.closes - each.opens) / 2
        assert on_call(found, each.opens) == on_call(found, middle) == each.posts


# Where it is thin


def stretch(begins: int, ends: int, *posts: tuple[str, int, bool]) -> Stretch:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    found = tuple(Post(rung, staff_id, By.SHIFT, reachable) for staff_id, rung, reachable in posts)
    return Stretch(at + timedelta(hours=begins), at + timedelta(hours=ends), found)


def test_nobody_one_alone_and_an_empty_rung() -> None:
    stretches = [
        stretch(0, 8, ("ana", 1, True), ("ben", 2, True)),
        stretch(8, 12, ("ana", 1, False)),
        stretch(12, 20),
        stretch(20, 24, ("ben", 2, True)),
        stretch(24, 30, ("ben", 1, True), ("ben", 2, True)),
    ]

    found = weaknesses(stretches, (1, 2))

    at = stretches[0].opens
    hours = [
        (each.thin, (each.opens - at) // timedelta(hours=1), (each.closes - at) // timedelta(hours=1)) for each in found
    ]
    assert hours == [(Thin.NOBODY, 8, 20), (Thin.RUNG, 20, 24), (Thin.ALONE, 20, 30)]
    assert (found[1].rung, found[2].staff_id) == (1, "ben")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(-1, Nearness.AT_HAND), (4, Nearness.AT_HAND), (5, Nearness.NEAR), (72, Nearness.NEAR), (73, Nearness.FAR)],
)
def test_a_gap_comes_nearer(hours: int, expected: Nearness) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    gap = Weakness(Thin.NOBODY, now + timedelta(hours=hours), now + timedelta(hours=hours + 8))

    assert nearness(gap, now) is expected
