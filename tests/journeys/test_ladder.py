"""A page that nobody answers goes on to the next person, to everyone, and never ends but with a named person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from bot.core.alert import AlertState
from bot.errors import Refused
from bot.service import alert
from bot.store.tables import alert_event, outbox
from tests.clinic import FLOWS, NIGHT, Clinic, Handset, Mailbox


def raised(clinic: Clinic, words: str = "i cant breathe") -> Handset:
    """A patient who has just said something, and heard the instruction."""
    patient = clinic.patient()
    patient.texts(words)
    patient.forgets()
    return patient


def pages(nurse: Handset) -> int:
    return len(nurse.forgets())


def test_five_minutes_without_an_answer_and_the_next_person_is_paged(clinic: Clinic) -> None:
    first, second = clinic.nurse(rung=1), clinic.nurse(rung=2)
    raised(clinic)
    first.hears("EMERGENCY")

    clinic.clock.forward(minutes=4, seconds=59)
    second.hears_nothing()
    clinic.clock.forward(seconds=2)

    second.hears("EMERGENCY", clinic.alert.code)
    first.hears_nothing()


def test_delivered_does_not_stop_the_ladder(clinic: Clinic) -> None:
    first, second = clinic.nurse(rung=1), clinic.nurse(rung=2)
    raised(clinic)
    assert [row["state"] for row in clinic.rows(outbox) if row["kind"] == "page"] == ["delivered"]

    clinic.clock.forward(minutes=5, seconds=1)

    assert (pages(first), pages(second)) == (1, 1)


@pytest.mark.parametrize("fault", ["bad_number", "landline", "opted_out"])
def test_a_known_failure_brings_the_next_person_within_a_minute(clinic: Clinic, fault: str) -> None:
    first, second = clinic.nurse(rung=1), clinic.nurse(rung=2)
    clinic.carrier.fault(fault, match={"to": first.number}, count=None)
    raised(clinic)

    clinic.clock.forward(seconds=60)

    second.hears("EMERGENCY")
    clinic.acknowledges(second, clinic.alert.code)
    first.forgets()


def test_a_dead_number_does_not_page_everybody_else_twice_a_minute(clinic: Clinic) -> None:
    dead, other = clinic.nurse(rung=1), clinic.nurse(rung=2)
    clinic.carrier.fault("bad_number", match={"to": dead.number}, count=None)
    patient = raised(clinic)
    clinic.clock.forward(minutes=16)
    other.forgets()

    clinic.clock.forward(minutes=60)

    assert 4 <= pages(other) <= 5  # every fifteen minutes
    patient.forgets()


def test_a_mail_server_that_is_down_does_not_hurry_a_page_that_was_delivered(
    open_clinic: Callable[..., Clinic],
) -> None:
    class Down(Mailbox):
        def send(self, message: object) -> str:  # noqa: ARG002 - nobody is there to read it
            raise OSError("connection refused")

    clinic = open_clinic(mail=Down())
    first, second = clinic.nurse(rung=1, email="n.one@clinic.example"), clinic.nurse(rung=2)
    raised(clinic)

    clinic.clock.forward(minutes=4)

    assert (pages(first), pages(second)) == (1, 0)


def test_everyone_is_paged_at_fifteen_minutes(clinic: Clinic) -> None:
    nurses = [clinic.nurse(rung=rung) for rung in (1, 2, 3)]
    raised(clinic)
    clinic.clock.forward(minutes=14, seconds=59)
    assert [pages(nurse) for nurse in nurses] == [1, 1, 1]

    clinic.clock.forward(seconds=2)

    assert [pages(nurse) for nurse in nurses] == [1, 1, 1]


def test_and_again_every_fifteen_minutes_for_a_day(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), raised(clinic)

    clinic.clock.forward(hours=24)

    assert pages(nurse) >= 96
    patient.forgets()


def test_the_patient_hears_the_truth_at_thirty_minutes_once(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), raised(clinic)

    clinic.clock.forward(minutes=29, seconds=59)
    patient.hears_nothing()
    clinic.clock.forward(seconds=2)

    patient.hears("None of our staff has told us yet", "911")
    clinic.clock.forward(hours=1)
    assert not [words for words in patient.forgets() if "None of our staff" in words]
    nurse.forgets()


def test_the_truth_comes_at_thirty_minutes_whatever_hurried_the_ladder(clinic: Clinic) -> None:
    dead, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("bad_number", match={"to": dead.number}, count=None)
    patient.texts("i cant breathe")
    patient.hears("911")

    clinic.clock.forward(minutes=30, seconds=1)

    patient.hears("None of our staff")


def test_an_acknowledged_alert_without_a_disposition_comes_back(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), raised(clinic)
    nurse.hears("EMERGENCY")
    clinic.acknowledges(nurse, clinic.alert.code)

    clinic.clock.forward(minutes=59)
    nurse.hears_nothing()
    clinic.clock.forward(minutes=2)

    nurse.hears("EMERGENCY", clinic.alert.code)
    # Somebody did see it: the patient must not be told that nobody has.
    assert not [words for words in patient.forgets() if "None of our staff" in words]


def test_a_resolved_alert_is_quiet_for_ever(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), raised(clinic)
    nurse.hears("EMERGENCY")

    alert.resolve(clinic.parts, clinic.alert.code, nurse.id, "Reached; sent to the ER.", clinic.clock.now())

    clinic.clock.forward(hours=30)
    nurse.hears_nothing()
    assert clinic.alert.disposition(clinic.parts.vault) == "Reached; sent to the ER."
    patient.forgets()


def test_resolving_needs_to_say_what_was_found(clinic: Clinic) -> None:
    nurse, _ = clinic.nurse(), raised(clinic)

    with pytest.raises(Refused, match="disposition"):
        alert.resolve(clinic.parts, clinic.alert.code, nurse.id, "  ", clinic.clock.now())

    nurse.forgets()
    assert clinic.alert.state == "open"


def test_same_day_rungs_in_office_hours(clinic: Clinic) -> None:
    first, second = clinic.nurse(rung=1), clinic.nurse(rung=2)
    raised(clinic, "pus on the dressing")
    assert (pages(first), pages(second)) == (1, 0)

    clinic.clock.forward(minutes=29)
    assert (pages(first), pages(second)) == (0, 0)
    clinic.clock.forward(minutes=2)

    assert (pages(first), pages(second)) == (0, 1)


def test_same_day_at_night_pages_whoever_is_on_call(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=NIGHT)
    nurse = clinic.nurse()

    raised(clinic, "pus on the dressing")

    nurse.hears("Same day")


def test_same_day_at_night_with_the_er_text_waits_for_the_office(
    open_clinic: Callable[..., Clinic], tmp_path: Path
) -> None:
    flows = tmp_path / "er_text"
    copy_with(flows, "practice.yaml", "same_day_out_of_hours: on_call", "same_day_out_of_hours: er_text")
    clinic = open_clinic(at=NIGHT, flows=flows)
    nurse, patient = clinic.nurse(), clinic.patient()

    patient.texts("pus on the dressing")

    patient.hears("closed")
    nurse.hears_nothing()
    clinic.clock.forward(hours=6, minutes=1)  # 08:01
    nurse.hears("Same day")


def copy_with(flows: Path, name: str, old: str, new: str) -> None:
    """The shipped flows, with one thing changed."""
    for path in FLOWS.rglob("*.yaml"):
        copied = flows / path.relative_to(FLOWS)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(path.read_text("utf-8"), "utf-8")
    text = (flows / name).read_text("utf-8")
    assert old in text
    (flows / name).write_text(text.replace(old, new), "utf-8")


def test_with_nobody_on_call_every_nurse_is_paged(clinic: Clinic) -> None:
    first, admin, viewer = clinic.nurse(rung=None), clinic.nurse(rung=None, role="admin"), clinic.nurse(role="viewer")

    raised(clinic)

    first.hears("EMERGENCY")
    admin.hears("EMERGENCY")
    viewer.hears_nothing()


def test_with_no_staff_at_all_the_alert_waits_and_the_patient_hears_the_truth(clinic: Clinic) -> None:
    patient = raised(clinic)

    clinic.clock.forward(minutes=31)

    patient.hears("None of our staff")
    assert clinic.alert.state == "open"
    assert [row["act"] for row in clinic.rows(alert_event)].count("nobody_on_call") == 1
    late = clinic.nurse()
    clinic.clock.forward(minutes=2)
    late.hears("EMERGENCY")


def test_staff_who_text_stop_are_not_paged_there_and_colleagues_hear(clinic: Clinic) -> None:
    first, second = clinic.nurse(rung=1, name="Nurse One"), clinic.nurse(rung=2)
    first.texts("STOP")
    first.hears("no more pages", "START")
    second.hears("Nurse One", "stopped")

    raised(clinic)

    first.hears_nothing()
    second.hears("EMERGENCY")


def test_staff_who_text_start_are_paged_again(clinic: Clinic) -> None:
    nurse = clinic.nurse()
    nurse.texts("STOP")
    nurse.forgets()

    nurse.texts("START")

    nurse.hears("pages staff")
    raised(clinic)
    nurse.hears("EMERGENCY")


def test_staff_who_stopped_are_still_reached_by_mail(open_clinic: Callable[..., Clinic]) -> None:
    mailbox = Mailbox()
    clinic = open_clinic(mail=mailbox)
    nurse = clinic.nurse(email="n.one@clinic.example")
    nurse.texts("STOP")
    nurse.forgets()

    raised(clinic)

    nurse.hears_nothing()
    assert len(mailbox.mails) == 1


def test_a_wrong_code_acknowledges_nothing(clinic: Clinic) -> None:
    nurse, _ = clinic.nurse(), raised(clinic)
    nurse.hears("EMERGENCY")
    wrong = "000" if clinic.alert.code != "000" else "111"

    nurse.texts(f"ACK {wrong}")

    nurse.hears("no open alert", wrong)
    assert clinic.alert.state == "open"


@pytest.mark.parametrize(("rung", "role"), [(2, "nurse"), (None, "nurse"), (None, "admin")])
def test_somebody_of_the_staff_who_was_not_paged_may_take_it_over(clinic: Clinic, rung: int | None, role: str) -> None:
    first, second = clinic.nurse(rung=1), clinic.nurse(rung=rung, role=role)
    raised(clinic)
    first.forgets()

    second.texts(f"ack {clinic.alert.code.lower()}")

    second.hears("is yours")
    assert clinic.alert.acknowledged_by == second.id
    assert taken(clinic) == [(second.id, "taken over")]
    clinic.clock.forward(minutes=6)
    first.hears_nothing()


def test_who_was_paged_takes_what_is_theirs(clinic: Clinic) -> None:
    first, _ = clinic.nurse(rung=1), raised(clinic)
    first.hears("EMERGENCY")

    first.texts(f"ack {clinic.alert.code}")

    first.hears("is yours")
    assert taken(clinic) == [(first.id, "")]


def taken(clinic: Clinic) -> list[tuple[object, object]]:
    events = clinic.rows(alert_event)
    return [(row["staff_id"], row["detail"]) for row in events if row["act"] == "acknowledged"]


def test_a_patient_cannot_acknowledge(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), raised(clinic)
    nurse.hears("EMERGENCY")

    patient.texts(f"ACK {clinic.alerts[0].code}")

    assert clinic.alerts[0].state == "open"
    patient.forgets()


def test_a_viewer_cannot_acknowledge_and_is_not_told_that_somebody_did(clinic: Clinic) -> None:
    nurse, viewer, _ = clinic.nurse(), clinic.nurse(role="viewer", rung=None), raised(clinic)
    nurse.hears("EMERGENCY")

    viewer.texts(f"ACK {clinic.alert.code}")

    assert "taken" not in viewer.hears()
    assert clinic.alert.state == "open"


def test_a_bare_ack_means_the_one_alert_i_was_paged_about(clinic: Clinic) -> None:
    nurse, _ = clinic.nurse(), raised(clinic)
    nurse.hears("EMERGENCY")

    nurse.texts("ack")

    nurse.hears("is yours")
    assert clinic.alert.state == "acknowledged"


def test_a_bare_ack_among_two_is_asked_back(clinic: Clinic) -> None:
    nurse, _, _ = clinic.nurse(), raised(clinic), raised(clinic)
    nurse.forgets()

    nurse.texts("ack")

    nurse.hears("ACK and its code")
    assert {each.state for each in clinic.alerts} == {"open"}


def test_the_same_nurse_twice_is_not_told_that_somebody_else_took_it(clinic: Clinic) -> None:
    nurse, _ = clinic.nurse(), raised(clinic)
    nurse.hears("EMERGENCY")
    nurse.texts(f"ack {clinic.alert.code}")

    nurse.texts(f"ack {clinic.alert.code}")

    nurse.hears("is yours")
    nurse.hears("is yours")


def test_of_two_at_once_one_takes_it(clinic: Clinic) -> None:
    nurses = [clinic.nurse(rung=1), clinic.nurse(rung=1)]
    raised(clinic)
    code, start, took = clinic.alert.code, Barrier(2), []

    def take(nurse: Handset) -> None:
        start.wait()
        try:
            alert.acknowledge(clinic.parts, code, nurse.id, clinic.clock.now())
            took.append(nurse.id)
        except Refused:
            pass

    threads = [Thread(target=take, args=(nurse,)) for nurse in nurses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert took == [clinic.alert.acknowledged_by]
    assert [row["act"] for row in clinic.rows(alert_event)].count("acknowledged") == 1
    for nurse in nurses:
        nurse.forgets()


def test_after_an_outage_a_nurse_gets_one_page_and_not_a_hundred(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("error_503", match={"to": nurse.number}, count=None)
    patient.texts("i cant breathe")
    clinic.clock.forward(minutes=16)
    nurse.hears_nothing()

    clinic.carrier.clear_faults()
    clinic.clock.forward(seconds=10)

    nurse.hears("EMERGENCY")
    nurse.hears_nothing()
    patient.forgets()


def test_a_page_still_under_way_is_not_sent_once_somebody_took_the_alert(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("error_503", match={"to": nurse.number}, count=None)
    patient.texts("i cant breathe")
    patient.forgets()

    clinic.acknowledges(nurse, clinic.alert.code)
    clinic.carrier.clear_faults()
    clinic.clock.forward(minutes=10)

    nurse.hears_nothing()


def test_one_alert_that_cannot_be_moved_does_not_hold_up_the_others(clinic: Clinic) -> None:
    nurse, broken = clinic.nurse(), raised(clinic)
    del broken
    raised(clinic, "i cant feel when i wipe")
    first = clinic.alerts[0]
    nurse.forgets()
    clinic.parts.database.write(
        lambda tx: tx.exec_driver_sql(f"UPDATE alert SET concepts = 'spoiled' WHERE id = '{first.id}'")  # noqa: S608
    )
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=6)

    alert.climb_due(clinic.parts, clinic.moment)

    moved = [row for row in clinic.rows(outbox) if row["kind"] == "page"]
    assert len(moved) == 3  # two first pages, and the second step of the one that is whole
    clinic.parts.database.write(
        lambda tx: tx.exec_driver_sql(f"UPDATE alert SET concepts = '[]' WHERE id = '{first.id}'")  # noqa: S608
    )


def test_a_link_takes_its_own_alert_and_no_other_that_has_its_code_now(clinic: Clinic) -> None:
    """Codes are used again. A page of last week must not acknowledge today's emergency."""
    nurse, _ = clinic.nurse(), raised(clinic)
    old = nurse.hears("/a/")
    token = old.partition("/a/")[2].split()[0]
    alert.resolve(clinic.parts, clinic.alert.code, nurse.id, "Reached.", clinic.clock.now())
    code = clinic.alert.code
    number = int(code, 16)
    clinic.reopen(replace(clinic.parts, pick=lambda _: number))
    raised(clinic, "i cant feel when i wipe")
    assert [each.code for each in clinic.alerts] == [code, code]

    answer = clinic.browser.post(f"/a/{token}", data={"do": "acknowledge"})

    assert answer.status_code == 409
    assert clinic.alerts[1].state == "open"
    nurse.forgets()


def test_the_ladder_goes_on_when_the_clinics_clock_is_set_back(clinic: Clinic) -> None:
    first, second = clinic.nurse(rung=1), clinic.nurse(rung=2)
    patient = raised(clinic)
    first.hears("EMERGENCY")
    clinic.clock.forward(minutes=2)

    clinic.clock.jump(hours=-3)
    clinic.clock.forward(minutes=4)

    second.hears("EMERGENCY")
    clinic.clock.forward(minutes=25)  # 31 minutes of anybody's watch
    assert "None of our staff" in patient.hears()
    first.forgets()
    second.forgets()
    assert timedelta() <= clinic.clock.now() - clinic.alerts[0].raised_at <= timedelta(minutes=32)


def test_an_attempt_that_does_nothing_stays_in_the_alerts_history(clinic: Clinic) -> None:
    first, second, viewer = clinic.nurse(rung=1), clinic.nurse(rung=2), clinic.nurse(role="viewer", rung=None)
    raised(clinic)
    first.hears("EMERGENCY")
    code = clinic.alert.code

    with pytest.raises(Refused, match="viewer"):
        clinic.acknowledges(viewer, code)
    assert clinic.alert.state == "open"
    clinic.acknowledges(first, code)
    with pytest.raises(Refused, match="already"):
        clinic.acknowledges(second, code)

    tried = [(row["staff_id"], row["detail"]) for row in clinic.rows(alert_event) if row["act"] == "refused"]
    assert tried == [(viewer.id, "viewer"), (second.id, "acknowledged")]
    assert clinic.alert.acknowledged_by == first.id


# What belongs to one patient


def test_a_second_concern_is_told_at_once_and_then_one_ladder_carries_both(clinic: Clinic) -> None:
    first, second, patient = clinic.nurse(), clinic.nurse(rung=2, name="Nurse Two"), clinic.patient()
    patient.texts("i cant breathe")
    patient.texts("i have a fever of 102")
    emergency, fever = clinic.alerts
    first.hears("EMERGENCY", emergency.code)
    first.hears("Same day", fever.code)

    clinic.clock.forward(minutes=5)

    second.hears("EMERGENCY", emergency.code)
    clinic.clock.forward(hours=2)
    assert {body.split(" alert ")[1][:3] for body in first.forgets() + second.forgets()} == {emergency.code}
    patient.forgets()


def test_a_worse_concern_is_paged_up_the_whole_ladder(clinic: Clinic) -> None:
    first, second, patient = clinic.nurse(), clinic.nurse(rung=2, name="Nurse Two"), clinic.patient()
    patient.texts("i have a fever of 102")
    first.hears("Same day")
    clinic.acknowledges(first, clinic.alert.code)
    patient.texts("i cant breathe")

    first.hears("EMERGENCY", clinic.alerts[-1].code)
    clinic.clock.forward(minutes=5)
    second.hears("EMERGENCY", clinic.alerts[-1].code)
    patient.forgets()


def test_who_has_a_patient_hears_first_hand_of_what_is_new(clinic: Clinic) -> None:
    first, second, patient = clinic.nurse(), clinic.nurse(rung=2, name="Nurse Two"), clinic.patient()
    patient.texts("i have a fever of 102")
    first.hears("Same day")
    clinic.acknowledges(second, clinic.alert.code)

    patient.texts("my calf is swollen and hot")

    first.hears("Same day", clinic.alerts[-1].code)
    second.hears("Same day", clinic.alerts[-1].code)
    patient.forgets()


def test_a_bare_ack_takes_all_of_one_patient(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("i have a fever of 102")
    patient.texts("i cant breathe")
    nurse.forgets()

    nurse.texts("ack")

    nurse.hears(clinic.alerts[-1].code, "is yours")
    assert {alert.state.value for alert in clinic.alerts} == {"acknowledged"}
    patient.forgets()


def test_taking_the_lesser_one_leaves_the_worse_one_open(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("i cant breathe")
    patient.texts("i have a fever of 102")
    nurse.forgets()

    nurse.texts(f"ack {clinic.alerts[-1].code}")

    nurse.hears("is yours")
    assert [alert.state.value for alert in clinic.alerts] == ["open", "acknowledged"]
    patient.forgets()


def test_what_was_taken_together_comes_back_with_one_page(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("i have a fever of 102")
    patient.texts("i cant breathe")
    nurse.forgets()
    nurse.texts("ack")
    nurse.forgets()

    clinic.clock.forward(minutes=61)

    assert [alert.state.value for alert in clinic.alerts] == ["open", "open"]
    nurse.hears("EMERGENCY", clinic.alerts[-1].code)
    patient.forgets()


def test_two_patients_are_two_takings(clinic: Clinic) -> None:
    nurse, one, other = clinic.nurse(), clinic.patient(), clinic.patient(name="Tom Becker")
    one.texts("i have a fever of 102")
    other.texts("i have a fever of 102")
    nurse.hears("Same day")
    nurse.hears("Same day")

    nurse.texts("ack")

    nurse.hears("ACK and its code")
    assert {alert.state.value for alert in clinic.alerts} == {"open"}
    one.forgets()
    other.forgets()


def test_what_a_nurse_has_not_been_told_of_is_not_taken_along(clinic: Clinic) -> None:
    """She acknowledges the first while the page about the second is on its way: that one waits for her own word."""
    nurse, patient = clinic.nurse(), raised(clinic)
    nurse.hears("EMERGENCY")
    first = clinic.alert
    clinic.sends_by_itself = False
    patient.texts("i cant feel when i wipe")
    patient.forgets()

    clinic.acknowledges(nurse, first.code)

    clinic.sends_by_itself = True
    clinic.clock.forward(seconds=1)
    (second,) = [each for each in clinic.alerts if each.id != first.id]
    assert second.state is AlertState.OPEN
    nurse.hears("EMERGENCY", second.code)
    clinic.acknowledges(nurse, second.code)
