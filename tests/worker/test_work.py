"""The worker for real: a process of its own hears the bell, drains its lanes, and may die at any moment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import ROOT
from bot.core.enrollment import Lane
from bot.service import remind
from bot.service.deliver.sending import BATCH
from bot.store import marks
from bot.store.tables import outbox
from bot.worker.bell import Bell
from tests.clinic import MORNING, Clinic
from tests.processes import wait_for
from tests.worker.doorbell import Doorbell

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no workers on Windows")
SECONDS = 60


class Worker:
    """One crew of `mendline worker`, on a clinic's database, doorbell and carrier."""

    def __init__(self, clinic: Clinic, doorbell: Doorbell, crew: str) -> None:
        self._clinic = clinic
        kept = {name: value for name, value in os.environ.items() if not re.match("MENDLINE_|TWILIO_|REDIS_", name)}
        account, clock = clinic.carrier, clinic.settings.data / "clock.json"
        ahead = clinic.clock.now() - datetime.now(UTC)
        clock.write_text(json.dumps({"offset_seconds": ahead.total_seconds(), "rate": 1}), "utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "worker", "--crew", crew],
            cwd=ROOT,
            env={
                **kept,
                "DATABASE_URL": clinic.settings.database_url,
                "REDIS_URL": doorbell.url,
                "MENDLINE_DATA": str(clinic.settings.data),
                "MENDLINE_CLOCK": str(clock),
                "PUBLIC_BASE_URL": clinic.parts.base_url,
                "TWILIO_ACCOUNT_SID": account.account_sid,
                "TWILIO_AUTH_TOKEN": account.token,
                "TWILIO_FROM_NUMBER": "+15075550100",
                "TWILIO_API_BASE_URL": account.url,
            },
            stderr=subprocess.DEVNULL,
        )

    def is_ready(self, crew_lane: Lane) -> bool:
        """It has left its sign of life."""
        name = f"alive:worker-{crew_lane.value}"
        return wait_for(lambda: self._clinic.parts.database.read(lambda tx: marks.find(tx, name)), SECONDS)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None


Start = Callable[[Clinic, str], Worker]


@pytest.fixture
def start(doorbell: Doorbell) -> Iterator[Start]:
    started: list[Worker] = []

    def start_(clinic: Clinic, crew: str) -> Worker:
        started.append(Worker(clinic, doorbell, crew))
        return started[-1]

    yield start_
    for worker in started:
        worker.kill()


@pytest.fixture
def ringing(open_clinic: Callable[..., Clinic], doorbell: Doorbell) -> Clinic:
    """A clinic whose bell is heard by workers alone: no clock comes by."""
    clinic = open_clinic(at=datetime.now(UTC))  # leases are in real time, which a worker of its own lives in
    clinic.reopen(replace(clinic.parts, bell=Bell(doorbell.url)))
    clinic.sends_by_itself = False
    return clinic


def states(clinic: Clinic, kind: str) -> set[object]:
    return {row["state"] for row in clinic.rows(outbox) if row["kind"] == kind}


def is_delivered(clinic: Clinic, kind: str) -> bool:
    return wait_for(lambda: clinic.carrier.settled() and states(clinic, kind) == {"delivered"}, SECONDS)


def test_a_page_is_sent_at_the_ring_and_again_after_redis_was_gone(
    ringing: Clinic, doorbell: Doorbell, start: Start
) -> None:
    nurse, patient, other = ringing.nurse(), ringing.patient(), ringing.patient()
    worker = start(ringing, "pages")
    assert worker.is_ready(Lane.PAGE)

    patient.texts("i cant breathe")

    assert is_delivered(ringing, "page")
    nurse.hears("EMERGENCY")
    doorbell.stop()
    doorbell.start()  # empty: whatever it held is lost
    other.texts("i cant feel when i wipe")
    assert wait_for(lambda: _rung(ringing), SECONDS)
    nurse.hears("EMERGENCY")
    assert not worker.has_ended
    patient.forgets()
    other.forgets()


def _rung(clinic: Clinic) -> bool:
    """The ring that fell into the gap is lost; any later one brings the page too."""
    clinic.parts.bell.ring(Lane.PAGE)
    clinic.carrier.settled()
    return states(clinic, "page") == {"delivered"}


def test_one_ring_drains_more_than_a_batch(
    open_clinic: Callable[..., Clinic], doorbell: Doorbell, start: Start
) -> None:
    clinic = open_clinic(at=MORNING)
    patients = [clinic.patient(day=3) for _ in range(BATCH + 6)]
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=6)
    worker = start(clinic, "texts")
    assert worker.is_ready(Lane.TALK)
    remind.due(clinic.parts, clinic.moment)

    Bell(doorbell.url).ring(Lane.PLAN)

    assert is_delivered(clinic, "checkin")
    assert doorbell.rings(Lane.PLAN) == 0
    for patient in patients:
        assert len(patient.forgets()) == 1


@pytest.mark.parametrize("end", ["kill", "pause"])
def test_a_page_in_the_hands_of_a_worker_that_dies_or_hangs_is_sent_again(
    ringing: Clinic, start: Start, end: str
) -> None:
    nurse, patient = ringing.nurse(), ringing.patient()
    worker = start(ringing, "pages")
    assert worker.is_ready(Lane.PAGE)
    ringing.carrier.fault("hang", match={"to": nurse.number}, count=1)
    patient.texts("i cant breathe")
    assert wait_for(lambda: states(ringing, "page") == {"sending"}, SECONDS)

    getattr(worker, end)()

    ringing.carrier.clear_faults()
    ringing.sends_by_itself = True
    ringing.clock.forward(minutes=4)  # the lease of ninety seconds is over; the ladder's next step is not due yet
    assert any("EMERGENCY" in words for words in nurse.forgets())
    assert ringing.alert.next_action_at is not None
    assert ringing.alert.next_action_at - ringing.clock.now() <= timedelta(minutes=5)
    patient.forgets()


def test_what_fell_due_while_no_worker_was_there_is_sent_when_one_comes(ringing: Clinic, start: Start) -> None:
    nurse, patient = ringing.nurse(), ringing.patient()
    patient.texts("i cant breathe")
    assert states(ringing, "page") == {"pending"}

    start(ringing, "pages")

    assert is_delivered(ringing, "page")
    nurse.hears("EMERGENCY")
    patient.forgets()


def test_sigterm_ends_a_worker_cleanly(ringing: Clinic, doorbell: Doorbell, start: Start) -> None:
    worker = start(ringing, "texts")
    assert wait_for(lambda: "idle" in doorbell.hearers(), SECONDS)  # it listens, and minds signals

    worker._process.terminate()  # noqa: SLF001 - what an operator's system does

    assert wait_for(lambda: worker.has_ended, SECONDS)
    assert worker._process.returncode == 0  # noqa: SLF001
