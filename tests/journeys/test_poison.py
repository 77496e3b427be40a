"""A text that kills whoever handles it is tried five times, and then a person reads it; nobody else waits for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.carrier.error import NotSent
from bot.core.delivery import ERRORS, OutboxState
from bot.core.enrollment import Channel, Lane
from bot.service import deliver, receive, sweep
from bot.service.parts import Outgoing, Parts
from bot.store import inbox as texts
from bot.store.inbox import Inbound, Kept
from bot.store.tables import alert, alert_event, inbox, outbox
from tests.clinic import Clinic, Handset, Mailbox


class Killed(BaseException):
    """The process is gone: no handler of ours runs."""


@dataclass
class Deadly:
    """Kills whoever screens the text with "poison" in it: keys that open it arm it, phrases that read it go off."""

    inner: Any
    armed: bool = False

    def open(self, column: str, row_id: str, sealed: bytes) -> str:
        opened: str = self.inner.open(column, row_id, sealed)
        if column == "inbox.body":
            self.armed = "poison" in opened
        return opened

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def live(self) -> Any:
        script = self.scripts.live()
        return _Trapped(script, self)

    scripts: Any = None


class _Trapped:
    """A script whose phrases go off."""

    def __init__(self, script: Any, trap: Deadly) -> None:
        self._script, self._trap = script, trap

    def __getattr__(self, name: str) -> Any:
        if name == "phrases" and self._trap.armed:
            raise Killed
        return getattr(self._script, name)


class _Scripts:
    def __init__(self, trap: Deadly) -> None:
        self._trap = trap

    def live(self) -> Any:
        return self._trap.live()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._trap.scripts, name)


def poisoned(clinic: Clinic) -> Parts:
    trap = Deadly(clinic.parts.vault, scripts=clinic.parts.scripts)
    return replace(clinic.parts, vault=trap, scripts=_Scripts(trap))  # type: ignore[arg-type]


def kept(clinic: Clinic, patient: Handset, body: str, number: int) -> Kept:
    """A text that is safe, and whose handler died."""
    text = Inbound(sid=f"SM{number:032x}", phone=patient.number, body=body)
    new = texts.new(clinic.parts.vault, clinic.parts.ids(), text, now=clinic.moment.now)
    with receive.keep(clinic.parts, new, text, clinic.moment) as keeping:
        keeping.result()
    return new


def test_a_poison_text_is_tried_five_times_and_then_read_by_a_person(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.settle()
    clinic.sends_by_itself = False
    kept(clinic, patient, "this is poison", 1)
    parts, deaths = poisoned(clinic), 0

    for _ in range(9):
        clinic.clock.forward(seconds=21)
        try:
            sweep.texts(parts, clinic.moment)
        except Killed:
            deaths += 1

    assert deaths == 4  # the first attempt was the webhook's own
    assert [(row["state"], row["attempts"]) for row in clinic.rows(inbox)] == [("failed", 6)]
    clinic.sends_by_itself = True
    assert (clinic.alert.cause, clinic.alert.quote(clinic.parts.vault)) == ("unreadable", "this is poison")
    nurse.hears("Same day")


def test_nobody_waits_for_a_poison_text(clinic: Clinic) -> None:
    """Its attempts are its own: those behind it lose none when it kills."""
    nurse, others, patient = clinic.nurse(), [clinic.patient() for _ in range(5)], clinic.patient()
    clinic.settle()
    clinic.sends_by_itself = False
    kept(clinic, patient, "poison", 1)
    for number, other in enumerate(others):
        kept(clinic, other, "i cant breathe", 2 + number)
    clinic.clock.forward(seconds=16)
    parts = poisoned(clinic)

    with pytest.raises(Killed):
        sweep.texts(parts, clinic.moment)
    assert sweep.texts(parts, clinic.moment) == 5  # the next process, in the same second

    assert [row["attempts"] for row in clinic.rows(inbox) if row["state"] == "handled"] == [2] * 5
    assert len([row for row in clinic.rows(alert) if row["tier"] == "emergency"]) == 5
    clinic.sends_by_itself = True
    clinic.clock.forward(minutes=3)
    for handset in (nurse, *others, patient):
        handset.forgets()


def test_an_attempt_that_took_too_long_records_nothing_over_the_next_one(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.settle()
    clinic.sends_by_itself = False
    stopped = kept(clinic, patient, "i cant breathe", 1)
    clinic.clock.forward(seconds=16)
    real = clinic.moment.real
    newer = clinic.parts.database.write(lambda tx: texts.claim(tx, real=real, lease=real + sweep.TEXT_LEASE))
    assert newer == stopped.id

    assert receive.handle(clinic.parts, stopped, clinic.moment, by_answer=False) == []
    assert clinic.rows(alert) == []

    current = clinic.parts.database.read(lambda tx: texts.get(tx, stopped.id))
    receive.handle(clinic.parts, current, clinic.moment, by_answer=False)
    assert len(clinic.rows(alert)) == 1
    clinic.sends_by_itself = True
    patient.hears("911")
    nurse.hears("EMERGENCY")


class Stopped(Mailbox):
    """A sender that is stopped in the middle of its call, for longer than its lease, and then hears a refusal."""

    def __init__(self, clinic: Clinic, other: Parts) -> None:
        super().__init__()
        self._clinic, self._other = clinic, other

    def send(self, message: Outgoing) -> str:
        del message
        self._clinic.clock.wait_real(seconds=11)
        sweep.pages(self._other, self._clinic.moment)
        assert deliver.drain(self._other, Lane.PAGE, self._clinic.moment) == 1
        raise NotSent(ERRORS[21211], "not a number")


def test_a_sender_that_was_stopped_has_nothing_more_to_say(clinic: Clinic) -> None:
    """Neither of the message nor of what would follow: its page went out by another's hand."""
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.settle()
    clinic.sends_by_itself = False
    patient.texts("i cant breathe")
    stopped = replace(clinic.parts, carriers={Channel.SMS: Stopped(clinic, clinic.another_process())})

    deliver.drain(stopped, Lane.PAGE, clinic.moment)

    pages = [row["state"] for row in clinic.rows(outbox) if row["kind"] == "page"]
    assert pages != [OutboxState.FAILED]
    assert "page_failed" not in [row["act"] for row in clinic.rows(alert_event)]
    clinic.sends_by_itself = True
    nurse.hears("EMERGENCY")
    patient.forgets()
