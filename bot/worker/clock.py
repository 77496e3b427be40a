"""The clock: each second it asks what is due and calls the verb for it. Any number of clocks may run."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

from bot import app, settings
from bot.clock import Clock
from bot.core.enrollment import Lane
from bot.service import alert, deliver, remind, sweep
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.store import duty, marks
from bot.store.duty import Duty
from bot.worker import bell

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
LATE = timedelta(seconds=10)
"""Texts to patients that no worker has taken up for this long are sent by the clock itself."""


def run() -> None:
    """Until SIGTERM or SIGINT. Pages are sent from a thread of their own: nothing else the clock does holds them up."""
    read = settings.read(os.environ)
    parts = app.join(read, bell=bell.Bell(read.redis_url))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pages = threading.Thread(target=_send_pages, args=(parts, app.clock(read), stop), name="pages", daemon=True)
    pages.start()
    clock = app.clock(read)
    while not stop.is_set():
        _calmly("tick", lambda: tick(parts, moment_of(clock)))
        stop.wait(TICK_SECONDS)
    pages.join(timeout=5)
    parts.database.close()


def moment_of(clock: Clock) -> Moment:
    return Moment(clock.now(), clock.real())


def tick(parts: Parts, moment: Moment) -> None:
    """One second of the clinic: everything that is due, pages excepted, each verb in transactions of its own."""
    sweep.clock_step(parts, moment)
    found = parts.database.read(lambda tx: duty.look(tx, now=moment.now, real=moment.real, late=moment.now - LATE))
    for is_due, name, verb in _verbs(parts, moment, found):
        if is_due:
            _calmly(name, verb)
    parts.database.write(lambda tx: marks.leave(tx, "alive:clock", str(os.getpid()), moment.real))


def _verbs(parts: Parts, moment: Moment, found: Duty) -> list[tuple[bool, str, Callable[[], object]]]:
    """Safety first: texts not yet handled, then ladders, then what is owed to patients."""
    return [
        (found.texts, "texts", lambda: sweep.texts(parts, moment)),
        (found.ladders, "ladders", lambda: alert.climb_due(parts, moment)),
        (found.unconfirmed, "unconfirmed", lambda: sweep.unconfirmed(parts, moment)),
        (found.talk, "talk", lambda: deliver.drain(parts, Lane.TALK, moment)),
        (found.plan, "plan", lambda: remind.due(parts, moment)),
        (found.nudges or found.expiries, "silences", lambda: remind.silences(parts, moment)),
        (found.tips, "tips", lambda: deliver.drain(parts, Lane.PLAN, moment)),
    ]


def send_pages(parts: Parts, moment: Moment) -> int:
    """Drain the lane of pages: neither Redis nor the worker can hold one up."""
    found = parts.database.read(lambda tx: duty.look(tx, now=moment.now, real=moment.real, late=moment.now - LATE))
    return deliver.drain(parts, Lane.PAGE, moment) if found.pages else 0


def _send_pages(parts: Parts, clock: Clock, stop: threading.Event) -> None:
    while not stop.is_set():
        _calmly("pages", lambda: send_pages(parts, moment_of(clock)))
        stop.wait(TICK_SECONDS)


def _calmly(name: str, verb: Callable[[], object]) -> None:
    """The rows are still there: whatever went wrong now is tried again in a second."""
    try:
        verb()
    except Exception as error:  # noqa: BLE001 - the job runner is one of the two places that may
        log.error("clock: %s failed (%s)", name, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
