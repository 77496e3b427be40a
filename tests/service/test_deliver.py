"""Messages leave: one poisoned message harms no other, and just before the call we ask once more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.core.enrollment import Channel, Lane
from bot.service import deliver
from bot.service.parts import Outgoing
from bot.store.tables import alert, outbox
from tests.clinic import MORNING, Clinic, Mailbox


def poison(clinic: Clinic, handset_id: str) -> None:
    clinic.parts.database.write(
        lambda tx: tx.execute(outbox.update().where(outbox.c.patient_id == handset_id).values(body=b"\x01poison"))
    )


def test_a_message_that_cannot_be_opened_keeps_no_other_back(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    first, second = clinic.patient(day=3), clinic.patient(day=3)
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=6)
    from bot.service import remind

    remind.due(clinic.parts, clinic.moment)
    poison(clinic, first.id)

    deliver.drain(clinic.parts, Lane.PLAN, clinic.moment)
    clinic.carrier.settled()

    states = {row["patient_id"]: row["state"] for row in clinic.rows(outbox)}
    assert states[first.id] == "failed"
    assert states[second.id] == "delivered"
    assert [row["cause"] for row in clinic.rows(alert)] == ["undelivered"]
    clinic.sends_by_itself = True
    second.forgets()


class Odd(Mailbox):
    """A carrier with a mistake in it, for one number."""

    def __init__(self, inner: object, number: str) -> None:
        super().__init__()
        self._inner, self._number = inner, number

    def send(self, message: Outgoing) -> str:
        if message.to == self._number:
            raise ZeroDivisionError
        return str(self._inner.send(message))  # type: ignore[attr-defined]


@pytest.mark.parametrize("senders", [None, 4])
def test_a_sender_with_a_mistake_in_it_harms_no_other_page(clinic: Clinic, senders: int | None) -> None:
    first, second, patient = clinic.nurse(), clinic.nurse(), clinic.patient()
    clinic.sends_by_itself = False
    patient.texts("i cant breathe")
    odd = replace(clinic.parts, carriers={Channel.SMS: Odd(clinic.parts.carriers[Channel.SMS], first.number)})

    with ThreadPoolExecutor(4) as pool:
        taken = deliver.drain(odd, Lane.PAGE, clinic.moment, senders=pool if senders else None)
    clinic.carrier.settled()

    assert taken == 2
    assert sorted(str(row["state"]) for row in clinic.rows(outbox) if row["kind"] == "page") == ["delivered", "pending"]
    clinic.sends_by_itself = True
    first.forgets()
    second.forgets()
    patient.forgets()


def test_a_stop_between_writing_and_sending_is_honoured(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=6)
    from bot.service import remind

    remind.due(clinic.parts, clinic.moment)
    patient.texts("STOP")

    deliver.drain(clinic.parts, Lane.PLAN, clinic.moment)

    assert [row["state"] for row in clinic.rows(outbox) if row["kind"] == "checkin"] == ["canceled"]
    clinic.sends_by_itself = True
    patient.hears("no more texts")
    patient.hears_nothing()


def test_a_refused_account_rests_the_other_lanes_and_tells_staff_once(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    nurse, patients = clinic.nurse(), [clinic.patient(day=3) for _ in range(3)]
    clinic.carrier.fault("auth", count=None, match={"to": patients[0].number})
    clinic.carrier.fault("auth", count=None, match={"to": patients[1].number})
    clinic.carrier.fault("auth", count=None, match={"to": patients[2].number})

    clinic.clock.forward(minutes=10)
    assert [row["cause"] for row in clinic.rows(alert)] == ["operations"]
    clinic.carrier.clear_faults()
    clinic.clock.forward(minutes=2)

    for patient in patients:
        patient.hears("day 3")
    nurse.forgets()
