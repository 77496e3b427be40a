"""Just before the call: what may leave, what waits and until when, and what is skipped and why."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.clearance import GO, HOLD_LOOK, Clearance, Departure, clear
from bot.core.enrollment import Consent, MessageKind
from bot.core.hours import Hours

CHICAGO = ZoneInfo("America/Chicago")
DAY = Hours(time(9), time(20))
NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)  # 02:00
MORNING = datetime(2026, 11, 25, 15, tzinfo=UTC)  # 09:00
EVENING = datetime(2026, 11, 25, 2, tzinfo=UTC)  # 20:00, to the second

CONSENT = Departure(
    MessageKind.NOTICE, is_unasked=True, not_after=None, consent=Consent.ASKED, is_blocked=False, zone=CHICAGO
)
TIP = replace(CONSENT, kind=MessageKind.TIP, consent=Consent.JOINED, not_after=NOON + timedelta(hours=2))
REPLY = replace(CONSENT, kind=MessageKind.REPLY, is_unasked=False)


@pytest.mark.parametrize(
    ("message", "now", "expected"),
    [
        (TIP, NOON, GO),
        (TIP, TIP.not_after, Clearance("window missed")),
        (replace(TIP, consent=Consent.STOPPED), NOON, Clearance("stopped")),
        (replace(TIP, is_blocked=True), NOON, Clearance("number cannot be reached")),
        (replace(TIP, not_after=MORNING), NIGHT, Clearance("outside hours")),
        (replace(TIP, not_after=MORNING + timedelta(minutes=1)), NIGHT, Clearance("outside hours", MORNING)),
        (CONSENT, NIGHT, Clearance("outside hours", MORNING)),
        (CONSENT, EVENING - timedelta(seconds=1), GO),
        (CONSENT, EVENING, Clearance("outside hours", MORNING)),
        (replace(CONSENT, zone=ZoneInfo("Pacific/Honolulu")), EVENING, GO),
        (REPLY, NIGHT, GO),
        (replace(REPLY, consent=Consent.STOPPED), NOON, Clearance("stopped")),
        (replace(REPLY, consent=Consent.STOPPED, is_first_answer=True), NOON, GO),
        (replace(REPLY, kind=MessageKind.PAGE), NIGHT, GO),
    ],
)
def test_what_may_leave_now(message: Departure, now: datetime, expected: Clearance) -> None:
    assert clear(message, DAY, is_held=False, now=now) == expected


@pytest.mark.parametrize(
    ("day", "opens"),
    [("2026-03-08", datetime(2026, 3, 8, 14, tzinfo=UTC)), ("2026-11-01", datetime(2026, 11, 1, 15, tzinfo=UTC))],
)
def test_the_morning_after_the_clocks_changed_begins_at_nine_on_the_wall(day: str, opens: datetime) -> None:
    night = datetime.fromisoformat(f"{day}T05:30:00+00:00")

    assert clear(CONSENT, DAY, is_held=False, now=night) == Clearance("outside hours", opens)


def test_while_the_time_is_in_doubt_nothing_begins_and_everything_else_goes_on() -> None:
    assert clear(CONSENT, DAY, is_held=True, now=NOON) == Clearance("the clock jumped", NOON + HOLD_LOOK)
    assert clear(TIP, DAY, is_held=True, now=NOON + timedelta(minutes=118)) == Clearance("the clock jumped")
    assert clear(REPLY, DAY, is_held=True, now=NOON) == GO
