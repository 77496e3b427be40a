"""Floods: hostile numbers, machines that answer machines, a patient who writes in bursts. Nothing is lost in any."""

from __future__ import annotations

from bot.store import alert_events
from bot.store.tables import alert as alert_table
from bot.store.tables import inbox
from tests.clinic import Clinic, Handset


def heard_again(clinic: Clinic, alert_id: str) -> int:
    history = clinic.parts.database.read(lambda tx: alert_events.history(tx, alert_id))
    return sum(event.act == "heard_again" for event in history)


def test_a_hostile_number_gets_three_answers_and_one_alert_with_a_counter(clinic: Clinic) -> None:
    nurse, hostile = clinic.nurse(), clinic.stranger()

    for _ in range(10):
        hostile.texts("who is this")
        hostile.texts("i cant breathe")
        hostile.texts("cant feel when i wipe", media=1)

    assert len(hostile.forgets()) <= 3
    assert heard_again(clinic, clinic.alert.id) >= 19
    assert len(nurse.forgets()) == 1
    assert len(clinic.rows(inbox)) == 30


def test_a_strangers_emergency_is_answered_after_their_chatter(clinic: Clinic) -> None:
    nurse, stranger = clinic.nurse(), clinic.stranger()
    for _ in range(5):
        stranger.texts("who is this")
    stranger.forgets()

    stranger.texts("i cant breathe")

    stranger.hears("911")
    nurse.hears(clinic.alert.code)


def test_a_strangers_worse_concern_is_another_alert(clinic: Clinic) -> None:
    nurse, stranger = clinic.nurse(), clinic.stranger()

    stranger.texts("my wound is leaking pus and smells")
    stranger.texts("i cant breathe")

    assert [alert.tier.value for alert in clinic.alerts] == ["same_day", "emergency"]
    nurse.forgets()
    stranger.forgets()


def test_a_patients_every_new_concern_alerts_and_the_same_one_counts(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()

    for _ in range(4):
        patient.texts("i cant breathe")
    for _ in range(3):
        patient.texts("cant feel when i wipe")
    patient.texts("i want to kill myself")

    assert [heard_again(clinic, alert.id) for alert in clinic.alerts] == [3, 2, 0]
    assert len(nurse.forgets()) == 3
    assert len([said for said in patient.forgets() if "911" in said or "988" in said]) == 8


def test_a_patients_gibberish_is_a_few_tasks_and_every_word_is_kept(clinic: Clinic) -> None:
    patient = clinic.patient()

    for number in range(20):
        patient.texts(f"qwx zzt {number}")

    assert len(clinic.rows(alert_table)) == 3
    assert heard_again(clinic, clinic.alerts[-1].id) == 17
    assert len(patient.forgets()) == 2
    assert {row["state"] for row in clinic.rows(inbox)} == {"handled"}


def echoes(robot: Handset, first: str, *, words: str) -> int:
    """A machine that answers whatever it gets. Returns how many messages there were, both ways, before silence."""
    said, count = robot.texts(first), 1
    while said and count < 60:
        count += len(said)
        said = robot.texts(f"{words} {count}")
        count += 1
    robot.forgets()
    return count


def test_two_machines_stop_within_five_messages(clinic: Clinic) -> None:
    clinic.nurse()
    patient, stranger = clinic.patient(), clinic.stranger()

    assert echoes(stranger, "hello", words="Ticket") <= 5
    assert echoes(patient, "hello", words="Ticket") <= 5
    assert echoes(clinic.handsets[0], "hello", words="Ticket") <= 5
