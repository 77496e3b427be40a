"""Nobody is texted about their back before they have said yes, on paper or by text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.store.tables import alert, consent_entry, enrollment, outbox
from tests.clinic import MORNING, NIGHT, Clinic


def ledger(clinic: Clinic) -> list[tuple[object, object]]:
    return [(row["act"], row["wording"]) for row in clinic.rows(consent_entry)]


def test_without_paper_the_patient_is_asked_and_nothing_else_goes_out(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3, consented=False)
    patient.hears("Reply YES to join", "STOP", "HELP")

    clinic.clock.forward(hours=30)

    patient.hears_nothing()
    assert ledger(clinic) == [("asked", "consent@1")]


@pytest.mark.parametrize("word", ["YES", "yes please", "Sí", "start"])
def test_yes_joins_and_the_check_in_comes(open_clinic: Callable[..., Clinic], word: str) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3, consented=False)
    patient.hears("YES")

    patient.texts(word)

    patient.hears("Thank you for joining")
    clinic.clock.forward(minutes=10)
    patient.hears("day 3")
    assert [act for act, _ in ledger(clinic)] == ["asked", "joined"]


def test_a_question_is_not_a_yes(clinic: Clinic) -> None:
    patient = clinic.patient(consented=False)
    patient.hears("YES")

    patient.texts("yes to what?")

    patient.hears("staff will read this")
    assert [row["state"] for row in clinic.rows(enrollment)] == ["invited"]


def test_at_night_the_question_waits_for_the_morning(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=NIGHT)
    patient = clinic.patient(consented=False)
    patient.hears_nothing()

    clinic.clock.forward(hours=6, minutes=59)
    patient.hears_nothing()
    clinic.clock.forward(minutes=1)

    patient.hears("Reply YES to join")


def test_paper_is_recorded_as_paper(clinic: Clinic) -> None:
    patient = clinic.patient(consented=True)

    patient.hears_nothing()
    assert ledger(clinic) == [("paper", "paper")]


def test_consent_taken_back_before_the_question_went_out(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=NIGHT)
    patient = clinic.patient(consented=False)

    patient.texts("STOP")

    patient.hears("no more texts")
    clinic.clock.forward(hours=10)
    patient.hears_nothing()
    assert [row["state"] for row in clinic.rows(outbox) if "consent" in str(row["occurrence"])] == ["canceled"]


@pytest.mark.parametrize("fault", ["error_503", "auth"])
def test_a_question_that_an_outage_held_up_waits_for_the_morning(
    open_clinic: Callable[..., Clinic], fault: str
) -> None:
    clinic = open_clinic(at=MORNING + timedelta(hours=9, minutes=30))  # 19:25
    nurse = clinic.nurse()
    clinic.carrier.fault(fault, count=None)
    patient = clinic.patient(consented=False)
    clinic.clock.forward(minutes=40)  # 20:05: too late to be asked today
    clinic.carrier.clear_faults()

    clinic.clock.until(MORNING + timedelta(hours=23, minutes=4))  # 08:59
    patient.hears_nothing()
    clinic.clock.forward(minutes=2)

    patient.hears("Reply YES to join")
    nurse.forgets()


def test_a_question_that_could_not_go_out_for_days_is_not_asked_any_more_and_staff_know(
    open_clinic: Callable[..., Clinic],
) -> None:
    clinic = open_clinic(at=MORNING)
    clinic.sends_by_itself = False  # the whole clinic stands still
    patient = clinic.patient(consented=False)
    clinic.clock.jump(days=3)
    clinic.sends_by_itself = True

    clinic.clock.forward(minutes=1)

    patient.hears_nothing()
    assert [(row["state"], row["reason"], row["attempts"]) for row in clinic.rows(outbox)] == [
        ("skipped", "window missed", 0)
    ]
    assert "unreachable" in [row["cause"] for row in clinic.rows(alert)]
