"""The watchdog's judgement: what is paged, when, how often, and what is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.watch import (
    LONGEST_PAGE,
    Finding,
    Life,
    Rank,
    Seen,
    Shown,
    Step,
    Times,
    Trouble,
    Waiting,
    absent,
    deferred,
    due,
    is_well,
    lives,
    look,
    page_words,
    recovery_words,
    step,
    told,
    waiting,
)

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
TIMES = Times()


class Night:
    """A watchdog that looks once a second, and whose pages always get through."""

    def __init__(self) -> None:
        self.now = NOW
        self.troubles: dict[str, Trouble] = {}
        self.paged: list[tuple[int, tuple[str, ...]]] = []
        self.recovered: list[tuple[int, tuple[str, ...]]] = []

    def passes(self, seconds: float, *wrong: Finding, is_held: bool = False) -> Night:
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            self._look(step(self.troubles, wrong, now=self.now, times=TIMES, is_held=is_held))
            self.now += timedelta(seconds=1)
        return self

    def _look(self, taken: Step) -> None:
        second = round((self.now - NOW).total_seconds())
        if taken.page:
            self.paged.append((second, names(taken.page)))
        if taken.recovered:
            self.recovered.append((second, names(taken.recovered)))
        self.troubles = told(taken.troubles, names(taken.page), self.now)


def names(troubles: Iterable[Trouble]) -> tuple[str, ...]:
    return tuple(each.part for each in troubles)


def wrong(part: str, after: float = 0) -> Finding:
    return Finding(part, f"The {part} is dead", f"start {part}", timedelta(seconds=after))


def test_nothing_wrong_pages_nobody_for_a_day() -> None:
    night = Night().passes(24 * 3600)

    assert (night.paged, night.recovered, night.troubles) == ([], [], {})


def test_a_part_that_is_dead_is_paged_and_again_every_fifteen_minutes_until_it_is_well() -> None:
    night = Night().passes(31 * 60, wrong("clock", after=30)).passes(120)

    assert night.paged == [(30, ("clock",)), (930, ("clock",)), (1830, ("clock",))]
    assert night.recovered == [(31 * 60 + 60, ("clock",))]


def test_what_passes_by_itself_before_its_time_is_never_spoken_of() -> None:
    night = Night().passes(29, wrong("web", after=30)).passes(40).passes(29, wrong("web", after=30)).passes(200)

    assert (night.paged, night.recovered) == ([], [])


def test_what_comes_and_goes_within_half_a_minute_is_one_trouble() -> None:
    night = Night()
    for _ in range(3):
        night.passes(14, wrong("web", after=30)).passes(10)

    assert night.paged == [(30, ("web",))]


def test_a_part_that_flaps_is_paged_less_and_less_often() -> None:
    night = Night()
    for _ in range(60):
        night.passes(60, wrong("web")).passes(120)

    assert len(night.recovered) <= 3
    assert len(night.paged) <= 3 + 3 * 60 // 15
    assert all(later - earlier >= 120 for (earlier, _), (later, _) in zip(night.paged, night.paged[1:], strict=False))


def test_an_hour_later_a_new_trouble_is_new() -> None:
    night = Night().passes(5, wrong("web")).passes(2 * 3600).passes(5, wrong("web"))

    assert night.troubles["web"].relapses == 0
    assert len(night.paged) == 2


def test_parts_found_at_once_are_one_page() -> None:
    night = Night().passes(60, wrong("clock", after=20), wrong("redis", after=20))

    assert night.paged == [(20, ("clock", "redis"))]


@pytest.mark.parametrize(
    ("cause", "follows"),
    [
        ("database", "canary"),
        ("database", "texts"),
        ("clock", "alerts"),
        ("carrier", "pages"),
        ("web", "canary"),
    ],
)
def test_one_cause_is_one_page(cause: str, follows: str) -> None:
    night = Night().passes(300, wrong(cause, after=30), wrong(follows))

    assert night.paged == [(30, (cause,))]


def test_what_stays_wrong_when_its_cause_is_well_is_paged() -> None:
    night = Night().passes(60, wrong("clock"), wrong("pages")).passes(90, wrong("pages"))

    assert [parts for _, parts in night.paged] == [("clock",), ("pages",)]


def test_an_old_trouble_hides_no_new_one() -> None:
    night = Night().passes(3600, wrong("carrier")).passes(10, wrong("carrier"), wrong("pages"))

    assert night.paged[-1] == (3600, ("carrier", "pages"))


def test_a_release_keeps_new_troubles_waiting_and_forgets_no_old_one() -> None:
    night = Night().passes(10, wrong("redis")).passes(900, wrong("redis"), wrong("web", after=30), is_held=True)

    assert night.paged == [(0, ("redis",))]

    night.passes(31, wrong("redis"), wrong("web", after=30))

    assert [parts for _, parts in night.paged[1:]] == [("redis",), ("web",)]


def test_every_patience_leaves_a_page_within_ninety_seconds() -> None:
    ways = (
        TIMES.quiet,
        TIMES.carrying,
        TIMES.absent,
        TIMES.behind + TIMES.ask,
        TIMES.low + TIMES.ask,
        TIMES.overdue + TIMES.unanswered,
        TIMES.ask_carrier + 10 * timedelta(seconds=1) + TIMES.unanswered,
    )

    assert max(ways) < timedelta(seconds=80)


def test_all_of_its_patience_can_be_shortened() -> None:
    faster = TIMES.faster(10)

    assert (faster.quiet, faster.again) == (timedelta(seconds=4), timedelta(seconds=90))


# What stands still


def test_what_changes_lives_and_what_does_not_is_found() -> None:
    still = Shown("clock", "1", timedelta(seconds=40), wrong("clock"))

    seen, early = look({}, [still], NOW)
    seen, changed = look(seen, [Shown("clock", "2", still.still, still.finding)], NOW + timedelta(seconds=39))
    seen, later = look(seen, [Shown("clock", "2", still.still, still.finding)], NOW + timedelta(seconds=79))

    assert (early, changed, names_of(later)) == ([], [], ["clock"])
    assert later[0].since == NOW + timedelta(seconds=39)


def test_what_is_not_shown_any_more_is_forgotten() -> None:
    seen, findings = look({"gone": Seen("1", NOW - timedelta(days=1))}, [], NOW)

    assert (seen, findings) == ({}, [])


def test_a_watchdog_that_was_itself_stopped_blames_nobody() -> None:
    seen, _ = look({}, [Shown("clock", "1", TIMES.quiet, wrong("clock"))], NOW)

    _, findings = look(seen, [Shown("clock", "999", TIMES.quiet, wrong("clock"))], NOW + timedelta(hours=1))

    assert findings == []


def names_of(findings: Iterable[Finding]) -> list[str]:
    return [each.part for each in findings]


def life(part: str, pid: int, *, began: int, beat: int, loop: str = "decide") -> Life:
    return Life(part, loop, f"vm@{pid}", began, beat)


def test_a_process_that_was_begun_anew_has_replaced_the_one_that_was_killed() -> None:
    killed, new = life("clock", 1, began=0, beat=100), life("clock", 2, began=103, beat=110)

    assert [shown.name for shown in lives([killed, new], TIMES)] == ["clock.decide@vm@2"]


def test_a_second_process_of_a_part_does_not_hide_one_that_hangs() -> None:
    hangs, other = life("clock", 1, began=0, beat=100), life("clock", 2, began=3, beat=110)

    assert len(lives([hangs, other], TIMES)) == 2


def test_a_loop_that_waits_for_the_carrier_has_more_time() -> None:
    shown = {each.name: each.still for each in lives([life("clock", 1, began=0, beat=0, loop="pages")], TIMES)}

    assert shown == {"clock.pages@vm@1": TIMES.carrying}


def test_a_part_that_nobody_runs_is_named_with_what_to_do() -> None:
    seen, _ = look({}, [absent("worker-page", is_there=False, times=TIMES)], NOW)

    _, found = look(seen, [absent("worker-page", is_there=False, times=TIMES)], NOW + TIMES.absent)

    assert [(each.what, each.todo) for each in found] == [
        ("The worker for pages does not run anywhere", "start `mendline worker`")
    ]


def test_a_part_that_runs_is_never_absent() -> None:
    shown = absent("clock", is_there=True, times=TIMES)
    seen, _ = look({}, [shown], NOW)

    assert look(seen, [shown], NOW + timedelta(days=1))[1] == []


@pytest.mark.parametrize(
    ("stuck", "part"),
    [
        (Waiting(text="T1:1"), "texts"),
        (Waiting(page="P1:0"), "pages"),
        (Waiting(ladder="A1:14:00"), "alerts"),
        (Waiting(orphans=1), "alerts"),
    ],
)
def test_the_oldest_that_waits_and_stays_the_same_is_behind(stuck: Waiting, part: str) -> None:
    seen, _ = look({}, waiting(stuck, TIMES), NOW)

    _, early = look(seen, waiting(stuck, TIMES), NOW + TIMES.behind - timedelta(seconds=1))
    _, late = look(seen, waiting(stuck, TIMES), NOW + TIMES.behind)

    assert (early, names_of(late)) == ([], [part])


def test_a_busy_lane_is_not_behind() -> None:
    seen: dict[str, Seen] = {}
    found: list[Finding] = []
    for second in range(600):
        seen, now_found = look(seen, waiting(Waiting(page=f"P{second}:0"), TIMES), NOW + timedelta(seconds=second))
        found += now_found

    assert found == []


# Two watchdogs


def trouble(part: str = "clock", *, ago: float = 0, paged: float | None = None) -> Trouble:
    at = NOW - timedelta(seconds=ago)
    return Trouble(part, "x", "y", at, at, paged_at=None if paged is None else NOW - timedelta(seconds=paged))


def test_the_first_watchdog_pages_at_once_and_the_second_waits_for_it() -> None:
    assert deferred([trouble()], Rank(0), NOW, TIMES) == ([trouble()], [])
    assert deferred([trouble(ago=19)], Rank(1), NOW, TIMES) == ([], [])
    assert deferred([trouble(ago=20)], Rank(1), NOW, TIMES) == ([trouble(ago=20)], [])


def test_what_another_watchdog_said_is_not_said_again_before_its_time() -> None:
    said = Rank(1, {"clock": NOW - timedelta(seconds=15)})

    assert deferred([trouble(ago=30)], said, NOW, TIMES) == ([], [trouble(ago=30)])


def test_what_another_said_of_an_earlier_trouble_hides_no_new_one() -> None:
    earlier = Rank(0, {"clock": NOW - timedelta(minutes=5)})

    assert deferred([trouble(ago=30)], earlier, NOW, TIMES) == ([trouble(ago=30)], [])


def test_when_the_other_falls_silent_this_one_goes_on() -> None:
    long_ago, mine = Rank(1, {"clock": NOW - timedelta(seconds=920)}), trouble(ago=950, paged=920)

    assert deferred([mine], long_ago, NOW, TIMES) == ([mine], [])


def test_whoever_did_not_page_says_nothing_of_the_end() -> None:
    theirs = told({"clock": trouble()}, ["clock"], NOW, by_us=False)

    first = step(theirs, [], now=NOW + timedelta(seconds=1), times=TIMES)
    end = step(first.troubles, [], now=NOW + timedelta(seconds=100), times=TIMES)

    assert (end.recovered, end.troubles["clock"].stands) == ([], False)


# Words


def test_a_page_says_which_part_since_when_and_what_to_do() -> None:
    assert page_words([trouble()]) == "Mendline watchdog: x (since 14:02 UTC): y."


def test_several_are_counted_and_a_repetition_says_so() -> None:
    assert page_words([trouble(), trouble("web")]).startswith("Mendline watchdog: 2 things. x (since")
    again = told({"clock": trouble()}, ["clock"], NOW)["clock"]
    assert page_words([again]).startswith("Mendline watchdog: Again: x")


def test_a_page_is_never_long() -> None:
    assert len(page_words([trouble(f"part {number}") for number in range(60)])) == LONGEST_PAGE


def test_the_end_names_the_part_and_how_long_it_took() -> None:
    assert recovery_words([trouble(ago=420)], NOW) == "Mendline watchdog: well again: clock (after 7 min)."


def test_only_what_lasted_long_enough_is_said_aloud() -> None:
    young = Trouble("web", "x", "y", NOW, NOW, after=timedelta(seconds=30))

    assert due({"web": young}, NOW + timedelta(seconds=29)) == []
    assert due({"web": young}, NOW + timedelta(seconds=30)) == [young]
    assert not is_well({"web": young})
