"""The safety path never runs through the script: with a broken flow, table or publication a red flag is heard."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bot.store.tables import inbox, session
from tests.clinic import MORNING, Clinic, Handset


def spoil(clinic: Clinic, statement: str, **values: object) -> None:
    from sqlalchemy import text

    clinic.parts.database.write(lambda tx: tx.execute(text(statement), values))
    clinic.parts.scripts._by_version.clear()  # noqa: SLF001 - as a process that has just started
    clinic.parts.scripts.refresh()


def spoil_file(clinic: Clinic, name: str, content: str = "broken: [") -> None:
    (row,) = [row for row in clinic.rows_of("publication") if row["version"] == 1]
    sources = json.loads(str(row["sources"]))
    sources[name] = content
    spoil(clinic, "UPDATE publication SET sources = :sources", sources=json.dumps(sources))


def mid_conversation(clinic: Clinic) -> Handset:
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.forgets()
    return patient


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


BROKEN = {
    "a publication that is no JSON": lambda c: spoil(c, "UPDATE publication SET sources = 'not json'"),
    "a publication of something else": lambda c: spoil(c, "UPDATE publication SET sources = '[1]'"),
    "a publication that is gone": lambda c: spoil(c, "DELETE FROM publication"),
    "a flow that is broken": lambda c: spoil_file(c, "checkins/day-03.yaml"),
    "a table that is broken": lambda c: spoil_file(c, "redflags.yaml"),
    "phrases that are broken": lambda c: spoil_file(c, "phrases.yaml"),
    "notices that are broken": lambda c: spoil_file(c, "notices.yaml"),
    "a practice that is broken": lambda c: spoil_file(c, "practice.yaml"),
    "a step that is gone": lambda c: spoil(c, "UPDATE session SET step = 'no-such-step'"),
    "a version that is gone": lambda c: spoil(c, "UPDATE session SET version = 77"),
    "a flow of another name": lambda c: spoil(c, "UPDATE session SET flow = 'day-99'"),
    "answers that do not open": lambda c: spoil(c, "UPDATE session SET answers = :rubbish", rubbish=b"\x01rubbish"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_red_flag_is_heard_told_and_paged(morning: Clinic, how: str) -> None:
    nurse, patient = morning.nurse(), mid_conversation(morning)
    BROKEN[how](morning)

    answer = patient.texts("i cant feel when i wipe")

    assert "911" in answer[0]
    patient.hears("911")
    nurse.hears("EMERGENCY", morning.alerts[0].code)
    assert morning.alerts[0].concepts == ("cauda_equina",)


@pytest.mark.parametrize("how", BROKEN)
def test_stop_is_honoured(morning: Clinic, how: str) -> None:
    patient = mid_conversation(morning)
    BROKEN[how](morning)

    patient.texts("STOP")

    patient.forgets()
    assert {row["state"] for row in morning.rows(inbox)} == {"handled"}
    morning.clock.forward(hours=3)
    patient.hears_nothing()


@pytest.mark.parametrize("how", ["a publication that is no JSON", "notices that are broken"])
def test_a_nurse_can_acknowledge(morning: Clinic, how: str) -> None:
    nurse, patient = morning.nurse(), mid_conversation(morning)
    patient.texts("i cant breathe")
    BROKEN[how](morning)
    nurse.forgets()

    nurse.texts(f"ACK {morning.alert.code}")

    assert morning.alert.state == "acknowledged"
    nurse.hears(morning.alert.code)
    patient.forgets()


def test_the_reply_is_tried_again_and_after_five_attempts_staff_read_it(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), mid_conversation(morning)
    spoil(morning, "UPDATE session SET step = 'no-such-step'")

    patient.texts("4")
    patient.hears_nothing()
    morning.clock.forward(minutes=3)

    patient.hears_nothing()
    assert (morning.alert.cause, morning.alert.quote(morning.parts.vault)) == ("unreadable", "4")
    nurse.hears("Same day")
    assert [(row["state"], row["attempts"]) for row in morning.rows(inbox)] == [("failed", 6)]


def test_the_reply_goes_out_once_the_script_is_mended(morning: Clinic) -> None:
    patient = mid_conversation(morning)
    spoil(morning, "UPDATE session SET step = 'no-such-step'")
    patient.texts("4")
    patient.hears_nothing()

    spoil(morning, "UPDATE session SET step = 'pain'")
    morning.clock.forward(seconds=40)

    patient.hears("suddenly")
    assert [row["state"] for row in morning.rows(inbox)] == ["handled"]


def test_the_instruction_is_not_said_again_by_each_attempt(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), mid_conversation(morning)
    spoil(morning, "UPDATE session SET step = 'no-such-step'")
    patient.texts("i cant breathe")
    patient.texts("i cant breathe, please")  # the same concern: no alert of its own

    morning.clock.forward(minutes=3)

    assert len([words for words in patient.forgets() if "911" in words]) == 2
    assert [alert.cause for alert in morning.alerts].count("free_text") == 1
    nurse.forgets()


def test_the_same_webhook_again_while_the_script_is_broken(morning: Clinic) -> None:
    nurse, patient = morning.nurse(), mid_conversation(morning)
    spoil(morning, "UPDATE session SET step = 'no-such-step'")
    sent = {"MessageSid": "SM" + "7" * 32, "From": patient.number, "Body": "i cant breathe", "NumMedia": "0"}

    answers = [morning.post("/sms/inbound", sent) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.get_data() for answer in answers}) == 1
    assert len([alert for alert in morning.alerts if alert.cause == "free_text"]) == 1
    nurse.forgets()
    patient.forgets()


def test_a_broken_table_gives_way_to_the_last_published_one(morning: Clinic) -> None:
    patient = mid_conversation(morning)
    morning.publish_with("redflags.yaml", "This can be an emergency.", "THE LAST GOOD TABLE.")
    broken = json.dumps({"redflags.yaml": "broken: ["})
    spoil(
        morning,
        "INSERT INTO publication (version, digest, sources, published_at) "
        "SELECT 3, 'x', :sources, published_at FROM publication WHERE version = 2",
        sources=broken,
    )

    patient.texts("i cant feel when i wipe")

    patient.hears("THE LAST GOOD TABLE", "911")
    patient.forgets()


def test_a_session_that_cannot_be_nudged_does_not_hold_up_the_others(morning: Clinic) -> None:
    broken, whole = morning.patient(day=3), morning.patient(day=3)
    morning.clock.forward(minutes=10)
    broken.hears("day 3")
    whole.hears("day 3")
    spoil(morning, "UPDATE session SET step = 'gone' WHERE patient_id = :patient", patient=broken.id)

    morning.clock.forward(hours=4)

    whole.hears("Reminder")
    broken.hears_nothing()
    morning.clock.forward(hours=17)
    assert {row["state"] for row in morning.rows(session)} == {"expired"}
    for handset in morning.handsets:
        handset.forgets()
