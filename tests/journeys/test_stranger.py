"""An unknown number is answered in the language it wrote in, or in both; without a name and without a guess."""

from __future__ import annotations

import pytest

from tests.clinic import Clinic

ENGLISH, SPANISH = "We do not know this number", "No conocemos este número"


@pytest.mark.parametrize(
    ("text", "heard", "not_heard"),
    [
        ("hello who is this", ENGLISH, SPANISH),
        ("hola quién es", SPANISH, ENGLISH),
        ("necesito una cita por favor", SPANISH, ENGLISH),
    ],
)
def test_a_stranger_is_answered_in_their_language(clinic: Clinic, text: str, heard: str, not_heard: str) -> None:
    stranger = clinic.stranger()

    stranger.texts(text)

    assert not_heard not in stranger.hears(heard, "911")


@pytest.mark.parametrize("text", ["ok", "5550100", "👍"])
def test_in_both_where_nobody_can_tell(clinic: Clinic, text: str) -> None:
    stranger = clinic.stranger()

    stranger.texts(text)

    stranger.hears(ENGLISH, SPANISH, "911")


def test_an_emergency_in_spanish_is_told_what_to_do_in_spanish_and_the_truth_in_both(clinic: Clinic) -> None:
    nurse, stranger = clinic.nurse(), clinic.stranger()

    stranger.texts("no puedo respirar")

    assert "call 911" not in stranger.hears("Llame ya al 911").casefold()
    nurse.hears("EMERGENCY")
    clinic.clock.forward(minutes=30, seconds=1)
    stranger.hears("None of our staff", "Nadie del equipo")
    nurse.forgets()


def test_stop_in_spanish_is_confirmed_in_spanish(clinic: Clinic) -> None:
    stranger = clinic.stranger()

    stranger.texts("por favor no me escriban más")

    stranger.hears("Ya no recibirá")


def test_a_patient_is_always_answered_in_their_own_language(clinic: Clinic) -> None:
    patient = clinic.patient(language="es")

    patient.texts("hello are you there")

    patient.hears("Gracias")
