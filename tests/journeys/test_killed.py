"""A process can die between any two lines: what it held is taken up again, and nothing is lost or said twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.enrollment import Channel, Lane
from bot.flowfile.plan import ASKS_STILL_WANTED
from bot.service import deliver, receive
from bot.service.parts import Outgoing, Parts
from bot.store import inbox as texts
from bot.store.inbox import Inbound
from bot.store.tables import alert, answer, inbox, outbox, plan_entry, session
from tests.clinic import MORNING, Clinic, Mailbox


class Killed(BaseException):
    """The process is gone: no handler of ours runs."""


class DiesSending(Mailbox):
    """A carrier in whose arms the process dies, before or after the words were carried."""

    def __init__(self, carrier: object, *, after: bool) -> None:
        super().__init__()
        self._carrier, self._after = carrier, after

    def send(self, message: Outgoing) -> str:
        if self._after:
            self._carrier.send(message)  # type: ignore[attr-defined]
        raise Killed


def dying(clinic: Clinic, *, after: bool) -> Parts:
    carrier = DiesSending(clinic.parts.carriers[Channel.SMS], after=after)
    return replace(clinic.parts, carriers={Channel.SMS: carrier})


def die(clinic: Clinic, lane: Lane, *, after: bool) -> None:
    with pytest.raises(Killed):
        deliver.drain(dying(clinic, after=after), lane, clinic.moment)


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


@pytest.mark.parametrize("after", [False, True])
def test_a_page_held_by_a_dead_worker_is_sent_again(clinic: Clinic, *, after: bool) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("lost_callbacks", match={"to": nurse.number}, count=None)
    clinic.sends_by_itself = False
    patient.texts("i cant breathe")
    die(clinic, Lane.PAGE, after=after)

    clinic.sends_by_itself = True
    clinic.clock.forward(seconds=92)

    assert len(nurse.forgets()) == 1 + after
    patient.forgets()


@pytest.mark.parametrize("after", [False, True])
def test_a_check_in_held_by_a_dead_worker_is_not_sent_without_proof(morning: Clinic, *, after: bool) -> None:
    patient = morning.patient(day=3)
    morning.carrier.fault("lost_callbacks", count=None)
    morning.sends_by_itself = False
    morning.clock.forward(minutes=6)
    morning.sends_by_itself = True
    from bot.service import remind

    remind.due(morning.parts, morning.moment)
    die(morning, Lane.PLAN, after=after)

    morning.clock.forward(minutes=20)

    assert len(patient.forgets()) == after
    assert [row["state"] for row in morning.rows(outbox)] == ["delivered" if after else "unknown"]


def test_a_text_kept_and_never_handled_is_taken_up_by_the_sweep(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    text = Inbound(sid="SM" + "1" * 32, phone=patient.number, body="i cant breathe")
    new = texts.new(clinic.parts.vault, clinic.parts.ids(), text, now=clinic.moment.now)
    with receive.keep(clinic.parts, new, text, clinic.moment) as keeping:
        keeping.result()
    assert [(row["state"], row["attempts"]) for row in clinic.rows(inbox)] == [("received", 1)]

    clinic.clock.forward(seconds=16)

    patient.hears("911")
    nurse.hears("EMERGENCY")
    assert [(row["state"], row["attempts"]) for row in clinic.rows(inbox)] == [("handled", 2)]


def test_dying_in_the_middle_of_handling_leaves_nothing_half_done(morning: Clinic) -> None:
    """The ids run out in the middle of the transaction: the text is kept, and no more."""
    nurse, patient = morning.nurse(), morning.patient(day=3)
    morning.clock.forward(minutes=10)
    patient.forgets()
    ids = iter([morning.parts.ids() for _ in range(3)])
    text = Inbound(sid="SM" + "2" * 32, phone=patient.number, body="9. i cant breathe")

    answered = receive.receive(replace(morning.parts, ids=lambda: next(ids)), text, morning.moment)

    assert answered == []
    assert (morning.rows(answer), morning.rows(alert)) == ([], [])
    assert [(row["state"], row["step"]) for row in morning.rows(session)] == [("active", "pain")]
    morning.clock.forward(seconds=16)
    patient.hears("911")
    nurse.hears("EMERGENCY")
    assert [row["state"] for row in morning.rows(session)] == ["handed_over"]


def test_a_crash_between_sending_and_recording_of_an_emergency_is_a_second_instruction_at_most(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault("lost_answer", count=1)
    patient.texts("i cant breathe")
    clinic.sends_by_itself = False
    clinic.clock.forward(seconds=31)
    from bot.service import sweep

    sweep.unconfirmed(clinic.parts, clinic.moment)
    die(clinic, Lane.TALK, after=True)

    clinic.sends_by_itself = True
    clinic.clock.forward(minutes=5)

    patient.hears("911")
    patient.hears_nothing()
    nurse.forgets()


def test_two_clocks_and_a_dead_worker_sweep_once(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.sends_by_itself = False
    patient.texts("i cant breathe")
    die(clinic, Lane.PAGE, after=False)
    clinic.clock.forward(seconds=95)
    from bot.service import sweep

    other = clinic.another_process()
    for parts in (clinic.parts, other):
        sweep.pages(parts, clinic.moment)
    sent = deliver.drain(clinic.parts, Lane.PAGE, clinic.moment) + deliver.drain(other, Lane.PAGE, clinic.moment)

    assert sent == 1
    clinic.sends_by_itself = True
    nurse.hears("EMERGENCY")
    patient.forgets()


def test_a_sender_that_wakes_up_after_its_lease_changes_nothing(clinic: Clinic) -> None:
    """Its fence is old: what it has to say of the message no longer counts."""
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.sends_by_itself = False
    patient.texts("i cant breathe")
    from bot.core.delivery import OutboxState
    from bot.store import outbox as outbox_store
    from bot.store.outbox import Outcome

    real = clinic.moment.real
    (held,) = clinic.parts.database.write(
        lambda tx: outbox_store.claim(
            tx, Lane.PAGE, now=clinic.clock.now(), real=real, lease=real + timedelta(seconds=90), limit=9
        )
    )
    clinic.sends_by_itself = True
    clinic.clock.forward(seconds=95)
    nurse.hears("EMERGENCY")

    clinic.parts.database.write(lambda tx: outbox_store.settle(tx, [Outcome(held, OutboxState.FAILED, "too late")]))

    assert [row["state"] for row in clinic.rows(outbox) if row["kind"] == "page"] == ["delivered"]
    patient.forgets()


def test_every_plan_entry_is_accounted_for(morning: Clinic) -> None:
    """planned == sent + skipped (+ canceled): nothing of the care plan vanishes once its time is over."""
    nurse, patient = morning.nurse(), morning.patient(day=0)
    planned = len(morning.rows(plan_entry))

    morning.clock.forward(days=16)

    rows = morning.rows(plan_entry)
    asked = [row for row in rows if row["item"] == ASKS_STILL_WANTED]  # came to it when nothing was answered
    over = [str(row["state"]) for row in rows if utc(row["not_after"]) <= morning.clock.now()]
    ahead = [str(row["state"]) for row in rows if utc(row["not_after"]) > morning.clock.now()]
    assert len(asked) == 1
    assert len(rows) - len(asked) == planned
    assert over
    assert set(over) <= {"sent", "skipped"}
    assert set(ahead) <= {"planned"}
    assert all(row["reason"] for row in morning.rows(plan_entry) if row["state"] == "skipped")
    patient.forgets()
    nurse.forgets()


def utc(value: object) -> datetime:
    """A time as the database hands it over; SQLite knows no zones."""
    assert isinstance(value, datetime)
    return value if value.tzinfo else value.replace(tzinfo=UTC)
