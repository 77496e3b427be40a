"""How pain goes from day to day counts, not only how much it is today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.core.redflag.table import Tier
from bot.store import inbox, senders
from bot.store.inbox import Inbound
from bot.store.tables import answer
from tests.clinic import MORNING, Clinic


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def check_in(clinic: Clinic, day: int, *replies: str) -> None:
    """The next morning's check-in, answered."""
    (patient,) = [handset for handset in clinic.handsets if handset.name == "Maria Delgado"]
    clinic.clock.forward(hours=1)
    heard = patient.forgets()
    assert any(f"day {day}." in body for body in heard), heard
    for reply in replies:
        patient.texts(reply)
    clinic.clock.forward(hours=23)
    patient.forgets()


@pytest.mark.parametrize(("second", "tiers"), [("4", []), ("5", [Tier.SAME_DAY])])
def test_three_more_than_yesterday_is_for_today(morning: Clinic, second: str, tiers: list[Tier]) -> None:
    nurse = morning.nurse()
    morning.patient(day=3)

    check_in(morning, 3, "2", "no", "no", "no")
    check_in(morning, 4, second, "no", "no", "0", "no")

    assert [alert.tier for alert in morning.alerts if "uncontrolled_pain" in alert.concepts] == tiers
    nurse.forgets()


def test_what_a_question_looks_back_to_is_read_with_whoever_answers_it(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    check_in(morning, 3, "2", "no", "no", "no")
    morning.clock.forward(hours=1)
    patient.forgets()
    text = Inbound(sid="SM" + "3" * 32, phone=patient.number, body="2")
    kept = inbox.new(morning.parts.vault, morning.parts.ids(), text, now=morning.moment.now)

    def work(tx: Connection) -> senders.Known | None:
        inbox.keep(tx, kept, text, next_attempt_at=morning.moment.real)
        memory = morning.parts.scripts.live().memory
        return senders.known(tx, kept.phone_index, inbox_id=kept.id, attempt=1, memory=memory)

    known = morning.parts.database.write(work)

    assert known is not None
    assert known.earlier is not None
    assert known.earlier.covers(known.people[0].id, {"pain"})
    assert known.earlier.numbers({"pain"}, since=morning.moment.now - timedelta(days=4)) == {"pain": (2.0,)}
    assert known.earlier.numbers({"pain"}, since=morning.moment.now) == {}
    assert not known.earlier.covers("somebody else", {"pain"})
    assert not known.earlier.covers(known.people[0].id, {"walk"})
    patient.texts("2")
    patient.forgets()


def test_pain_above_its_day_is_a_task_and_no_page(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=14)
    morning.clock.forward(hours=1)
    patient.forgets()

    patient.texts("7")

    patient.hears("numbness between your legs")
    nurse.hears_nothing()
    (task,) = morning.alerts
    assert (task.tier, task.cause.value) == (Tier.ROUTINE, "trend")
    assert task.why == (
        "answer: pain",
        "Pain above what is expected by this day.",
        "pain 7 on day 14; at most 6 expected",
    )


def test_pain_that_rises_again_after_it_had_fallen_is_told_in_words(morning: Clinic) -> None:
    nurse = morning.nurse()
    morning.patient(day=12)
    check_in(morning, 12, "2", "no", "0")
    check_in(morning, 13, "no", "yes")
    check_in(morning, 14, "4", "no", "0")
    morning.clock.forward(hours=48)

    check_in(morning, 17, "no", "no", "no", "5")

    (task,) = [alert for alert in morning.alerts if alert.cause.value == "trend"]
    assert task.tier is Tier.ROUTINE
    assert task.why[1:] == (
        "Pain rises again after it had fallen.",
        "pain 5 on day 17; 4 before, 2 at best; at most 6 expected",
    )
    nurse.forgets()


def test_the_same_course_day_after_day_is_one_task(morning: Clinic) -> None:
    nurse = morning.nurse()
    morning.patient(day=14)

    check_in(morning, 14, "7", "no", "0")
    morning.clock.forward(hours=48)
    check_in(morning, 17, "no", "no", "no", "7")

    assert [alert.cause.value for alert in morning.alerts].count("trend") == 1
    nurse.forgets()


def test_a_sudden_rise_says_from_what(morning: Clinic) -> None:
    nurse = morning.nurse()
    morning.patient(day=3)
    check_in(morning, 3, "2", "no", "no", "no")

    check_in(morning, 4, "5", "no", "no", "0", "no")

    (raised,) = [alert for alert in morning.alerts if "uncontrolled_pain" in alert.concepts]
    assert raised.why == ("answer: pain", "pain 5 on day 4; 2 before, 2 at best; at most 8 expected")
    nurse.forgets()


def test_every_answer_is_kept_under_its_name(morning: Clinic) -> None:
    morning.patient(day=4)

    check_in(morning, 4, "2", "no", "no", "0", "no")

    assert [(row["step"], row["number"]) for row in morning.rows(answer)] == [
        ("pain", 2.0),
        ("calf", 0.0),
        ("saddle", 0.0),
        ("pills", 0.0),
        ("sleepy", 0.0),
    ]


def test_a_conversation_goes_on_as_it_began_when_its_flow_is_gone(morning: Clinic) -> None:
    patient = morning.patient(day=13)
    morning.clock.forward(minutes=10)
    patient.hears("day 13", "Look at your cut")
    (morning.flows / "checkins" / "day-13.yaml").unlink()
    morning.publish_with(
        "plan.yaml", '  - {item: checkin-13, day: 13, at: "10:00", until: "13:00", flow: day-13}\n', ""
    )

    patient.texts("no")
    patient.hears("date for your wound check")
    patient.texts("yes")

    patient.hears("No more questions today")
    assert "day-13" not in morning.parts.scripts.live().whole.flows


def test_a_publication_reaches_calendars_by_the_clock_where_its_publisher_did_not_live_to_see_to_it(
    morning: Clinic,
) -> None:
    patient = morning.patient(day=3)

    morning.publish_with("plan.yaml", 'day: 3, at: "10:00", until: "13:00"', 'day: 3, at: "11:00", until: "13:00"')
    morning.clock.forward(minutes=30)

    patient.hears_nothing()
    morning.clock.forward(hours=1)
    patient.hears("day 3")
