"""Patients in the console: enroll with every mistake said, import, pause, stop, move, export; and outcomes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import pytest

from tests.clinic import Clinic
from tests.web.console.desk import Desk, desk_of
from tests.web.console.test_alerts import follows
from tests.web.console.ward import Ward

GOOD = {
    "name": "Noor Haddad",
    "phone": "(507) 555-0177",
    "language": "en",
    "timezone": "America/Chicago",
    "surgery": "2026-11-23",
    "procedure": "L5-S1 fusion",
    "care_team": "Dr. Chen",
    "emergency_contact": "+15075550178 Sami Haddad",
    "address": "3 Oak Street",
    "consented": "yes",
}
HEADER = "phone,name,language,timezone,surgery,consented\n"


@pytest.fixture
def ward(clinic: Clinic) -> Iterator[Ward]:
    ward = Ward(clinic)
    yield ward
    ward.hush()


@pytest.fixture
def desk(ward: Ward) -> Desk:
    return desk_of(ward.clinic, ward.ana)


def states(clinic: Clinic, patient_id: str) -> set[str]:
    return {str(row["state"]) for row in clinic.rows_of("plan_entry") if row["patient_id"] == patient_id}


def test_a_patient_is_enrolled_and_their_calendar_shown(clinic: Clinic, desk: Desk) -> None:
    answer = desk.sends("/patients/new", **GOOD)
    page = desk.sees(answer.headers["Location"])

    assert answer.status_code == 303
    for shown in ("Noor Haddad", "+1 507 555 0177", "L5-S1 fusion", "Dr. Chen", "3 Oak Street", "Day 14"):
        assert shown in page, shown
    assert "L5-S1" not in repr(clinic.rows_of("patient_detail"))  # sealed


def test_every_mistake_is_said_at_once_and_nothing_that_was_typed_is_lost(clinic: Clinic, desk: Desk) -> None:
    wrong = {"name": "", "phone": "12", "timezone": "Chicago", "surgery": "2062-11-23", "emergency_contact": "Sami"}
    answer = desk.sends("/patients/new", **{**GOOD, **wrong})

    assert answer.status_code == 422
    for said in (
        "5 things to mend",
        "A name is needed",
        "That is not a phone number",
        "did you mean America/Chicago",
        "too far from today",
        "Write the number first",
    ):
        assert said in desk_text(answer.text), said
    assert "L5-S1 fusion" in answer.text
    assert len(clinic.rows_of("patient")) == 5


def desk_text(html: str) -> str:
    from html import unescape

    return unescape(html)


def test_a_number_that_is_enrolled_is_refused(desk: Desk, ward: Ward) -> None:
    answer = desk.sends("/patients/new", **{**GOOD, "phone": ward.maria.number})

    assert (answer.status_code, "This number is enrolled already." in answer.text) == (422, True)


def test_a_file_is_shown_with_every_mistake_before_anybody_is_enrolled(clinic: Clinic, desk: Desk, ward: Ward) -> None:
    text = (
        HEADER
        + "+15075550180,Ada One,en,America/Chicago,2026-11-20,yes\n"
        + "12,,en,Chicago,20.11.2026,maybe\n"
        + "+15075550180,Ada Twice,en,America/Chicago,2026-11-20,yes\n"
        + f"{ward.maria.number},Maria,en,America/Chicago,2026-11-20,yes\n"
        + "+15075550181,Too,many,America/Chicago,2026-11-20,yes,columns\n"
    )
    answer = desk.sends("/patients/import", text=text)
    page = desk_text(answer.text)

    assert answer.status_code == 422
    for said in (
        "That is not a phone number",
        "A name is needed",
        "did you mean America/Chicago",
        "'20.11.2026' is not a date",
        'Write "yes" where consent',
        "This number is on line 2 already",
        "This number is enrolled already",
        "more or fewer columns",
    ):
        assert said in page, said
    forced = desk.sends("/patients/import", text=text, do="enroll")
    assert (forced.status_code, len(clinic.rows_of("patient"))) == (409, 5)


def test_a_good_file_enrolls_everybody(clinic: Clinic, desk: Desk) -> None:
    text = "\ufeff" + HEADER + '+15075550180,"Ruiz, Ana",es,America/Chicago,2026-11-20,yes\n'
    shown = desk.sends("/patients/import", file=(io.BytesIO(text.encode()), "list.csv"))  # type: ignore[arg-type]
    done = desk.sends("/patients/import", text=text, do="enroll")

    assert (shown.status_code, "1 patients, and no mistake" in shown.text) == (200, True)
    assert (done.status_code, len(clinic.rows_of("patient"))) == (303, 6)
    assert "Ruiz, Ana" in desk.sees("/patients")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing: phone"),
        ("phone,name\n", "missing: surgery, timezone"),
        (HEADER, "no patients below it"),
        ("phone,name,surgery,timezone,shoe\n1,2,3,4,5\n", "There is no column 'shoe'"),
        (HEADER + '"a\n', "not a CSV file"),
    ],
)
def test_a_file_that_is_none_is_told_in_a_sentence(desk: Desk, text: str, said: str) -> None:
    answer = desk.sends("/patients/import", text=text)

    assert (answer.status_code, said in desk_text(answer.text)) == (422, True)


def test_paused_texts_wait_and_go_on_when_told(clinic: Clinic, desk: Desk, ward: Ward) -> None:
    path = f"/patients/{ward.maria.id}"
    assert "Paused" in follows(desk, path, "pause")
    assert "planned" not in states(clinic, ward.maria.id)
    ward.maria.texts("i cant feel when i wipe")
    assert "911" in ward.maria.hears("911")  # red flags are heard as ever
    assert "The texts go on" in follows(desk, path, "go-on")
    assert "planned" in states(clinic, ward.maria.id)


def test_stopped_by_staff_only_the_patients_own_start_lifts_it(clinic: Clinic, desk: Desk, ward: Ward) -> None:
    path = f"/patients/{ward.maria.id}"
    assert "Stopped" in follows(desk, path, "stop")
    again = desk.sends(f"{path}/go-on", form_on=path)

    assert (again.status_code, "not paused" in again.text) == (409, True)
    ward.maria.texts("START")
    assert "planned" in states(clinic, ward.maria.id)


def test_moving_the_surgery_shows_what_changes_and_then_changes_it(clinic: Clinic, desk: Desk, ward: Ward) -> None:
    path = f"/patients/{ward.lucia.id}"
    before = ahead(clinic, ward.lucia.id)
    shown = desk.sends(f"{path}/surgery", form_on=path, surgery="2026-11-22")
    assert (shown.status_code, "would change" in shown.text) == (200, True)
    assert ahead(clinic, ward.lucia.id) == before
    moved = desk.sends(f"{path}/surgery", form_on=path, surgery="2026-11-22", do="move")
    assert moved.status_code == 303

    assert ahead(clinic, ward.lucia.id)["checkin-07"] == date(2026, 11, 29)
    desk.sends(f"{path}/surgery", form_on=path, surgery="2026-11-20", do="move")
    assert ahead(clinic, ward.lucia.id) == before


def ahead(clinic: Clinic, patient_id: str) -> dict[str, object]:
    rows = clinic.rows_of("plan_entry")
    return {str(r["item"]): r["local_day"] for r in rows if r["patient_id"] == patient_id and r["state"] == "planned"}


def test_the_record_is_handed_out_whole_and_the_handing_out_is_recorded(clinic: Clinic, desk: Desk, ward: Ward) -> None:
    ward.maria.texts("i cant feel when i wipe")
    answer = desk.browser.get(f"/patients/{ward.maria.id}/export")
    told = answer.get_json()

    assert told["patient"]["emergency_contact"] == "+15075550199 Luis Delgado"
    assert [text["body"] for text in told["texts"]] == ["i cant feel when i wipe"]
    assert told["alerts"][0]["tier"] == "emergency"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "export patient" in [row["act"] for row in clinic.rows_of("audit_entry")]


def test_outcomes_count_everybody_and_leave_as_csv(clinic: Clinic, desk: Desk, ward: Ward) -> None:
    ward.maria.texts("i cant feel when i wipe")
    path = f"/alerts/{clinic.alert.id}"
    follows(desk, path, "acknowledge")
    follows(desk, path, "resolve", reached="patient", outcome="er", note="")
    page = desk.sees("/outcomes")
    alerts = desk.browser.get("/outcomes/alerts.csv").text
    rules = desk.browser.get("/outcomes/rules.csv").text

    assert "Reply rate by day" in page
    assert '"Ana Ruiz, RN","day, 07-15",1,0,0,1' in alerts
    assert "saddle-no-feeling,1,1,1,100.0" in rules


def test_on_call_says_what_would_leave_an_alert_unanswered(desk: Desk, ward: Ward) -> None:
    before = desk.sees("/on-call")
    ward.james.texts("STOP")
    ward.hush()
    after = desk.sees("/on-call")

    for sentence in ("nly Ana Ruiz, RN can be reached", "his phone has texted STOP"):
        assert (sentence in before, sentence in after) == (False, True)


def test_an_admin_adds_somebody_and_gives_them_a_link(clinic: Clinic, ward: Ward) -> None:
    admin = desk_of(clinic, ward.chen)
    answer = admin.sends("/team", name="New Nurse", phone="+15075550166", role="nurse", rung="3")
    link = answer.text.partition('<code class="key">')[2].partition("</code>")[0]
    nurse = Desk(clinic)

    assert nurse.sets_up(link).status_code == 200
    assert "Alerts" in nurse.sees("/")
    member = next(row for row in clinic.rows_of("staff") if row["rung"] == 3)
    admin.sends(f"/team/{member['id']}/end", form_on="/team")
    assert nurse.browser.get("/").status_code == 303
    refused = admin.sends("/team", name="A Viewer", phone="+15075550167", role="viewer", rung="1")
    assert (refused.status_code, "cannot be on call" in refused.text) == (422, True)


def test_a_nurse_changes_her_password_and_every_other_browser_is_out(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    other = desk.elsewhere()
    assert other.signs_in(ward.ana.number).status_code == 303
    wrong = desk.sends("/account/password", form_on="/account", old="no", new="another long passphrase")
    right = desk.sends(
        "/account/password", form_on="/account", old="correct horse battery staple", new="another long passphrase"
    )

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert other.browser.get("/").status_code == 303
    assert "this browser" in desk.sees("/account")
