"""Silence is a signal: four ways to hear nothing of a patient, a ladder for each, and a person who calls at its end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.redflag.table import Tier
from bot.service.alert import resolve
from bot.store.tables import silence
from tests.clinic import MORNING, Clinic, Handset


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    """A Tuesday, five minutes before the check-in of the day."""
    return open_clinic(at=MORNING)


def standing(clinic: Clinic) -> list[tuple[str, Tier]]:
    return [(alert.cause.value, alert.tier) for alert in clinic.alerts if alert.resolved_at is None]


def deal_with(clinic: Clinic, nurse: Handset) -> None:
    resolve(clinic.parts, clinic.alert.code, nurse.id, "reached by phone, all is well", clinic.clock.now())


# Delivered, and no answer


def test_a_day_without_an_answer_is_a_task_and_two_days_are_a_call(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(hours=24)
    assert standing(morning) == []

    morning.clock.forward(minutes=10)
    assert standing(morning) == [("silence", Tier.ROUTINE)]
    nurse.hears_nothing()

    morning.clock.forward(hours=24)

    assert standing(morning) == [("silence", Tier.SAME_DAY)]
    nurse.hears("Same day", morning.alert.code)
    assert morning.alert.why == (
        "delivered, and no answer for 24 hours",
        "delivered, and no answer for 48 hours",
    )
    patient.forgets()


def test_whoever_answers_is_no_longer_silent(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(hours=23)
    patient.forgets()

    patient.texts("3")
    morning.clock.forward(hours=24)

    assert [alert.cause.value for alert in morning.alerts if alert.cause.value == "silence"] == []
    nurse.hears_nothing()
    patient.forgets()


def test_a_silence_that_a_nurse_has_dealt_with_climbs_no_further_and_may_begin_anew(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(hours=25)
    deal_with(morning, nurse)

    morning.clock.forward(hours=24)
    assert standing(morning) == []
    morning.clock.forward(hours=24)

    assert [(alert.cause.value, alert.tier) for alert in morning.alerts] == [("silence", Tier.ROUTINE)] * 2
    nurse.hears_nothing()
    patient.forgets()


def test_after_the_daily_phase_the_care_plan_judges_and_not_this_ladder(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=17)

    morning.clock.forward(hours=72)

    assert [cause for cause, _ in standing(morning) if cause == "silence"] == []
    assert morning.rows(silence) == []
    nurse.hears_nothing()
    patient.forgets()


def test_a_practice_may_be_quicker(morning: Clinic) -> None:
    morning.publish_with("practice.yaml", "    task: 24h\n    call: 48h", "    task: 6h\n    call: 12h")
    nurse, patient = morning.nurse(), morning.patient(day=3)

    morning.clock.forward(hours=6, minutes=10)
    assert standing(morning) == [("silence", Tier.ROUTINE)]
    morning.clock.forward(hours=6)

    nurse.hears("Same day")
    patient.forgets()


def test_nobody_is_called_whose_texts_are_paused(morning: Clinic) -> None:
    from bot.service import replan

    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(hours=5)
    replan.pause(morning.parts, patient.id, morning.clock.now())

    morning.clock.forward(hours=72)

    assert standing(morning) == []
    nurse.hears_nothing()
    patient.forgets()


# It did not arrive


def test_a_phone_that_is_off_is_a_task_at_once_and_a_call_after_a_day(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.carrier.fault("undelivered", match={"to": patient.number}, count=None)

    morning.clock.forward(hours=4)
    assert standing(morning) == [("undelivered", Tier.ROUTINE)]
    nurse.hears_nothing()

    morning.clock.forward(hours=21)

    assert standing(morning) == [("undelivered", Tier.SAME_DAY)]
    nurse.hears("Same day")
    nurse.forgets()
    assert morning.alert.why[-1] == "nothing has arrived for 24 hours"


def test_a_phone_that_is_on_again_is_nobodys_call(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.carrier.fault("undelivered", match={"to": patient.number}, count=4)
    morning.clock.forward(hours=8)
    patient.forgets()

    morning.clock.forward(hours=17)

    assert [tier for cause, tier in standing(morning) if cause == "undelivered"] == [Tier.ROUTINE]
    nurse.hears_nothing()
    patient.forgets()


# Nothing will ever arrive there


@pytest.mark.parametrize("fault", ["landline", "opted_out"])
def test_a_landline_or_a_phone_that_blocks_us_is_called_the_same_day(morning: Clinic, fault: str) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.carrier.fault(fault, match={"to": patient.number}, count=None)

    morning.clock.forward(minutes=10)
    assert standing(morning) == [("unreachable", Tier.ROUTINE)]
    nurse.hears_nothing()
    morning.clock.forward(hours=4)

    assert standing(morning) == [("unreachable", Tier.SAME_DAY)]
    nurse.hears("Same day")


def test_after_six_weeks_a_dead_number_is_a_task_and_stays_one(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=49)
    morning.carrier.fault("landline", match={"to": patient.number}, count=None)

    morning.clock.forward(hours=30)

    assert standing(morning) == [("unreachable", Tier.ROUTINE)]
    nurse.hears_nothing()


# They stopped


def test_a_stop_in_the_first_weeks_is_a_task_and_a_call_after_a_day(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    patient.texts("STOP")
    patient.hears("no more texts")
    assert standing(morning) == [("stopped", Tier.ROUTINE)]

    morning.clock.forward(hours=25)

    assert standing(morning) == [("stopped", Tier.SAME_DAY)]
    nurse.hears("Same day")
    nurse.forgets()
    patient.hears_nothing()


def test_a_stop_that_was_taken_back_or_dealt_with_is_not_called_about(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    patient.texts("STOP")
    patient.hears("no more texts")
    patient.texts("START")
    patient.hears("our texts again")

    morning.clock.forward(hours=23)
    patient.texts("3")
    morning.clock.forward(hours=3)

    assert [tier for cause, tier in standing(morning) if cause == "stopped"] == [Tier.ROUTINE]
    nurse.hears_nothing()
    patient.forgets()


def test_a_stop_weeks_later_is_a_task_and_no_more(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=40)
    patient.texts("STOP")
    patient.hears("no more texts")

    morning.clock.forward(hours=48)

    assert standing(morning) == [("stopped", Tier.ROUTINE)]
    nurse.hears_nothing()


def test_a_family_that_told_of_a_death_is_not_called_about_their_silence(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(hours=5)
    patient.forgets()
    patient.texts("this is her daughter. my mom died on saturday")
    patient.forgets()

    morning.clock.forward(hours=72)

    assert standing(morning) == [("death", Tier.ROUTINE)]
    nurse.hears_nothing()


# All of it together


def test_a_task_that_somebody_took_is_paged_again_when_it_becomes_a_call(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(hours=25)
    morning.acknowledges(nurse, morning.alert.code)

    morning.clock.forward(hours=24)

    nurse.hears("Same day")
    nurse.forgets()
    assert standing(morning) == [("silence", Tier.SAME_DAY)]
    patient.forgets()
