"""The clock: what it decides needs no carrier, so a carrier that hangs holds no ladder up."""

from __future__ import annotations

from dataclasses import replace

from bot.core.enrollment import Channel
from bot.service.parts import Arrivals, Listed, Outgoing
from bot.store import marks
from bot.store.tables import outbox
from bot.worker import clock as ticking
from tests.clinic import Clinic


class NeverAsked:
    """A carrier that hangs for ever would be called here."""

    def send(self, message: Outgoing) -> str:
        raise AssertionError(message.lane)

    def sent_to(self, phone: str, since: object) -> list[Listed]:
        raise AssertionError(phone, since)

    def sent(self, since: object) -> list[Listed]:
        raise AssertionError(since)

    def arrived(self, since: object) -> Arrivals:
        raise AssertionError(since)


def test_deciding_calls_no_carrier_and_the_ladder_climbs(clinic: Clinic) -> None:
    clinic.nurse(rung=1)
    clinic.nurse(rung=2)
    patient = clinic.patient()
    clinic.carrier.fault("lost_answer", count=1)
    patient.texts("i cant breathe")
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=5, seconds=1)

    ticking.decide(replace(clinic.parts, carriers={Channel.SMS: NeverAsked()}), clinic.moment)

    assert [row["state"] for row in clinic.rows(outbox) if row["kind"] == "page"] == ["delivered", "pending"]
    clinic.sends_by_itself = True
    for handset in clinic.handsets:
        handset.forgets()


def test_each_tick_leaves_a_sign_of_life(clinic: Clinic) -> None:
    ticking.tick(clinic.parts, clinic.moment)

    sign = clinic.parts.database.read(lambda tx: marks.find(tx, "alive:clock"))
    assert sign is not None
    assert sign.at == clinic.clock.real()


def test_with_nothing_due_no_page_is_looked_for_at_the_carrier(clinic: Clinic) -> None:
    quiet = replace(clinic.parts, carriers={Channel.SMS: NeverAsked()})

    assert ticking.send_pages(quiet, clinic.moment) == 0
