"""The rota decides who is paged: at a change of shift, over an override, on a holiday, and when clocks change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.core.alert import Cause
from bot.core.hours import at_local
from bot.core.rota import OnHolidays, Override, Shift, Turn
from bot.errors import Refused
from bot.service import alert
from bot.service.oncall import changing
from bot.store import health
from bot.store.alerts import Alert
from bot.store.tables import alert_event, outbox
from tests.clinic import TUESDAY, Clinic, Handset, Mailbox

CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 11, 24)  # a Tuesday
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))


def local(hour: str, day: date = TODAY, zone: ZoneInfo = CHICAGO) -> datetime:
    return at_local(day, time.fromisoformat(hour), zone)


def shift(
    clinic: Clinic,
    *people: Handset,
    hours: str = "07:00-19:00",
    rung: int = 1,
    days: frozenset[int] = EVERY_DAY,
    zone: ZoneInfo = CHICAGO,
    turn: Turn = Turn.WEEKLY,
    first_day: date = TODAY - 7 * DAY,
    on_holidays: OnHolidays = OnHolidays.AS_USUAL,
) -> str:
    starts, ends = (time.fromisoformat(each) for each in hours.split("-"))
    ids = tuple(person.id for person in people)
    new = Shift("", rung, ids, days, starts, ends, zone, turn, first_day, on_holidays=on_holidays)
    made = changing.add_shift(clinic.parts, new, by=None, now=clinic.clock.now())
    clinic.settle()
    return made


def takes(
    clinic: Clinic, taker: Handset, opens: datetime, closes: datetime, *, rung: int = 1, by: str | None = None
) -> str:
    wanted = Override("", rung, taker.id, opens, closes)
    made = changing.take(clinic.parts, wanted, by=by or taker.id, now=clinic.clock.now())
    clinic.settle()
    return made


def raised(clinic: Clinic, words: str = "i cant breathe") -> Handset:
    patient = clinic.patient()
    patient.texts(words)
    patient.forgets()
    return patient


def rota_alerts(clinic: Clinic) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.tier.value, each.why) for each in clinic.alerts if each.cause is Cause.ROTA]


def concern(clinic: Clinic) -> Alert:
    """The one alert that a patient's words raised."""
    (only,) = [each for each in clinic.alerts if each.cause is not Cause.ROTA]
    return only


def quiet(*people: Handset) -> None:
    for person in people:
        person.forgets()


def staffed(clinic: Clinic) -> tuple[Handset, Handset]:
    """A day nurse and a night nurse, round the clock, and a second rung behind them."""
    day, night = clinic.nurse(rung=None, name="Day"), clinic.nurse(rung=None, name="Night")
    shift(clinic, day, hours="07:00-19:00")
    shift(clinic, night, hours="19:00-07:00")
    return day, night


def test_whoever_has_the_shift_is_paged_and_nobody_else(clinic: Clinic) -> None:
    day, night = staffed(clinic)

    raised(clinic)

    day.hears("EMERGENCY")
    night.hears_nothing()


def test_at_night_the_night_nurse_is(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=local("02:00"))
    day, night = staffed(clinic)

    raised(clinic)

    night.hears("EMERGENCY")  # quiet hours never hold it up
    day.hears_nothing()


def test_at_seven_an_alert_that_nobody_took_goes_to_the_incoming_nurse_by_a_page_that_says_so(
    open_clinic: Callable[..., Clinic],
) -> None:
    clinic = open_clinic(at=local("06:50"))
    day, night = staffed(clinic)
    patient = raised(clinic)
    night.hears("EMERGENCY")

    clinic.clock.until(local("06:59"))
    day.hears_nothing()
    night.forgets()
    clinic.clock.until(local("07:00"))

    said = day.hears("You are on call now", "EMERGENCY", concern(clinic).code)
    assert patient.name not in said
    assert "breathe" not in said
    day.texts("ack")
    day.hears("is yours")
    assert concern(clinic).acknowledged_by == day.id
    quiet(night)


def test_an_alert_that_was_taken_is_handed_to_nobody_and_comes_back_to_the_next_shift(
    open_clinic: Callable[..., Clinic],
) -> None:
    clinic = open_clinic(at=local("06:40"))
    day, night = staffed(clinic)
    patient = raised(clinic)
    night.hears("EMERGENCY")
    night.texts("ack")
    night.hears("is yours")

    clinic.clock.until(local("07:39"))
    day.hears_nothing()
    clinic.clock.until(local("07:41"))

    day.hears("EMERGENCY", concern(clinic).code)
    quiet(night, patient)  # it is an hour old, so that everyone is paged


def test_a_routine_task_is_handed_to_nobody(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=local("18:50"))
    day, night = staffed(clinic)
    patient = clinic.patient()
    patient.texts("who are you people and why do you write")
    patient.forgets()
    quiet(day, night)

    clinic.clock.until(local("19:01"))

    quiet_ones = [row for row in clinic.rows(outbox) if row["kind"] == "page"]
    assert quiet_ones == []


def test_an_override_in_the_middle_takes_the_pages_and_the_open_alert(clinic: Clinic) -> None:
    day, night = staffed(clinic)
    spare = clinic.nurse(rung=None, name="Spare")
    patient = raised(clinic)
    day.hears("EMERGENCY")

    takes(clinic, spare, clinic.clock.now(), clinic.clock.now() + timedelta(hours=1))

    spare.hears("You are on call now", concern(clinic).code)
    alert.resolve(clinic.parts, concern(clinic).code, spare.id, "Reached.", clinic.clock.now())
    second = raised(clinic)
    spare.hears("EMERGENCY")
    day.hears_nothing()
    alert.resolve(clinic.parts, clinic.alerts[-1].code, spare.id, "Reached.", clinic.clock.now())
    clinic.clock.forward(hours=1, minutes=1)
    third = raised(clinic)
    day.hears("EMERGENCY")  # it is over, and the shift goes on
    spare.hears_nothing()
    quiet(patient, second, third, night)


def test_a_colleague_who_is_put_on_call_is_told_and_one_who_takes_it_is_not(clinic: Clinic) -> None:
    day, night = staffed(clinic)
    admin = clinic.nurse(rung=None, name="Admin", role="admin")

    takes(clinic, night, local("14:00"), local("15:00"), by=admin.id)
    takes(clinic, admin, local("15:00"), local("16:00"), by=admin.id)

    night.hears("You are on call from Tue 24 Nov 14:00", "Tue 24 Nov 15:00 CST")
    quiet(day, night, admin)
    assert [row["kind"] for row in clinic.rows(outbox)].count("notice") == 1


def test_an_override_that_is_given_back_tells_who_is_on_call_again(clinic: Clinic) -> None:
    day, night = staffed(clinic)
    made = takes(clinic, night, local("14:00"), local("15:00"))

    changing.give_back(clinic.parts, made, by=night.id, now=clinic.clock.now())

    day.hears("You are on call from", "14:00")
    clinic.clock.until(local("14:30"))
    raised(clinic)
    day.hears("EMERGENCY")
    night.hears_nothing()


def test_a_nurse_takes_or_gives_her_own_and_nobody_elses(clinic: Clinic) -> None:
    day, night = staffed(clinic)
    viewer, other = clinic.nurse(rung=None, role="viewer"), clinic.nurse(rung=None)

    def give(to: Handset, by: Handset, instead_of: str | None) -> str:
        wanted = Override("", 1, to.id, local("14:00"), local("15:00"), instead_of)
        return changing.take(clinic.parts, wanted, by=by.id, now=clinic.clock.now())

    assert give(night, day, day.id)
    with pytest.raises(Refused, match="give your own away"):
        give(night, other, day.id)
    with pytest.raises(Refused, match="viewer"):
        give(viewer, day, day.id)
    other.texts("STOP")
    with pytest.raises(Refused, match="START"):
        give(other, other, None)
    quiet(day, night, other, viewer)


def test_on_a_holiday_the_holiday_shift_is_on_call_and_nobody_promises_a_call(
    open_clinic: Callable[..., Clinic],
) -> None:
    clinic = open_clinic(at=local("10:00"))
    day, holiday_nurse = clinic.nurse(rung=None, name="Day"), clinic.nurse(rung=None, name="Holiday")
    shift(clinic, day, hours="07:00-07:00", on_holidays=OnHolidays.NOT)
    shift(clinic, holiday_nurse, hours="07:00-07:00", on_holidays=OnHolidays.ONLY)
    quiet(day, holiday_nurse)
    patient = clinic.patient()
    patient.texts("pus on the dressing")
    open_words = " ".join(patient.forgets())
    day.hears("Same day")

    changing.add_holiday(clinic.parts, TODAY, "Founders' day", clinic.clock.now())
    clinic.settle()
    second = clinic.patient()
    second.texts("pus on the dressing")

    closed_words = " ".join(second.forgets())
    assert "today" in open_words.casefold()
    assert "closed" in closed_words.casefold()
    holiday_nurse.hears("Same day")  # handed over at once, for the rota changed under an open alert
    holiday_nurse.hears("Same day")
    day.hears_nothing()


NIGHTS = [
    # the evening, and hours from 19:00 to 07:00 on that night
    (date(2027, 3, 13), CHICAGO, 11),
    (date(2026, 10, 31), CHICAGO, 13),
    (date(2026, 10, 3), ZoneInfo("Australia/Sydney"), 11),
    (date(2027, 4, 3), ZoneInfo("Australia/Sydney"), 13),
    (date(2027, 3, 13), ZoneInfo("America/Phoenix"), 12),
]


@pytest.mark.parametrize(("evening", "zone", "hours"), NIGHTS)
def test_a_night_on_which_clocks_change_is_the_night_nurses_from_start_to_end(
    open_clinic: Callable[..., Clinic], evening: date, zone: ZoneInfo, hours: int
) -> None:
    starts, ends = local("19:00", evening, zone), local("07:00", evening + DAY, zone)
    clinic = open_clinic(at=starts - timedelta(minutes=1))
    day, night = clinic.nurse(rung=None, name="Day"), clinic.nurse(rung=None, name="Night")
    shift(clinic, day, hours="07:00-19:00", zone=zone, first_day=evening)
    shift(clinic, night, hours="19:00-07:00", zone=zone, first_day=evening)
    assert ends - starts == timedelta(hours=hours)

    def paged_at(moment: datetime) -> list[str]:
        clinic.clock.until(moment)
        patient = raised(clinic)
        heard = [person.name for person in (day, night) if person.forgets()]
        alert.resolve(clinic.parts, clinic.alerts[-1].code, day.id, "Reached.", clinic.clock.now())
        patient.forgets()
        return heard

    minute = timedelta(minutes=1)
    assert paged_at(starts - minute / 2) == ["Day"]
    assert paged_at(starts + minute) == ["Night"]
    assert paged_at(starts + timedelta(hours=hours / 2)) == ["Night"]
    assert paged_at(ends - minute) == ["Night"]
    assert paged_at(ends + minute) == ["Day"]
    quiet(*clinic.handsets)


def test_in_a_gap_those_who_stand_on_the_rung_are_paged(clinic: Clinic) -> None:
    scheduled, standing = clinic.nurse(rung=None), clinic.nurse(rung=1)
    shift(clinic, scheduled, hours="07:00-12:00")
    quiet(scheduled, standing)

    raised(clinic)  # 13:30

    standing.hears("EMERGENCY")
    scheduled.hears_nothing()


def test_in_a_gap_where_nobody_stands_every_nurse_and_admin_is_paged(clinic: Clinic) -> None:
    scheduled, other, admin = clinic.nurse(rung=None), clinic.nurse(rung=None), clinic.nurse(rung=None, role="admin")
    shift(clinic, scheduled, hours="07:00-12:00")
    quiet(scheduled, other, admin)

    raised(clinic)

    for person in (scheduled, other, admin):
        person.hears("EMERGENCY")


def test_at_fifteen_minutes_everyone_who_takes_part_is_paged_on_duty_or_not(clinic: Clinic) -> None:
    day, night = staffed(clinic)
    never = clinic.nurse(rung=None, name="Never on call")
    raised(clinic)

    clinic.clock.forward(minutes=15, seconds=1)

    assert day.forgets()
    night.hears("EMERGENCY")
    never.hears_nothing()


# A gap is told before it comes


def test_a_gap_is_a_task_when_far_and_a_page_to_the_admins_when_near_each_once(
    open_clinic: Callable[..., Clinic],
) -> None:
    clinic = open_clinic(at=local("10:00", date(2026, 11, 16)))  # a Monday
    admin, *nurses = clinic.nurse(rung=None, role="admin"), clinic.nurse(rung=None), clinic.nurse(rung=None)
    gap_free = frozenset(range(5)) | {6}
    for nurse in nurses:
        shift(clinic, nurse, hours="07:00-07:00", days=gap_free, first_day=date(2026, 11, 1))
    assert rota_alerts(clinic) == []  # not while somebody is at work on it
    clinic.clock.forward(minutes=15)

    gap = "nobody is on call Sat 21 Nov 07:00 to Sun 22 Nov 07:00"
    assert [tier for tier, why in rota_alerts(clinic) if gap in why] == ["routine"]
    admin.hears_nothing()
    clinic.clock.until(local("07:20", date(2026, 11, 18)))  # three days before
    admin.hears("Same day")
    assert [tier for tier, why in rota_alerts(clinic) if gap in why] == ["routine", "same_day"]
    for nurse in nurses:
        nurse.hears_nothing()
    near = next(each for each in clinic.alerts if gap in each.why and each.tier == "same_day")
    alert.resolve(clinic.parts, near.code, admin.id, "Ben takes it.", clinic.clock.now())
    clinic.clock.until(local("02:00", date(2026, 11, 21)))
    admin.hears_nothing()  # once
    clinic.clock.until(local("04:30", date(2026, 11, 21)))
    admin.hears("Same day")  # and again at hand
    assert [tier for tier, why in rota_alerts(clinic) if gap in why] == ["routine", "same_day", "same_day"]
    quiet(admin, *nurses)


def test_a_gap_that_somebody_takes_is_told_no_more(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=local("10:00", date(2026, 11, 16)))
    admin, one, two = clinic.nurse(rung=None, role="admin"), clinic.nurse(rung=None), clinic.nurse(rung=None)
    for nurse in (one, two):
        shift(clinic, nurse, hours="07:00-07:00", days=frozenset(range(7)) - {5}, first_day=date(2026, 11, 1))
    saturday = date(2026, 11, 21)

    takes(clinic, one, local("07:00", saturday), local("07:00", saturday + DAY))
    clinic.clock.until(local("12:00", saturday))

    assert not [why for _, why in rota_alerts(clinic) if any("on call Sat 21 Nov" in line for line in why)]
    assert [tier for tier, why in rota_alerts(clinic) if any("on call Sat 28 Nov" in line for line in why)] == [
        "routine"
    ]
    quiet(admin, one, two)


def test_a_rung_that_stays_empty_and_one_person_alone_are_tasks_and_nobody_is_paged(clinic: Clinic) -> None:
    nurse, second = clinic.nurse(rung=None), clinic.nurse(rung=None)
    shift(clinic, nurse, hours="07:00-07:00")
    shift(clinic, second, hours="07:00-08:00", rung=2, days=frozenset({0}), first_day=TODAY)

    clinic.clock.forward(hours=30)

    (task,) = rota_alerts(clinic)[-1:]
    assert task[0] == "routine"
    assert any("nobody is on rung 2" in line for _, why in rota_alerts(clinic) for line in why)
    assert any("only one person can be reached" in line for _, why in rota_alerts(clinic) for line in why)
    nurse.hears_nothing()
    second.hears_nothing()


def test_two_clocks_tell_of_a_gap_once(clinic: Clinic) -> None:
    from bot.service.oncall import watch
    from bot.store.oncall.watch import look_at_once

    nurse = clinic.nurse(rung=None)
    shift(clinic, nurse, hours="07:00-12:00")
    clinic.parts.database.write(lambda tx: look_at_once(tx, warn_at=clinic.clock.now()))

    for parts in (clinic.parts, clinic.another_process()):
        watch.look(parts, clinic.moment)

    assert [tier for tier, _ in rota_alerts(clinic)] == ["same_day", "routine"]  # those near, and those far off
    quiet(nurse)


def test_without_a_rota_nobody_is_told_of_what_is_in_plain_view(clinic: Clinic) -> None:
    nurse = clinic.nurse()

    clinic.clock.forward(days=3)

    assert clinic.alerts == []
    nurse.hears_nothing()


# It never ends


@pytest.mark.parametrize(
    ("words", "at", "least", "most"),
    [
        ("i cant breathe", TUESDAY, 96, 101),  # every fifteen minutes
        ("pus on the dressing", TUESDAY, 46, 50),  # every thirty
    ],
)
def test_a_day_on_which_nobody_answers(
    open_clinic: Callable[..., Clinic], words: str, at: datetime, least: int, most: int
) -> None:
    clinic = open_clinic(at=at)
    day, night = staffed(clinic)
    second = clinic.nurse(rung=2)
    patient = raised(clinic, words)

    clinic.clock.forward(hours=24)

    steps = {row["at"] for row in clinic.rows(alert_event) if row["act"] == "paged"}
    assert least <= len(steps) <= most
    assert concern(clinic).state == "open"
    assert day.forgets()
    assert night.forgets()
    assert second.forgets()
    assert clinic.parts.database.read(lambda tx: health.alerts_without_next_action(tx, clinic.clock.now())) == []
    patient.forgets()


def test_a_day_on_which_nobody_looks_at_a_routine_task(clinic: Clinic) -> None:
    # So late in the plan a silence is no alert of its own.
    nurse, patient = clinic.nurse(), clinic.patient(day=20)
    patient.texts("when can i go back to my garden, i love it so")
    patient.forgets()
    assert {each.tier for each in clinic.alerts} == {"routine"}

    clinic.clock.forward(hours=96)

    assert not [row for row in clinic.rows(outbox) if row["kind"] == "page"]
    assert {each.state for each in clinic.alerts} == {"open"}
    assert clinic.parts.database.read(lambda tx: health.alerts_without_next_action(tx, clinic.clock.now())) == []
    quiet(nurse, patient)


ATTACKS = {
    "the rota is emptied": ("DELETE FROM shift_person", "DELETE FROM shift"),
    "everybody becomes a viewer": ("UPDATE staff SET role = 'viewer'",),
    "everybody opts out": ("UPDATE contact SET consent = 'stopped' WHERE id IN (SELECT contact_id FROM staff)",),
    "nobody stands on a rung": ("UPDATE staff SET rung = NULL", "DELETE FROM shift_person"),
    "a zone that nobody knows": ("UPDATE shift SET zone = 'Nowhere/None'",),
    "hours that are none": ("UPDATE shift SET starts = 'later'",),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_happens_to_the_rota_an_open_alert_has_a_next_action(clinic: Clinic, attack: tuple[str, ...]) -> None:
    day, night = staffed(clinic)
    patient = raised(clinic)
    for statement in attack:
        clinic.parts.database.write(lambda tx, words=statement: tx.execute(text(words)))  # type: ignore[misc]

    for _ in range(12):
        clinic.clock.forward(minutes=10)
        stuck = clinic.parts.database.read(lambda tx: health.alerts_without_next_action(tx, clinic.clock.now()))
        assert stuck == []

    assert concern(clinic).state == "open"
    assert any("None of our staff" in words for words in patient.forgets())
    quiet(day, night)


def test_an_alert_without_a_next_action_is_named(clinic: Clinic) -> None:
    nurse, _ = clinic.nurse(), raised(clinic)
    nurse.forgets()
    clinic.sends_by_itself = False
    now = clinic.clock.now()

    def stuck(at: datetime) -> list[str]:
        return [each.code for each in clinic.parts.database.read(lambda tx: health.alerts_without_next_action(tx, at))]

    def set_next(words: str) -> None:
        clinic.parts.database.write(lambda tx: tx.execute(text(f"UPDATE alert SET next_action_at = {words}")))  # noqa: S608

    assert stuck(now) == []
    assert stuck(now + timedelta(minutes=10)) == [concern(clinic).code]  # the clock is dead: nobody moves it
    set_next("NULL")
    assert stuck(now) == [concern(clinic).code]
    set_next(f"'{(now + DAY).astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}'")
    assert stuck(now) == [concern(clinic).code]  # an emergency that waits until tomorrow


# Acknowledging


def test_a_wrong_codes_and_a_wrong_persons_acknowledgement_do_nothing_and_stay_on_record(clinic: Clinic) -> None:
    nurse, viewer, patient = clinic.nurse(), clinic.nurse(rung=None, role="viewer"), raised(clinic)
    code = concern(clinic).code
    wrong = "000" if code != "000" else "111"
    nurse.texts(f"ack {wrong}")
    viewer.texts(f"ack {code}")
    stranger = clinic.stranger()
    stranger.texts(f"ack {code}")

    understood = [str(row["understood"]) for row in clinic.rows_of("inbox")]

    assert concern(clinic).state == "open"
    assert f"acknowledge {wrong}: refused, there is no such alert" in understood
    assert f"acknowledge {code}: refused" in understood
    assert [row["act"] for row in clinic.rows(alert_event)].count("acknowledged") == 0
    quiet(nurse, viewer, patient, stranger)


def test_a_carriers_opt_out_hurries_to_the_next_person_and_mail_still_reaches_the_first(
    open_clinic: Callable[..., Clinic],
) -> None:
    mailbox = Mailbox()
    clinic = open_clinic(mail=mailbox)
    first, second = clinic.nurse(rung=None, email="n.one@clinic.example"), clinic.nurse(rung=None)
    shift(clinic, first, hours="07:00-07:00")
    shift(clinic, second, hours="07:00-07:00", rung=2)
    clinic.carrier.fault("opted_out", match={"to": first.number}, count=None)

    raised(clinic)
    clinic.clock.forward(seconds=60)

    assert len(mailbox.mails) >= 1
    second.hears("EMERGENCY")
    first.forgets()


def test_a_shift_that_makes_no_sense_is_refused_in_a_sentence(clinic: Clinic) -> None:
    nurse, viewer = clinic.nurse(), clinic.nurse(rung=None, role="viewer")
    good = Shift("", 1, (nurse.id,), EVERY_DAY, time(7), time(19), CHICAGO, Turn.DAILY, TODAY)
    bad = {
        "needs somebody": replace(good, people=()),
        "named twice": replace(good, people=(nurse.id, nurse.id)),
        "viewer": replace(good, people=(viewer.id,)),
        "no staff member": replace(good, people=("nobody",)),
        "whole number from 1": replace(good, rung=0),
        "weekdays": replace(good, days=frozenset()),
        "before its first": replace(good, last_day=TODAY - DAY),
    }
    for words, new in bad.items():
        with pytest.raises(Refused, match=words):
            changing.add_shift(clinic.parts, new, by=None, now=clinic.clock.now())


def test_a_shift_that_is_ended_keeps_the_night_that_began_yesterday(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=local("02:00"))
    night, standing = clinic.nurse(rung=None, name="Night"), clinic.nurse(rung=1, name="Standing")
    made = shift(clinic, night, hours="19:00-07:00")

    changing.end_shift(clinic.parts, made, clinic.clock.now())
    clinic.settle()

    raised(clinic)
    night.hears("EMERGENCY")
    alert.resolve(clinic.parts, clinic.alerts[-1].code, night.id, "Reached.", clinic.clock.now())
    quiet(night, standing)
    clinic.clock.until(local("20:00"))
    raised(clinic)
    assert any("EMERGENCY" in words for words in standing.forgets())
    night.hears_nothing()
    quiet(*clinic.handsets)
