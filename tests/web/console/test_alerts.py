"""Alerts in the console: what a nurse sees, and what follows from what she does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.service.console.writing import TALK_LASTS
from bot.store import marks
from bot.store.console.tables import finding, usefulness
from bot.store.watchdogs import ALIVE, Trouble, Word, said
from tests.clinic import TUESDAY, Clinic, Handset
from tests.web.console.desk import Desk, desk_of
from tests.web.console.ward import Ward


@pytest.fixture
def ward(clinic: Clinic) -> Iterator[Ward]:
    ward = Ward(clinic)
    yield ward
    ward.hush()


@pytest.fixture
def desk(ward: Ward) -> Desk:
    return desk_of(ward.clinic, ward.ana)


def emergency(ward: Ward) -> str:
    """Maria writes the words that matter. Returns the alert's page."""
    ward.maria.texts("my leg went numb and i cant feel when i wipe")
    ward.hush()
    return f"/alerts/{ward.clinic.alerts[-1].id}"


def follows(desk: Desk, path: str, action: str, **fields: str) -> str:
    """Send a form of this page and go where it leads."""
    answer = desk.sends(f"{path}/{action}", form_on=path, **fields)
    assert answer.status_code == 303, answer.text
    assert "sign-in" not in answer.headers["Location"]
    return desk.sees(answer.headers["Location"])


def test_the_list_shows_the_most_urgent_first_with_the_words_that_matter_marked(ward: Ward, desk: Desk) -> None:
    ward.tom.texts("fever 101.8 and the cut is leaking")
    emergency(ward)
    page = desk.sees("/")

    assert page.index("Maria Delgado") < page.index("Tom Becker")
    assert "<mark>cant feel when i wipe</mark>" in page
    assert "4 min left" in page or "5 min left" in page
    assert "Cauda equina signs" in page


def test_an_alert_has_all_that_is_needed_to_act(ward: Ward, desk: Desk) -> None:
    page = desk.sees(emergency(ward))

    for needed in (
        "tel:+15075550111",
        "rule saddle-no-feeling, version",
        "Phone the patient at once",
        "+15075550199 Luis Delgado",
        "12 Elm Street",
        "red flag heard",
        "emergency instruction · delivered",
        "Paged Ana Ruiz, RN",
        "Day 9 after surgery",
    ):
        assert needed in page, needed


def at_check_in(ward: Ward) -> Desk:
    """The next morning: the check-in has gone out, and Ana has signed in."""
    ward.clinic.clock.until(TUESDAY + timedelta(hours=21))
    ward.hush()
    return desk_of(ward.clinic, ward.ana)


def test_each_reply_says_how_it_was_understood(ward: Ward) -> None:
    desk = at_check_in(ward)
    ward.lucia.texts("about a 6")
    ward.hush()

    assert "understood as pain = 6" in desk.sees(f"/patients/{ward.lucia.id}")


def test_a_nurse_takes_it_and_the_ladder_stops(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    path = emergency(ward)
    page = follows(desk, path, "acknowledge")

    assert "You have this alert now" in page
    again = desk.sends(f"{path}/acknowledge", form_on=path)
    assert (again.status_code, "acknowledged already" in again.text) == (409, True)
    clinic.clock.forward(minutes=30)
    ward.ana.hears_nothing()
    ward.james.hears_nothing()


def test_a_disposition_is_asked_for_in_full_and_then_closes_the_loop(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    path = emergency(ward)
    follows(desk, path, "acknowledge")
    for missing in ({}, {"reached": "patient"}, {"reached": "patient", "outcome": "other", "note": " "}):
        answer = desk.sends(f"{path}/resolve", form_on=path, **{"note": "On her way", **missing})

        assert answer.status_code == 422
        assert ("On her way" in answer.text) == ("note" not in missing)  # what was typed is not lost
    page = follows(desk, path, "resolve", reached="patient", outcome="er", note="On her way with her son.")

    assert "Resolved. The patient was reached; sent to the emergency room. On her way with her son." in page
    assert clinic.alert.state == "resolved"
    (row,) = clinic.rows(finding)
    assert (row["reached"], row["outcome"]) == ("patient", "er")
    assert path not in desk.sees("/")
    assert path in desk.sees("/?tab=resolved")


def test_a_patient_not_reached_stays_an_alert_with_contact_and_address_at_hand(
    clinic: Clinic, ward: Ward, desk: Desk
) -> None:
    path = emergency(ward)
    follows(desk, path, "acknowledge")
    page = follows(desk, path, "not-reached")

    assert "Patient not reached by Ana Ruiz" in page
    assert '<details class="more" open' in page
    assert clinic.alert.state == "acknowledged"
    clinic.clock.forward(minutes=61)
    assert clinic.alert.state == "open"
    assert "EMERGENCY" in ward.ana.hears("EMERGENCY")


def test_handing_over_pages_the_colleague_and_the_ladder_goes_on_until_they_answer(
    clinic: Clinic, ward: Ward, desk: Desk
) -> None:
    path = emergency(ward)
    follows(desk, path, "acknowledge")
    page = follows(desk, path, "hand-over", colleague=ward.james.id)

    assert "Handed over to James Okafor" in page
    code = clinic.alert.code
    ward.james.hears("EMERGENCY", code)
    ward.ana.hears_nothing()
    assert clinic.alert.state == "open"
    ward.james.texts(f"ack {code}")
    ward.james.hears(code)
    assert (clinic.alert.state, clinic.alert.acknowledged_by) == ("acknowledged", ward.james.id)


def test_a_hand_over_that_nobody_answers_climbs_the_ladder(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    path = emergency(ward)
    follows(desk, path, "acknowledge")
    follows(desk, path, "hand-over", colleague=ward.james.id)
    ward.hush()
    clinic.clock.forward(minutes=6)

    ward.ana.hears("EMERGENCY")


@pytest.mark.parametrize("who", ["viewer", "herself", "nobody"])
def test_an_alert_is_not_handed_to_who_cannot_act(ward: Ward, desk: Desk, who: str) -> None:
    path = emergency(ward)
    ids = {"viewer": ward.viewer.id, "herself": ward.ana.id, "nobody": ""}
    answer = desk.sends(f"{path}/hand-over", form_on=path, colleague=ids[who])

    assert (answer.status_code, "Choose a colleague" in answer.text) == (422, True)


def test_the_script_is_silent_while_a_person_talks_and_goes_on_when_told(ward: Ward) -> None:
    desk = at_check_in(ward)
    path = f"/patients/{ward.lucia.id}"
    follows(desk, path, "write", text="Hola Lucía, soy Ana. ¿Cómo está?")
    ward.lucia.hears("soy Ana")
    ward.lucia.texts("mejor, pero me duele")
    ward.lucia.hears_nothing()
    page = desk.sees(path)

    assert "Ana Ruiz, RN · delivered" in page
    assert "understood as said to a person" in page
    assert "the script is silent until" in page
    follows(desk, path, "script")
    ward.lucia.hears("0")
    ward.lucia.texts("4")
    assert "understood as pain = 4" in desk.sees(path)


def test_a_red_flag_said_to_a_person_alerts_as_ever(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    path = f"/patients/{ward.maria.id}"
    follows(desk, path, "write", text="How are you, Maria?")
    ward.maria.hears("How are you")
    ward.maria.texts("i cant feel when i wipe")

    ward.maria.hears("911")
    assert "emergency" in [alert.tier for alert in clinic.alerts]


def test_a_talk_that_nobody_ended_ends_by_itself_and_the_plan_goes_on(clinic: Clinic, ward: Ward) -> None:
    clinic.clock.until(TUESDAY + timedelta(hours=20, minutes=15))
    ward.hush()
    desk = desk_of(clinic, ward.ana)
    follows(desk, f"/patients/{ward.lucia.id}", "write", text="Buenos días")
    ward.lucia.hears("Buenos")
    clinic.clock.forward(minutes=60)
    ward.lucia.hears_nothing()
    clinic.clock.until(clinic.clock.now() + TALK_LASTS)

    assert ward.lucia.hears("0")


def test_after_stop_nothing_can_be_written_and_the_page_says_call(ward: Ward, desk: Desk) -> None:
    ward.maria.texts("STOP")
    path = emergency(ward)
    page = desk.sees(path)
    answer = desk.sends(f"/patients/{ward.maria.id}/write", form_on=path, text="Hello")

    assert "call, you cannot text" in page
    assert "composer" not in page
    assert (answer.status_code, "call, you cannot text" in answer.text) == (422, True)
    ward.hush()
    ward.maria.hears_nothing()


def test_segments_are_counted_as_the_carrier_bills_them(ward: Ward, desk: Desk) -> None:
    path = emergency(ward)

    assert "5 / 160 · 1 segment" in desk.sends("/segments", form_on=path, text="Hello").text
    assert "161 / 160 · 2 segments" in desk.sends("/segments", form_on=path, text="a" * 161).text
    assert "/ 70 · 1 segment · an accent" in desk.sends("/segments", form_on=path, text="Llámenos á").text


def test_one_tap_says_useful_and_a_second_corrects_it(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    path = emergency(ward)
    follows(desk, path, "useful", useful="yes")
    page = follows(desk, path, "useful", useful="no")

    (row,) = clinic.rows(usefulness)
    assert row["is_useful"] in (False, 0)
    assert re.search(r'value="no" aria-pressed="true"', page)


def test_reviews_and_what_nobody_understood_stand_beside_the_alerts(ward: Ward, desk: Desk) -> None:
    ward.grace.texts("when should i worry about chest pain?")
    ward.tom.texts("the dog says hello")
    ward.hush()

    assert "Grace Lin" in desk.sees("/?tab=review")
    assert "Tom Becker" in desk.sees("/?tab=not_understood")
    assert "Grace Lin" not in desk.sees("/?tab=mine")


def test_the_page_asks_again_and_is_told_only_what_changed(ward: Ward, desk: Desk) -> None:
    path = emergency(ward)
    stamp = re.search(r"list\?live=1&tab=open&open=\w+&stamp=(\w+)", desk.sees(path).replace("&amp;", "&"))
    assert stamp
    same = desk.browser.get(f"/alerts/list?live=1&tab=open&stamp={stamp[1]}")
    ward.tom.texts("fever 101.8 and the cut is leaking")
    changed = desk.browser.get(f"/alerts/list?live=1&tab=open&stamp={stamp[1]}")

    assert (same.status_code, same.text) == (204, "")
    assert "X-Clinic-Now" in same.headers
    assert (changed.status_code, "Tom Becker" in changed.text) == (200, True)


def test_search_finds_by_name_code_and_words(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    emergency(ward)
    ward.tom.texts("fever 101.8 and the cut is leaking")
    for wanted in ("delgado", clinic.alerts[0].code.lower(), "WIPE"):
        page = desk.sees(f"/alerts/list?q={wanted}")
        assert ("Maria Delgado" in page, "Tom Becker" in page) == (True, False)
    assert "Nothing here holds" in desk.sees("/alerts/list?q=zebra")


def test_every_look_and_act_stands_in_the_audit_log_and_the_log_is_whole(
    clinic: Clinic, ward: Ward, desk: Desk
) -> None:
    path = emergency(ward)
    desk.sees(path)
    follows(desk, path, "acknowledge")
    desk.sees(f"/patients/{ward.maria.id}")
    entries = [row for row in clinic.rows_of("audit_entry") if row["staff_id"] == ward.ana.id]
    acts = [str(row["act"]) for row in entries]

    assert {"read alert", "acknowledge alert", "read patient"} <= set(acts)
    assert acts.index("acknowledge alert") > acts.index("read alert")
    assert all(ward.maria.id in str(row["patients"]) for row in entries if row["act"] == "read patient")
    assert "wipe" not in repr(entries)
    admin = desk_of(clinic, ward.chen)
    assert "entries are whole" in admin.sees("/audit?verify=1")
    assert "Ana Ruiz, RN" in admin.sees(f"/audit?patient={ward.maria.id}")
    assert "copy of what we sent and were sent: 7 days" in admin.sees("/audit")


def test_what_a_patient_wrote_is_never_markup(ward: Ward, desk: Desk) -> None:
    ward.maria.texts("<script>alert(1)</script> i cant breathe")
    ward.hush()
    page = desk.browser.get("/").text + desk.browser.get(f"/patients/{ward.maria.id}").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_a_stranger_who_cannot_breathe_is_shown_without_a_name(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    stranger: Handset = clinic.stranger()
    stranger.texts("i cant breathe")
    stranger.forgets()
    ward.hush()
    path = f"/alerts/{clinic.alert.id}"

    assert f"Unknown number …{stranger.number[-4:]}" in desk.sees("/")
    assert f"tel:{stranger.number}" in desk.sees(path)


def test_while_paging_is_impaired_the_list_says_so_and_since_when(clinic: Clinic, desk: Desk) -> None:
    before = desk.sees("/")
    trouble = Trouble("worker-page", "The worker for pages on vm is dead or hangs", clinic.clock.real())
    word = said(Word("vm", clinic.clock.real(), (trouble,)))
    clinic.parts.database.write(lambda tx: marks.leave(tx, f"{ALIVE}1", word, clinic.clock.real()))

    page = desk.sees("/")

    assert "Paging is impaired" not in before
    assert re.search(r"Paging is impaired since \d\d:\d\d\. The worker for pages on vm is dead or hangs\.", page)


# One patient, one card


def test_all_that_one_patient_said_stands_on_one_card(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    ward.maria.texts("my calf is swollen and hot")
    ward.maria.texts("i cant feel when i wipe")
    ward.hush()
    page = desk.sees("/")

    assert re.findall(r'class="item (\w+)', page) == ["urgent"]
    assert page.count("Maria Delgado</b>") == 1
    assert 'class="row also"' in page
    opened = desk.sees(f"/alerts/{clinic.alerts[-1].id}")
    assert "1 more alert of this patient is not resolved" in opened
    assert "my calf is swollen and hot" in opened


def test_whoever_takes_the_worst_takes_the_rest_and_resolves_what_was_settled(
    clinic: Clinic, ward: Ward, desk: Desk
) -> None:
    ward.maria.texts("my calf is swollen and hot")
    ward.maria.texts("i have a fever of 102")
    path = emergency(ward)
    calf, fever, numb = clinic.alerts

    follows(desk, path, "acknowledge")
    assert {alert.state.value for alert in clinic.alerts} == {"acknowledged"}
    follows(desk, path, "resolve", reached="patient", outcome="er", note="Ambulance called.", also=calf.id)

    assert [alert.state.value for alert in clinic.alerts] == ["resolved", "acknowledged", "resolved"]
    assert sorted(str(row["alert_id"]) for row in clinic.rows(finding)) == sorted([calf.id, numb.id])
    assert "fever" in fever.quote(clinic.parts.vault)
    ward.hush()


def test_a_ticked_alert_of_somebody_else_is_not_closed(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    ward.tom.texts("i have a fever of 102")
    path = emergency(ward)
    toms = clinic.alerts[0]

    follows(desk, path, "resolve", reached="patient", outcome="er", note="", also=toms.id)

    assert [alert.state.value for alert in clinic.alerts] == ["open", "resolved"]


def test_a_text_may_begin_with_the_practices_words_in_the_patients_language(ward: Ward, desk: Desk) -> None:
    ward.lucia.texts("no me quedan pastillas para el dolor")
    ward.hush()
    path = f"/alerts/{ward.clinic.alerts[-1].id}"

    assert "Please call us" in desk.sees(path)
    box = desk.sees(f"{path}?template=call-us").partition('id="text"')[2].partition("</textarea>")[0]

    assert "Le escribe una enfermera de Spine Clinic" in box
    assert 'id="text"' in desk.sees(f"{path}?template=no-such")


def test_the_steps_for_a_patient_not_reached_are_the_practices_own(clinic: Clinic, ward: Ward, desk: Desk) -> None:
    clinic.publish_with("practice.yaml", "Call again after five minutes", "Send the porter round after five minutes")

    assert "Send the porter round after five minutes" in desk.sees(emergency(ward))
