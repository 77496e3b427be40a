"""STOP stops: at once, in any reasonable words, until START and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.enrollment import Consent
from bot.store import contacts
from bot.store.tables import consent_entry, plan_entry
from tests.clinic import MORNING, Clinic, Handset


def consent(clinic: Clinic, person: Handset) -> Consent:
    index = clinic.parts.vault.index(person.number)
    found = clinic.parts.database.read(lambda tx: contacts.find(tx, index))
    assert found is not None
    return found.consent


def acts(clinic: Clinic) -> list[object]:
    return [row["act"] for row in clinic.rows(consent_entry)]


@pytest.mark.parametrize(
    "words",
    ["STOP", "stop", "Stop.", "UNSUBSCRIBE", "opt out", "please stop texting me", "alto", "no más", "cancelar"],
)
def test_every_way_to_say_stop(clinic: Clinic, words: str) -> None:
    patient = clinic.patient()

    patient.texts(words)

    patient.hears("no more texts", "START")
    patient.hears_nothing()
    assert consent(clinic, patient) is Consent.STOPPED
    assert acts(clinic) == ["paper", "stopped"]


def test_the_confirmation_is_in_the_patients_language(clinic: Clinic) -> None:
    patient = clinic.patient(language="es")

    patient.texts("alto")

    patient.hears("Ya no recibirá mensajes")


def test_nothing_is_sent_after_stop(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.texts("STOP")
    patient.forgets()

    patient.texts("4")
    patient.texts("hello?")
    clinic.clock.forward(hours=50)

    patient.hears_nothing()
    assert {row["state"] for row in clinic.rows(plan_entry)} <= {"sent", "skipped", "canceled"}


def test_stop_twice_is_confirmed_once(clinic: Clinic) -> None:
    patient = clinic.patient()
    patient.texts("STOP")
    patient.hears("no more texts")

    patient.texts("STOP")

    patient.hears_nothing()
    assert acts(clinic) == ["paper", "stopped"]


def test_stop_again_with_an_emergency_is_paged_and_not_answered(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("STOP")
    patient.forgets()

    patient.texts("STOP. i cant breathe")

    patient.hears_nothing()
    nurse.hears("EMERGENCY")


def test_yes_does_not_lift_a_stop(clinic: Clinic) -> None:
    """YES is an opt-in keyword at the carrier; our own ledger decides."""
    patient = clinic.patient()
    patient.texts("STOP")
    patient.forgets()

    patient.texts("YES")

    patient.hears_nothing()
    assert consent(clinic, patient) is Consent.STOPPED


def test_start_lifts_it_and_what_lies_ahead_comes_again(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    patient.texts("STOP")
    patient.forgets()
    clinic.clock.forward(hours=1)
    patient.hears_nothing()

    patient.texts("START")

    patient.hears("get our texts again")
    clinic.clock.forward(hours=23)
    assert len(patient.forgets()) >= 2
    assert acts(clinic) == ["paper", "stopped", "restarted"]


def test_help_is_answered_and_changes_nothing(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.forgets()

    patient.texts("HELP")

    patient.hears("911", "STOP to end")
    patient.texts("4")
    patient.hears("suddenly")


def test_help_in_spanish(clinic: Clinic) -> None:
    patient = clinic.patient(language="es")

    patient.texts("AYUDA")

    patient.hears("STOP para dejarlos")


def test_where_the_carrier_has_answered_we_say_nothing(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.account.stop_filter = True

    patient.texts("STOP")
    assert consent(clinic, patient) is Consent.STOPPED
    patient.texts("START")

    assert [words.partition(" ")[0] for words in patient.forgets()] == ["You", "You"]  # both are the carrier's
    assert consent(clinic, patient) is Consent.JOINED


def test_where_the_carrier_answered_help_we_do_not(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.account.stop_filter = True

    patient.texts("HELP")

    patient.hears("Reply STOP to unsubscribe.")
    patient.hears_nothing()


def test_a_phone_that_stopped_is_not_enrolled_by_a_form(clinic: Clinic) -> None:
    stranger = clinic.stranger()
    stranger.texts("STOP")

    stranger.hears("no more texts")
    stranger.texts("START")
    stranger.hears("do not know this number")
    assert consent(clinic, stranger) is Consent.NONE


def test_a_wrong_person_gets_no_more_of_the_patients_texts(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.forgets()

    patient.texts("wrong number")

    clinic.clock.forward(hours=30)
    if consent(clinic, patient) is Consent.STOPPED:  # as far as the phrases hear it
        patient.hears_nothing()
        assert clinic.alert.cause == "wrong_person"
    patient.forgets()


def test_a_family_that_tells_of_a_death_is_left_in_peace_and_staff_read_it(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.forgets()

    patient.texts("My husband passed away, please stop")

    patient.hears("no more texts")
    assert consent(clinic, patient) is Consent.STOPPED
    assert clinic.alert.cause == "death"
    clinic.clock.forward(hours=30)
    patient.hears_nothing()


def test_whoever_asks_for_spanish_gets_the_question_again_in_spanish(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.forgets()

    patient.texts("en español por favor")

    patient.hears("Responda", "en español")
    patient.texts("alto")
    patient.hears("Ya no recibirá mensajes")
