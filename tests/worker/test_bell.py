"""The bell: one ring a lane, never a wait, never a patient's word; and losing the server costs latency alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from bot.core.enrollment import Lane
from bot.worker import bell
from bot.worker.bell import Bell
from tests.clinic import Clinic
from tests.processes import wait_for
from tests.worker.doorbell import Doorbell

SECONDS = 20


def heard(doorbell: Doorbell, lane: Lane, count: int) -> bool:
    return wait_for(lambda: doorbell.rings(lane) == count, SECONDS)


def test_fifty_rings_of_a_lane_are_one(doorbell: Doorbell) -> None:
    rings = Bell(doorbell.url)

    for _ in range(50):
        rings.ring(Lane.TALK)
    rings.ring(Lane.PAGE)

    assert heard(doorbell, Lane.PAGE, 1)  # rung last, and heard: so all of the others are through
    assert doorbell.rings(Lane.TALK) == 1


def test_each_lane_has_a_ring_of_its_own(doorbell: Doorbell) -> None:
    rings = Bell(doorbell.url)

    for lane in Lane:
        rings.ring(lane)

    assert all(heard(doorbell, lane, 1) for lane in Lane)


def test_once_a_job_has_begun_what_is_written_from_then_on_rings_anew(doorbell: Doorbell) -> None:
    rings = Bell(doorbell.url)
    rings.ring(Lane.TALK)
    assert heard(doorbell, Lane.TALK, 1)

    bell.answered(doorbell.connection, Lane.TALK)
    rings.ring(Lane.TALK)

    assert heard(doorbell, Lane.TALK, 2)


def test_a_job_that_never_begins_does_not_silence_its_lane_for_good(doorbell: Doorbell) -> None:
    Bell(doorbell.url).ring(Lane.TALK)
    assert heard(doorbell, Lane.TALK, 1)

    (mark,) = [key for key in doorbell.connection.keys("*") if b"ringing" in key]  # type: ignore[union-attr]

    assert 0 < int(doorbell.connection.ttl(mark)) <= bell.RINGING_SECONDS  # type: ignore[arg-type]


def test_without_a_server_a_ring_neither_waits_nor_fails(tmp_path: Path) -> None:
    rings = Bell(f"unix://{tmp_path / 'nobody.sock'}?db=0")
    done = threading.Event()

    def ring() -> None:
        for _ in range(1000):
            rings.ring(Lane.PAGE)
        done.set()

    threading.Thread(target=ring, daemon=True).start()

    assert done.wait(SECONDS)


def test_without_an_address_nothing_is_rung() -> None:
    before = threading.active_count()

    Bell("").ring(Lane.PAGE)

    assert threading.active_count() == before


def test_a_server_that_comes_back_is_rung_again(doorbell: Doorbell) -> None:
    rings = Bell(doorbell.url)
    rings.ring(Lane.PAGE)
    assert heard(doorbell, Lane.PAGE, 1)
    doorbell.stop()
    rings.ring(Lane.PAGE)

    doorbell.start()

    def rung() -> bool:
        rings.ring(Lane.PAGE)
        return doorbell.rings(Lane.PAGE) == 1

    assert wait_for(rung, SECONDS)


@pytest.mark.parametrize("url", ["", "unix:///nobody/there.sock", "redis://127.0.0.1:1", "not an address"])
def test_a_server_that_is_not_there(url: str) -> None:
    assert not bell.is_there(url)


def test_a_server_that_is_there(doorbell: Doorbell) -> None:
    assert bell.is_there(doorbell.url)


@pytest.fixture
def ringing(open_clinic: Callable[..., Clinic], doorbell: Doorbell) -> Clinic:
    """A clinic with a bell of its own, and no worker to hear it."""
    clinic = open_clinic()
    clinic.reopen(replace(clinic.parts, bell=Bell(doorbell.url)))
    return clinic


def test_redis_holds_not_a_word_not_a_number_and_not_a_name(ringing: Clinic, doorbell: Doorbell) -> None:
    nurse, patient = ringing.nurse(name="Nora Nightingale"), ringing.patient(name="Maria Delgado")

    patient.texts("i cant feel when i wipe")

    assert heard(doorbell, Lane.PAGE, 1)
    said = doorbell.everything()
    words = ["wipe", "Maria", "Delgado", "Nora", patient.number[1:], nurse.number[1:], ringing.alert.code, patient.id]
    assert not [word for word in words if word.encode() in said]
    nurse.forgets()
    patient.forgets()


def test_a_finished_or_failed_job_does_not_stay(doorbell: Doorbell) -> None:
    Bell(doorbell.url).ring(Lane.PAGE)
    assert heard(doorbell, Lane.PAGE, 1)

    (job,) = Queue("mendline-page", connection=doorbell.connection, serializer=JSONSerializer).jobs

    assert (job.result_ttl, job.failure_ttl, job.args) == (0, 60, ["page"])
