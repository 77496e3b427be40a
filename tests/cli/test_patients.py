"""A coordinator enrolls, lists and stops patients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.enrollment import Lane
from tests.cli.conftest import Terminal
from tests.worker.doorbell import Doorbell

ANA = {
    "--phone": "(507) 555-0101",
    "--name": "Ana Ruiz",
    "--language": "en",
    "--timezone": "America/Chicago",
    "--surgery": "2026-11-20",
}


def add(**changes: str) -> list[str]:
    options = {**ANA, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    return ["patients", "add", *(word for pair in options.items() for word in pair)]


def test_a_patient_is_enrolled_and_the_id_printed(mendline: Terminal) -> None:
    said = mendline(*add(emergency_contact="507 555 0102 Luis Ruiz", address="1 Elm St"), "--consented", "--json")

    assert said.code == 0
    assert list(said.json[0]) == ["id"]
    assert mendline("patients", "list", "--reveal", "--json").json == [
        {
            "id": said.json[0]["id"],
            "contact": "+15075550101",
            "language": "en",
            "timezone": "America/Chicago",
            "surgery": "2026-11-20",
            "state": "active",
            "consent": "joined",
            "name": "Ana Ruiz",
            "emergency_contact": "+15075550102 Luis Ruiz",
            "address": "1 Elm St",
        }
    ]


@pytest.fixture
def doorbell(tmp_path: Path) -> Iterator[Doorbell]:
    server = Doorbell(tmp_path).start()
    yield server
    server.stop()


def test_the_consent_text_is_rung_for_at_once(mendline: Terminal, doorbell: Doorbell) -> None:
    said = mendline.but(REDIS_URL=doorbell.url)(*add())

    assert said.code == 0
    assert doorbell.rings(Lane.TALK) == 1


def test_enrolling_does_not_need_the_doorbell(mendline: Terminal) -> None:
    assert mendline.but(REDIS_URL="redis://127.0.0.1:9/0")(*add()).code == 0


def test_a_list_hides_who_they_are(mendline: Terminal) -> None:
    mendline(*add(emergency_contact="507 555 0102 Luis Ruiz"))

    listed, table = mendline("patients", "list", "--json"), mendline("patients", "list")

    assert listed.json[0]["contact"] == "…0101"
    for word in ("Ana", "Luis", "5075550101"):
        assert word not in listed.out + table.out


def test_people_hear_what_happens_next(mendline: Terminal) -> None:
    consented = mendline(*add(), "--consented")
    asked = mendline(*add(phone="5075550103"))
    today = mendline(*add(phone="5075550105", timezone="America/New_York", surgery="2026-11-19"), "--consented")
    late = mendline(*add(phone="5075550104", surgery="2025-11-05"), "--consented")
    asked_late = mendline(*add(phone="5075550106", surgery="2025-11-05"))

    assert "The care plan begins at 2026-11-20T" in consented.out
    assert today.out.endswith("The care plan begins now.\n")
    assert "The consent text goes out within contact hours; all else waits for their YES." in asked.out
    assert "Nothing of the care plan lies ahead" in late.out
    assert "consent text" in asked_late.out
    assert "Nothing of the care plan lies ahead" in asked_late.out


def test_a_known_number_is_refused_with_its_id(mendline: Terminal) -> None:
    known = mendline(*add(), "--json").json[0]["id"]

    again = mendline(*add(phone="+1 507 555 0101"), "--json")

    assert (again.code, again.out) == (1, "")
    assert known in again.error


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phone": "911"}, "--phone: that is not a phone number that can be texted; write it like +15075550101."),
        ({"timezone": "Chicago"}, "--timezone: 'Chicago' is not a time zone: did you mean America/Chicago?"),
        ({"surgery": "last week"}, "--surgery: 'last week' is not a date; write it year first, like 2026-11-20."),
        ({"name": " "}, "--name: a name is needed; it may be a first name alone."),
        ({"language": "fr"}, "--language: there is no 'fr'; it may be en, es."),
    ],
)
def test_a_mistake_is_one_sentence(mendline: Terminal, changes: dict[str, str], sentence: str) -> None:
    said = mendline(*add(**changes))

    assert (said.code, said.out, said.error) == (2, "", sentence + "\n")
    assert mendline("patients", "list", "--json").out == ""


def test_stop_ends_all_texts_once(mendline: Terminal) -> None:
    patient = mendline(*add(), "--consented", "--json").json[0]["id"]

    first, again = mendline("patients", "stop", patient, "--json"), mendline("patients", "stop", patient)

    assert (first.code, first.json) == (0, [{"id": patient, "state": "stopped"}])
    assert (again.code, again.error) == (1, "this patient's texts are stopped already\n")
    assert mendline("patients", "list", "--json").json[0]["consent"] == "stopped"


def test_an_unknown_patient_cannot_be_stopped(mendline: Terminal) -> None:
    said = mendline("patients", "stop", "nobody")

    assert said.code == 1
    assert "there is no such patient" in said.error


def test_a_live_clinic_without_a_signed_table_enrolls_nobody(mendline: Terminal) -> None:
    mendline.environment.pop("MENDLINE_CLOCK")
    live = mendline.but(
        TWILIO_ACCOUNT_SID="AC" + "1" * 32,
        TWILIO_AUTH_TOKEN="t",
        TWILIO_FROM_NUMBER="+15075550100",
        PUBLIC_BASE_URL="https://texts.clinic.example",
    )

    said = live(*add())

    assert said.code == 1
    assert "the red-flag table is a draft" in said.error


def test_a_record_is_handed_out_for_people_and_for_programs(mendline: Terminal) -> None:
    id_ = mendline(*add(), "--consented", "--json").json[0]["id"]

    told, as_json = mendline("patients", "export", id_), mendline("patients", "export", id_, "--json")

    assert (told.code, as_json.code) == (0, 0)
    assert "  name: Ana Ruiz" in told.lines
    assert "Texts from the patient" in told.lines
    assert as_json.json[0]["patient"]["phone"] == "+15075550101"
    assert as_json.json[0]["consent"][0]["act"] == "paper"
    assert mendline("audit", "verify").out.startswith("2 entries")


def test_a_patient_is_erased_by_typing_their_id(mendline: Terminal) -> None:
    id_ = mendline(*add(), "--consented", "--json").json[0]["id"]

    busy = mendline("patients", "erase", id_, "--yes")
    mistyped = mendline("patients", "erase", id_, "--even-so", typed="no\n")
    done = mendline("patients", "erase", id_, "--even-so", typed=f"{id_}\n")
    again = mendline("patients", "erase", id_, "--yes")

    assert (busy.code, mistyped.code, done.code, again.code) == (1, 1, 0, 1)
    assert "still followed up" in busy.error
    assert "nothing was erased" in mistyped.error
    assert "erased already" in again.error
    assert mendline("patients", "list").out == "No patients.\n"
    assert "Ana" not in mendline("patients", "export", id_).out


def test_nobody_is_a_sentence(mendline: Terminal) -> None:
    for command in (("export", "x"), ("erase", "x", "--yes")):
        said = mendline("patients", *command)
        assert (said.code, "There is no patient x" in said.error) == (1, True)
