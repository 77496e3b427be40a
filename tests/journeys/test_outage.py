"""The host was down: every text that waited at the carrier is taken in once, in order, and what matters comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from bot.service import remind
from bot.service.reconcile import reading, rounds
from bot.store.tables import alert, answer, inbox, outbox, plan_entry, session
from bot.worker import clock as ticking
from tests.clinic import MORNING, Clinic, Handset


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def utc(value: object) -> datetime:
    """A time as the database hands it over; SQLite knows no zones."""
    assert isinstance(value, datetime)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def bodies(clinic: Clinic) -> list[str]:
    vault = clinic.parts.vault
    rows = sorted(clinic.rows(inbox), key=lambda row: (utc(row["received_at"]), str(row["id"])))
    return [vault.open("inbox.body", str(row["id"]), row["body"]) for row in rows]  # type: ignore[arg-type]


def forget_all(clinic: Clinic) -> None:
    for handset in clinic.handsets:
        handset.forgets()


def test_three_hours_down_with_ten_texts_waiting(clinic: Clinic) -> None:
    nurse, patients = clinic.nurse(), [clinic.patient() for _ in range(4)]
    clinic.settle()
    clinic.goes_down()
    said = [
        "hello",
        "my brace pinches",
        "thanks",
        "i cant feel when i wipe",
        "are you there",
        "ok",
        "hm",
        "hi",
        "a",
        "b",
    ]
    sent_at = {}
    for number, words in enumerate(said):
        clinic.clock.forward(minutes=15)
        sent_at[words] = clinic.clock.now()
        assert patients[number % 4].texts(words) == []
    clinic.clock.forward(minutes=30)

    clinic.comes_back()
    clinic.settle()

    assert bodies(clinic) == said
    assert Counter(row["state"] for row in clinic.rows(inbox)) == {"handled": 10}
    (raised,) = [each for each in clinic.alerts if each.tier == "emergency"]
    assert raised.raised_at == sent_at["i cant feel when i wipe"]
    nurse.hears("EMERGENCY", raised.code)
    assert any("911" in words for words in patients[3].forgets())
    forget_all(clinic)


def test_the_reading_is_repeated_and_nothing_is_taken_in_twice(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.goes_down()
    patient.texts("hello")
    clinic.comes_back()

    for _ in range(5):
        clinic.clock.forward(minutes=2)

    patient.hears("staff will read this")
    patient.hears_nothing()
    assert len(clinic.rows(inbox)) == 1


def test_a_webhook_that_comes_after_all_finds_its_text_taken_in(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.settle()
    clinic.carrier.fault("lost_webhook")
    patient.texts("i cant breathe")
    clinic.clock.forward(minutes=2)
    patient.hears("911")

    answer_ = clinic.carrier.phone(patient.number).repeats(str(clinic.rows(inbox)[0]["sid"]))

    assert answer_ == []
    assert (len(clinic.rows(inbox)), len(clinic.rows(alert))) == (1, 1)
    nurse.hears("EMERGENCY")


def test_a_young_text_is_left_to_its_webhook(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.settle()
    clinic.carrier.fault("late_webhook", seconds=0.2)
    clinic.sends_by_itself = False
    patient.texts("hello")

    rounds.now(clinic.parts, clinic.moment)

    assert clinic.rows(inbox) == []
    clinic.carrier.settled()
    clinic.sends_by_itself = True
    patient.hears("staff will read this")
    clinic.clock.forward(minutes=5)
    patient.hears_nothing()
    assert [row["by_answer"] for row in clinic.rows(outbox)] == [True]


def test_two_reconcilers_at_once_take_each_text_in_once(clinic: Clinic) -> None:
    nurse, patients = clinic.nurse(), [clinic.patient() for _ in range(3)]
    clinic.settle()
    clinic.goes_down()
    for patient in patients:
        patient.texts("i cant breathe")
        patient.texts("hello")
    clinic.clock.forward(hours=1)
    clocks, start = [clinic.parts, clinic.another_process(), clinic.another_process()], Barrier(3)

    def reconcile(parts: object) -> None:
        start.wait()
        rounds.now(parts, clinic.moment)  # type: ignore[arg-type]

    threads = [Thread(target=reconcile, args=(parts,)) for parts in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clinic.comes_back()
    clinic.settle()

    assert len(clinic.rows(inbox)) == 6
    assert len([row for row in clinic.rows(alert) if row["tier"] == "emergency"]) == 3
    for patient in patients:
        assert len([words for words in patient.forgets() if words.startswith("Call 911 now")]) == 1
    nurse.forgets()


def test_a_reader_that_dies_over_the_list_is_replaced_within_seconds(clinic: Clinic) -> None:
    """Found by `simulate` (7:reconcile:350:none:0): a red flag that only the list knew waited another half minute."""
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.clock.forward(seconds=1)
    clinic.carrier.fault("lost_webhook")
    patient.texts("i cant breathe")
    clinic.sends_by_itself = False
    clinic.clock.forward(seconds=70)
    taken = clinic.parts.database.write(lambda tx: reading.take_turn(tx, clinic.moment))  # and then it is gone

    clinic.sends_by_itself = True
    clinic.clock.forward(seconds=12)

    assert taken is not None
    nurse.hears("EMERGENCY")
    patient.hears("911")


def test_a_list_that_lags_ten_minutes_loses_nothing(clinic: Clinic) -> None:
    """Later texts are listed long before it: the watermark has gone past it by then."""
    silent, other = clinic.patient(), clinic.patient()
    clinic.settle()
    clinic.carrier.fault("list_lag", seconds=600, match={"from": silent.number})
    clinic.carrier.fault("lost_webhook", match={"from": silent.number})
    silent.texts("hello")
    for _ in range(9):
        clinic.clock.forward(minutes=1)
        other.texts("hi")
    silent.hears_nothing()

    clinic.clock.forward(minutes=3)

    silent.hears("staff will read this")
    other.forgets()
    assert len(clinic.rows(inbox)) == 10


def test_a_list_that_lags_for_hours_is_looked_through_again(clinic: Clinic) -> None:
    nurse, patient, other = clinic.nurse(), clinic.patient(), clinic.patient()
    clinic.settle()
    clinic.carrier.fault("list_lag", seconds=5 * 3600, match={"from": patient.number})
    clinic.carrier.fault("lost_webhook", match={"from": patient.number})
    patient.texts("i cant breathe")
    for _ in range(7):
        clinic.clock.forward(hours=1)
        other.texts("hi")

    assert len([words for words in patient.forgets() if words.startswith("Call 911 now")]) == 1
    nurse.hears("EMERGENCY")
    forget_all(clinic)


@pytest.mark.parametrize("fault", ["error_503", "error_500", "reset", "bad_json", "html_200", "auth"])
def test_a_list_that_cannot_be_read_is_read_as_soon_as_it_can(clinic: Clinic, fault: str) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.settle()
    clinic.goes_down()
    patient.texts("i cant breathe")
    clinic.clock.forward(hours=1)
    clinic.carrier.fault(fault, on="list", count=3)
    clinic.comes_back()

    clinic.clock.forward(seconds=1)
    clinic.clock.forward(seconds=11)
    clinic.clock.forward(seconds=11)
    clinic.clock.forward(seconds=11)

    patient.hears("911")
    nurse.hears("EMERGENCY")


def test_many_pages_of_texts_are_all_read(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.settle()
    clinic.goes_down()
    for number in range(450):
        clinic.carrier.parts.texting.write(patient.number, f"text {number}")
        clinic.clock.forward(seconds=1)
    clinic.clock.forward(minutes=5)

    taken = rounds.now(clinic.parts, clinic.moment).taken_in

    assert len(taken.texts) == 450
    assert [text.body for text in taken.texts] == [f"text {number}" for number in range(450)]
    clinic.comes_back()
    patient.forgets()


def test_a_page_of_the_list_that_fails_keeps_the_order(clinic: Clinic) -> None:
    """The newest come first: nothing is taken in of a reading that lacks the older ones."""
    patient = clinic.patient()
    clinic.settle()
    clinic.goes_down()
    for number in range(250):
        clinic.carrier.parts.texting.write(patient.number, f"text {number}")
    clinic.clock.forward(minutes=2)
    clinic.carrier.fault("list_page", count=1)

    first = rounds.now(clinic.parts, clinic.moment).taken_in
    second = rounds.now(clinic.parts, clinic.moment).taken_in

    assert (len(first.texts), bool(first.missing)) == (0, True)
    assert (len(second.texts), second.missing) == (250, "")
    clinic.comes_back()
    patient.forgets()


def test_a_page_of_the_list_that_fails_for_long_does_not_hide_the_others(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.settle()
    clinic.goes_down()
    for number in range(250):
        clinic.carrier.parts.texting.write(clinic.stranger().number, f"text {number}")
    clinic.clock.forward(minutes=10)
    patient.texts("i cant breathe")
    clinic.carrier.fault("list_page", count=None)
    clinic.clock.forward(minutes=10)

    clinic.comes_back()
    clinic.settle()

    patient.hears("911")
    nurse.hears("EMERGENCY")
    forget_all(clinic)


def test_texts_from_before_we_began_are_not_ours(clinic: Clinic) -> None:
    """A number may have had another life."""
    stranger = clinic.stranger()
    clinic.sends_by_itself = False
    clinic.carrier.parts.texting.write(stranger.number, "is this the pizza place")
    clinic.clock.forward(minutes=5)

    clinic.sends_by_itself = True
    clinic.clock.forward(hours=2)

    stranger.hears_nothing()
    assert clinic.rows(inbox) == []


def test_a_stop_that_waited_is_heard_before_anything_is_sent(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.settle()
    morning.goes_down()
    patient.texts("STOP")
    morning.clock.forward(minutes=40)

    morning.comes_back()
    morning.settle()

    patient.hears("no more texts")
    morning.clock.forward(hours=10)
    patient.hears_nothing()


def test_a_worker_that_starts_before_the_list_is_read_sends_no_check_in(morning: Clinic) -> None:
    from bot.core.enrollment import Lane
    from bot.service import deliver

    patient = morning.patient(day=3)
    morning.settle()
    morning.sends_by_itself = False
    morning.clock.forward(minutes=6)
    remind.due(morning.parts, morning.moment)

    assert deliver.drain(morning.parts, Lane.PLAN, morning.moment) == 0
    rounds.when_due(morning.parts, morning.moment)
    assert deliver.drain(morning.parts, Lane.PLAN, morning.moment) == 1

    morning.sends_by_itself = True
    patient.hears("day 3")


def test_a_list_that_cannot_be_read_holds_the_day_up_for_minutes_and_no_longer(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.settle()
    morning.carrier.fault("error_503", on="list", count=None)

    morning.clock.forward(minutes=8)
    patient.hears_nothing()
    for _ in range(60):
        morning.clock.forward(seconds=15)

    patient.hears("day 3")


def test_a_shorter_look_back_by_hand_passes_nothing_over(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.settle()
    clinic.goes_down()
    patient.texts("hello")
    clinic.clock.forward(hours=2)

    done = rounds.now(clinic.parts, clinic.moment, since=clinic.clock.now() - timedelta(minutes=5))

    assert [text.body for text in done.taken_in.texts] == ["hello"]
    clinic.comes_back()
    assert "staff will read this" in patient.forgets()[0]


def test_patience_with_the_list_begins_anew_after_an_outage(morning: Clinic) -> None:
    """It failed before the host went down, too: that is no reason to send before it was tried."""
    patient = morning.patient(day=3)
    morning.settle()
    morning.carrier.fault("error_503", on="list", count=None)
    morning.clock.forward(minutes=1, seconds=1)
    morning.goes_down()
    morning.clock.forward(minutes=30)

    morning.comes_back()
    morning.settle()

    patient.hears_nothing()
    morning.carrier.clear_faults()
    morning.clock.forward(seconds=11)
    patient.hears("day 3")


def test_a_message_that_does_not_open_keeps_no_other_from_being_settled(morning: Clinic) -> None:
    patients = [morning.patient(day=3) for _ in range(2)]
    morning.carrier.fault("lost_callbacks", count=None)
    morning.carrier.fault("accept_then_reset", count=None)
    morning.clock.forward(minutes=6)
    morning.sends_by_itself = False
    morning.clock.forward(minutes=2)
    spoilt = outbox.update().where(outbox.c.patient_id == patients[0].id).values(body=b"\x01rubbish")
    morning.parts.database.write(lambda tx: tx.execute(spoilt))

    rounds.now(morning.parts, morning.moment)

    states = {row["patient_id"]: row["state"] for row in morning.rows(outbox)}
    assert states == {patients[0].id: "sending", patients[1].id: "delivered"}
    morning.carrier.clear_faults()
    forget_all(morning)


def test_a_picture_of_the_outage_asks_nothing_again(morning: Clinic) -> None:
    patient = asked(morning)
    morning.goes_down()
    patient.texts("4")
    morning.clock.forward(minutes=1)
    patient.texts("", media=1)
    morning.clock.forward(minutes=30)

    morning.comes_back()
    morning.settle()

    heard = patient.forgets()
    assert len([words for words in heard if "suddenly" in words]) == 1
    assert not [words for words in heard if "0 to 10" in words]
    assert "picture" in [each.cause for each in morning.alerts]


def test_what_fell_due_meanwhile_goes_out_bit_by_bit(morning: Clinic) -> None:
    patients = [morning.patient(day=3) for _ in range(12)]
    morning.settle()
    morning.goes_down()
    morning.clock.forward(minutes=45)

    began = []
    for _ in range(6):
        ticking.tick(morning.parts, morning.moment)
        began.append(len(morning.rows(session)))
    morning.comes_back()

    assert began == [2, 4, 6, 8, 10, 12]
    for patient in patients:
        patient.hears("day 3")
    check_ins = [row["state"] for row in morning.rows(plan_entry) if row["outbox_id"]]
    assert Counter(check_ins) == {"sent": 12}


def asked(clinic: Clinic) -> Handset:
    """Day 3's first question waits: how bad is the pain, 0 to 10?"""
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.hears("day 3")
    return patient


def test_a_text_of_the_outage_answers_the_question_that_waits_still(morning: Clinic) -> None:
    patient = asked(morning)
    morning.goes_down()
    patient.texts("4")
    morning.clock.forward(minutes=30)

    morning.comes_back()
    morning.settle()

    patient.hears("suddenly")
    assert [(row["step"], row["number"]) for row in morning.rows(answer)] == [("pain", 4.0)]
    patient.hears_nothing()


def test_a_second_text_of_the_outage_does_not_answer_a_question_that_nobody_had_seen(morning: Clinic) -> None:
    patient = asked(morning)
    morning.goes_down()
    patient.texts("4")
    morning.clock.forward(minutes=1)
    patient.texts("no")
    morning.clock.forward(minutes=30)

    morning.comes_back()
    morning.settle()

    assert [row["step"] for row in morning.rows(answer)] == ["pain"]
    assert [row["step"] for row in morning.rows(session)] == ["sudden"]
    assert [each.cause for each in morning.alerts] == ["not_understood"]
    patient.forgets()


def days_later(clinic: Clinic, words: str) -> Handset:
    """What was texted on day 3, and is fetched while day 4's question waits."""
    patient = asked(clinic)
    clinic.carrier.fault("lost_webhook")
    clinic.carrier.fault("list_lag", seconds=25 * 3600, match={"from": patient.number})
    patient.texts(words)
    clinic.clock.forward(hours=24)
    assert "day 4" in patient.forgets()[-1]
    clinic.clock.forward(hours=3)
    return patient


def test_an_answer_that_is_fetched_while_another_question_waits_answers_its_own(morning: Clinic) -> None:
    patient = days_later(morning, "4")

    rows = morning.rows(answer)
    assert [(row["step"], row["number"]) for row in rows if row["inbox_id"]] == [("pain", 4.0)]
    assert utc(rows[0]["at"]) < morning.clock.now() - timedelta(hours=20)
    assert [(row["flow"], row["step"], row["state"]) for row in morning.rows(session)] == [
        ("day-03", "pain", "expired"),
        ("day-04", "pain", "active"),
    ]
    patient.forgets()


def test_a_red_answer_that_is_fetched_while_another_question_waits_alerts(morning: Clinic) -> None:
    nurse = morning.nurse()
    patient = days_later(morning, "9")

    urgent = [each for each in morning.alerts if each.tier != "routine"]
    assert [each.concepts for each in urgent] == [("uncontrolled_pain",)]
    assert urgent[0].raised_at < morning.clock.now() - timedelta(hours=20)
    assert [row["state"] for row in morning.rows(session)] == ["expired", "active"]
    nurse.forgets()
    patient.forgets()


def test_words_that_are_fetched_while_another_question_waits_are_read_by_a_person(morning: Clinic) -> None:
    patient = days_later(morning, "what do you mean")

    assert "not_understood" in [each.cause for each in morning.alerts]
    assert [row["state"] for row in morning.rows(session)] == ["expired", "active"]
    assert [row["step"] for row in morning.rows(session)] == ["pain", "pain"]
    patient.forgets()
