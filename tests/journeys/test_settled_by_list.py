"""What the carrier did with our messages is learnt from its list when nobody told us, and no fault doubles a tip."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.service.reconcile import rounds
from bot.store.tables import alert_event, outbox
from tests.clinic import MORNING, Clinic


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def states(clinic: Clinic, kind: str) -> list[tuple[object, object]]:
    return [(row["state"], row["attempts"]) for row in clinic.rows(outbox) if row["kind"] == kind]


SPOILED = ["accept_then_reset", "accept_then_500", "empty_201", "html_200", "bad_json", "missing_sid", "wrong_type"]
CALLBACKS = ["", "lost_callbacks", "early_callback", "doubled_callbacks", "reversed_callbacks"]


@pytest.mark.parametrize("callbacks", CALLBACKS)
@pytest.mark.parametrize("answer", SPOILED)
def test_a_check_in_whose_answer_was_spoiled_arrives_once(morning: Clinic, answer: str, callbacks: str) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault(answer)
    if callbacks:
        morning.carrier.fault(callbacks, count=None)

    morning.clock.forward(hours=2)

    patient.hears("day 3")
    patient.hears_nothing()
    assert states(morning, "checkin") == [("delivered", 1)]


def test_a_landline_whose_callback_was_lost_is_told_to_staff_within_the_hour(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("landline", match={"to": patient.number})
    morning.carrier.fault("lost_callbacks", match={"to": patient.number})
    morning.clock.forward(minutes=10)
    assert states(morning, "checkin") == [("accepted", 1)]

    for _ in range(5):
        morning.clock.forward(minutes=15)

    assert states(morning, "checkin") == [("undelivered", 1)]
    assert [each.cause for each in morning.alerts] == ["unreachable"]
    patient.hears_nothing()


CODES = [(30003, 4), (30004, 1), (30005, 1), (30006, 1), (30007, 1), (30008, 2)]
"""And how often each is tried."""
FOR_EVER = {30004, 30005, 30006}


@pytest.mark.parametrize(("code", "attempts"), CODES)
def test_a_check_in_that_no_phone_takes(morning: Clinic, code: int, attempts: int) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("undelivered", code=code, count=None, match={"to": patient.number})

    morning.clock.forward(hours=3)

    patient.hears_nothing()
    assert states(morning, "checkin") == [("undelivered", attempts)]
    assert [each.cause for each in morning.alerts] == ["unreachable" if code in FOR_EVER else "undelivered"]


@pytest.mark.parametrize("code", [21211, 21610, 21612, 21614])
def test_a_number_that_the_carrier_refuses_is_called_and_stops_nobody_else(morning: Clinic, code: int) -> None:
    refused, other = morning.patient(day=3), morning.patient(day=3)
    morning.carrier.fault("refused", code=code, count=None, match={"to": refused.number})

    morning.clock.forward(minutes=20)

    refused.hears_nothing()
    other.hears("day 3")
    assert sorted(states(morning, "checkin")) == [("delivered", 1), ("failed", 1)]
    assert [each.cause for each in morning.alerts] == ["unreachable"]


def test_by_hand_what_is_open_is_settled_at_once(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("lost_callbacks", count=None)
    morning.clock.forward(minutes=10)
    patient.hears("day 3")
    assert states(morning, "checkin") == [("accepted", 1)]

    done = rounds.now(morning.parts, morning.moment)

    assert [(message.kind, message.state) for message in done.settled.settled] == [("checkin", "delivered")]
    assert rounds.now(morning.parts, morning.moment).settled.settled == ()


def test_what_somebody_is_sending_just_now_is_left_to_them(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.fault("lost_callbacks", count=None)
    patient.texts("hello")

    assert rounds.now(clinic.parts, clinic.moment).settled.settled == ()
    clinic.clock.forward(seconds=32)

    patient.hears("staff will read this")
    assert states(clinic, "reply") == [("delivered", 1)]


def test_the_same_words_of_an_earlier_message_prove_nothing_of_a_later_one(clinic: Clinic) -> None:
    patient = clinic.patient()
    clinic.carrier.fault("lost_callbacks", count=None)
    patient.texts("hello")
    clinic.clock.forward(minutes=1)
    patient.hears("staff will read this")
    clinic.clock.forward(minutes=30)
    clinic.carrier.fault("lost_answer", count=1)
    patient.texts("hello again")

    clinic.clock.forward(minutes=14)
    patient.hears_nothing()
    clinic.clock.forward(minutes=4)

    patient.hears("staff will read this")
    patient.hears_nothing()


def test_a_page_is_accepted_within_seconds_of_its_senders_death(clinic: Clinic) -> None:
    from bot.core.enrollment import Lane
    from tests.journeys.test_killed import die

    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.sends_by_itself = False
    patient.texts("i cant breathe")
    die(clinic, Lane.PAGE, after=False)

    clinic.sends_by_itself = True
    clinic.clock.forward(seconds=12)

    nurse.hears("EMERGENCY")
    patient.forgets()


@pytest.mark.parametrize("fault", ["refuse_429", "error_500", "error_503", "reset", "bad_json", "missing_sid", "auth"])
def test_a_page_is_accepted_within_seconds_of_the_end_of_a_fault(clinic: Clinic, fault: str) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault(fault, count=None, match={"to": nurse.number})
    clinic.carrier.fault("lost_callbacks", count=None, match={"to": nurse.number})
    patient.texts("i cant breathe")
    clinic.clock.forward(seconds=20)
    nurse.forgets()

    clinic.carrier.clear_faults()
    clinic.clock.forward(seconds=15)

    nurse.hears("EMERGENCY")
    for handset in (nurse, patient):
        handset.forgets()
    assert "page_failed" in [row["act"] for row in clinic.rows(alert_event)]
