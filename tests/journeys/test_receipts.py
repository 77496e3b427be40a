"""A message without a receipt is looked for in the carrier's list; what follows depends on what it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.store.tables import alert_event, outbox
from tests.clinic import MORNING, Clinic


def states(clinic: Clinic, kind: str) -> list[tuple[object, object]]:
    return [(row["state"], row["attempts"]) for row in clinic.rows(outbox) if row["kind"] == kind]


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def test_a_reply_without_a_receipt_is_found_in_the_list(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.fault("lost_callbacks", count=None)

    patient.texts("hello")
    clinic.clock.forward(seconds=32)

    patient.hears("staff will read this")
    patient.hears_nothing()
    assert states(clinic, "reply") == [("delivered", 1)]


def test_an_emergency_instruction_that_never_arrived_is_said_again_once(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("lost_answer", count=None)
    patient.texts("i cant breathe")
    patient.hears_nothing()

    clinic.carrier.clear_faults()
    clinic.clock.forward(seconds=32)

    patient.hears("911")
    clinic.clock.forward(minutes=5)
    patient.hears_nothing()
    assert states(clinic, "reply") == [("delivered", 2)]
    assert "unconfirmed" in [row["act"] for row in clinic.rows(alert_event)]
    nurse.forgets()


def test_an_instruction_said_again_as_the_same_concern_is_shown_as_unconfirmed(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    patient.texts("i cant breathe")
    patient.forgets()
    clinic.carrier.fault("lost_answer", count=None)

    patient.texts("i cant breathe!")
    clinic.carrier.clear_faults()
    clinic.clock.forward(seconds=32)

    patient.hears("911")
    assert "unconfirmed" in [row["act"] for row in clinic.rows(alert_event)]
    nurse.forgets()


def test_an_instruction_without_any_receipt_twice_is_left_to_staff(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("lost_answer", count=None)
    patient.texts("i cant breathe")
    clinic.carrier.fault("hang", match={"to": patient.number}, count=None)
    clinic.carrier.clear_faults()
    clinic.carrier.fault("error_500", match={"to": patient.number}, count=None)

    clinic.clock.forward(minutes=5)

    patient.hears_nothing()
    assert states(clinic, "reply") == [("unknown", 2)]
    nurse.forgets()


def test_an_ordinary_reply_waits_for_proof_that_it_did_not_go_out(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.fault("lost_answer", count=None)
    patient.texts("hello")
    clinic.carrier.clear_faults()

    clinic.clock.forward(minutes=14)
    patient.hears_nothing()
    clinic.clock.forward(minutes=3)

    patient.hears("staff will read this")
    patient.hears_nothing()


def test_a_list_that_lags_brings_no_second_reply(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.fault("lost_callbacks", count=None)
    clinic.carrier.fault("list_lag", seconds=600)

    patient.texts("hello")
    clinic.clock.forward(minutes=20)

    patient.hears("staff will read this")
    patient.hears_nothing()
    assert states(clinic, "reply") == [("delivered", 1)]


def test_without_the_list_nothing_ordinary_is_repeated(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.fault("lost_callbacks", count=None)
    clinic.carrier.fault("error_503", on="list", count=None)

    patient.texts("hello")
    clinic.clock.forward(minutes=20)

    patient.hears("staff will read this")
    patient.hears_nothing()
    assert states(clinic, "reply") == [("unknown", 1)]


@pytest.mark.parametrize("fault", ["accept_then_reset", "accept_then_500", "empty_201", "html_200"])
def test_a_check_in_that_may_have_gone_out_is_not_sent_again(morning: Clinic, fault: str) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault(fault, count=1)

    morning.clock.forward(minutes=30)

    patient.hears("day 3")
    patient.hears_nothing()
    assert states(morning, "checkin") == [("delivered", 1)]


def test_a_check_in_that_nobody_vouches_for_is_left_unknown(morning: Clinic) -> None:
    """Absent from the list even after its lag: what we began is not repeated, and staff can list it."""
    patient = morning.patient(day=3)
    morning.carrier.fault("error_500", count=1)

    morning.clock.forward(minutes=40)

    patient.hears_nothing()
    assert states(morning, "checkin") == [("unknown", 1)]


@pytest.mark.parametrize("fault", ["accept_then_reset", "accept_then_500", "empty_201"])
def test_a_page_that_may_not_have_gone_out_is_sent_again_at_once(clinic: Clinic, fault: str) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("lost_callbacks", match={"to": nurse.number}, count=None)
    clinic.carrier.fault(fault, count=1)

    patient.texts("i cant breathe")
    clinic.clock.forward(seconds=10)

    patient.forgets()
    assert len(nurse.forgets()) == 2  # a duplicate beats a silence


def test_a_check_in_refused_for_now_goes_out_within_its_window(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("refuse_429", count=2)

    morning.clock.forward(minutes=10)

    patient.hears("day 3")
    patient.hears_nothing()


def test_an_instruction_that_failed_is_staffs_to_call_about(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("landline", match={"to": patient.number}, count=None)

    patient.texts("i cant breathe")

    assert sorted(alert.cause for alert in clinic.alerts) == ["free_text", "unreachable"]
    nurse.forgets()
    patient.forgets()


def test_a_number_that_cannot_be_reached_gets_no_more_check_ins_until_it_texts(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("opted_out", match={"to": patient.number}, count=1)
    morning.clock.forward(minutes=10)
    assert states(morning, "checkin") == [("failed", 1)]

    morning.clock.forward(hours=8)
    patient.hears_nothing()
    patient.texts("are you there")

    patient.forgets()
    morning.clock.forward(hours=17)
    patient.hears("day 4")
    patient.forgets()
