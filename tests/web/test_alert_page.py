"""A page's link shows the alert to whoever was paged; only a POST from the page itself acknowledges."""

from __future__ import annotations

import pytest

from bot.service import alert
from bot.store.tables import page_link
from tests.clinic import Clinic


@pytest.fixture
def token(clinic: Clinic) -> str:
    nurse, patient = clinic.nurse(), clinic.patient(name="Maria Delgado")
    patient.texts("i cant feel when i wipe")
    patient.forgets()
    return nurse.hears("/a/").partition("/a/")[2].split()[0]


def test_looking_shows_the_quote_and_acknowledges_nothing(clinic: Clinic, token: str) -> None:
    """Preview robots follow links."""
    for _ in range(3):
        page = clinic.browser.get(f"/a/{token}")

        assert page.status_code == 200
        assert "i cant feel when i wipe" in page.get_data(as_text=True)
        assert page.headers["Cache-Control"] == "no-store"
    assert clinic.alert.state == "open"


def test_the_button_acknowledges_and_then_a_disposition_resolves(clinic: Clinic, token: str) -> None:
    taken = clinic.browser.post(f"/a/{token}", data={"do": "acknowledge"})
    assert (taken.status_code, clinic.alert.state) == (303, "acknowledged")

    empty = clinic.browser.post(f"/a/{token}", data={"do": "resolve", "disposition": " "})
    assert (empty.status_code, clinic.alert.state) == (409, "acknowledged")

    done = clinic.browser.post(f"/a/{token}", data={"do": "resolve", "disposition": "Reached; ER."})
    assert (done.status_code, clinic.alert.state) == (303, "resolved")
    again = clinic.browser.post(f"/a/{token}", data={"do": "resolve", "disposition": "twice"})
    assert again.status_code == 409
    assert clinic.alert.disposition(clinic.parts.vault) == "Reached; ER."


def test_the_second_press_says_who_has_it(clinic: Clinic, token: str) -> None:
    clinic.browser.post(f"/a/{token}", data={"do": "acknowledge"})

    again = clinic.browser.post(f"/a/{token}", data={"do": "acknowledge"})

    assert again.status_code == 409
    assert "acknowledged already" in again.get_data(as_text=True)


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_another_sites_form_acknowledges_nothing(clinic: Clinic, token: str, headers: dict[str, str]) -> None:
    answer = clinic.browser.post(f"/a/{token}", data={"do": "acknowledge"}, headers=headers)

    assert (answer.status_code, clinic.alert.state) == (403, "open")


@pytest.mark.parametrize("wrong", ["nothing", "%00", "x" * 3000, "..%2f..", "é"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_link_shows_nothing(clinic: Clinic, wrong: str, method: str) -> None:
    answer = clinic.browser.open(f"/a/{wrong}", method=method)

    assert answer.status_code == 404


def test_the_tokens_are_kept_as_hashes_only(clinic: Clinic, token: str) -> None:
    assert token.encode() not in b"".join(bytes(row["token_hash"]) for row in clinic.rows(page_link))  # type: ignore[call-overload]


def test_what_a_patient_wrote_cannot_run_in_the_page(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("<script>alert(1)</script> i cant breathe")
    token = nurse.hears("/a/").partition("/a/")[2].split()[0]
    patient.forgets()

    page = clinic.browser.get(f"/a/{token}").get_data(as_text=True)

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_after_stop_the_page_says_call(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("STOP")
    patient.texts("i cant breathe")
    patient.forgets()
    token = nurse.hears("/a/").partition("/a/")[2].split()[0]

    assert "you cannot text" in clinic.browser.get(f"/a/{token}").get_data(as_text=True)


def test_a_resolved_alerts_link_still_shows_what_was_found(clinic: Clinic, token: str) -> None:
    staff_id = clinic.handsets[0].id
    alert.resolve(clinic.parts, clinic.alert.code, staff_id, "Reached.", clinic.clock.now())

    assert "Reached." in clinic.browser.get(f"/a/{token}").get_data(as_text=True)


def test_whoever_looks_or_acts_by_a_link_stands_in_the_audit_log(clinic: Clinic, token: str) -> None:
    clinic.browser.get(f"/a/{token}")
    clinic.browser.post(f"/a/{token}", data={"do": "acknowledge"})
    entries = clinic.rows_of("audit_entry")

    assert [(entry["door"], entry["act"]) for entry in entries] == [
        ("link", "read alert"),
        ("link", "acknowledge alert"),
    ]
    assert {entry["staff_id"] for entry in entries} == {clinic.handsets[0].id}
