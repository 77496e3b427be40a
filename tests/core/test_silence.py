"""Four ways to hear nothing, each with its ladder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.redflag.table import Tier
from bot.core.silence import NOTHING, SHIPPED, Rung, Way, climb

SINCE = datetime(2026, 11, 24, 16, tzinfo=UTC)


def at(way: Way, hours: float, day: int = 3) -> Rung:
    return climb(SHIPPED.of(way), way, since=SINCE, day=day, now=SINCE + timedelta(hours=hours))


def after(hours: float) -> datetime:
    return SINCE + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("way", "hours", "tier", "next_at"),
    [
        (Way.UNANSWERED, 4, None, after(24)),
        (Way.UNANSWERED, 24, Tier.ROUTINE, after(48)),
        (Way.UNANSWERED, 48, Tier.SAME_DAY, None),
        (Way.UNDELIVERED, 0, Tier.ROUTINE, after(24)),
        (Way.UNDELIVERED, 24, Tier.SAME_DAY, None),
        (Way.UNREACHABLE, 0, Tier.ROUTINE, after(4)),
        (Way.UNREACHABLE, 4, Tier.SAME_DAY, None),
        (Way.STOPPED, 23.9, Tier.ROUTINE, after(24)),
        (Way.STOPPED, 24, Tier.SAME_DAY, None),
    ],
)
def test_a_silence_climbs_from_a_task_to_a_call(
    way: Way, hours: float, tier: Tier | None, next_at: datetime | None
) -> None:
    assert at(way, hours) == Rung(tier, next_at)


@pytest.mark.parametrize(("way", "last_day"), [(each, SHIPPED.of(each).until_day) for each in Way])
def test_after_its_days_nothing_climbs_to_a_call(way: Way, last_day: int) -> None:
    assert at(way, 100, last_day).tier is Tier.SAME_DAY
    assert at(way, 100, last_day + 1) == (NOTHING if way is Way.UNANSWERED else Rung(Tier.ROUTINE, None))


def test_before_the_surgery_a_question_without_an_answer_is_nobodys_task() -> None:
    assert at(Way.UNANSWERED, 100, -6) == NOTHING
    assert at(Way.UNREACHABLE, 100, -6) == Rung(Tier.ROUTINE, None)
