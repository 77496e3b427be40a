"""The clock: each second it asks what is due and calls the verb for it. Any number of clocks may run."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from bot import app, settings, signs
from bot.clock import Clock
from bot.core.enrollment import Lane
from bot.service import alert, canary, clock_steps, deliver, recovery, remind, replan, silence, sweep
from bot.service.oncall import watch
from bot.service.parts import Parts
from bot.service.reconcile import reading, rounds
from bot.service.safekeeping import redact, retention
from bot.service.talk import Moment
from bot.store import duty, marks
from bot.store.duty import Duty
from bot.worker import bell

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
SMEARED = 2
"""Check-ins and tips a second after an outage: the carrier would queue all of them in front of the next page."""

LATE = timedelta(seconds=10)
"""Texts to patients that no worker has taken up for this long are sent by the clock itself."""


def run() -> None:
    """Until SIGTERM or SIGINT. What calls the carrier has threads of its own: a carrier that hangs holds no ladder up,
    and nothing holds up a page, not even another page that the carrier does not answer."""
    read = settings.read(os.environ)
    parts = app.join(read, bell=bell.Bell(read.redis_url), is_sender=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    clock, alive = app.clock(read), signs.Signs(read.data, "clock")
    threads = [
        threading.Thread(target=_every_second, args=(name, verb, parts, clock, stop, alive), name=name, daemon=True)
        for name, verb in (("pages", send_pages), ("more-pages", send_pages), ("carry", carry), ("fetch", fetch))
    ]
    for thread in threads:
        thread.start()
    while not stop.is_set():
        _calmly("clock", lambda: look_at_clocks(parts, clock))
        _calmly("tick", lambda: decide(parts, moment_of(clock), lambda: alive.beat("decide")))
        stop.wait(TICK_SECONDS)
    for thread in threads:
        thread.join(timeout=5)
    alive.leave()
    parts.database.close()


def moment_of(clock: Clock) -> Moment:
    return Moment(clock.now(), clock.real())


def look_at_clocks(parts: Parts, clock: Clock) -> None:
    """Before anything is decided by the hour: has a clock jumped since the last tick?"""
    uptime = clock.uptime()
    clock_steps.watch(parts, moment_of(clock), boot=uptime.boot, elapsed=uptime.elapsed)


def tick(parts: Parts, moment: Moment) -> None:
    """One second of the clinic: everything that is due, pages excepted, each verb in transactions of its own."""
    fetch(parts, moment)
    decide(parts, moment)
    carry(parts, moment)
    if _look(parts, moment).vanished:
        sweep.pages(parts, moment)


def fetch(parts: Parts, moment: Moment, _senders: ThreadPoolExecutor | None = None) -> None:
    """What the carrier logged and we never heard of comes first: it may hold a red flag, or a STOP."""
    rounds.when_due(parts, moment)


def decide(parts: Parts, moment: Moment, beat: Callable[[], None] = lambda: None) -> None:
    """What needs no carrier. Safety first: texts not yet handled, then ladders, then what is owed to patients.

    `beat` leaves a sign of life: before each verb, because a store that is busy keeps every one of them waiting.
    """
    beat()
    found = _look(parts, moment)
    _do(
        (found.texts, "texts", lambda: sweep.texts(parts, moment)),
        (found.ladders, "ladders", lambda: alert.climb_due(parts, moment)),
        (found.rota, "rota", lambda: watch.look(parts, moment)),
        (found.canary, "canary", lambda: canary.stage(parts, moment)),
        (found.calendars, "calendars", lambda: replan.follow_plan(parts, moment.now)),
        beat=beat,
    )
    known = reading.standing(parts, moment)
    if not (clock_steps.is_held(parts) or recovery.is_on(parts) or known.is_behind):
        most = SMEARED if known.is_just_back else remind.BATCH
        _do(
            (found.plan, "plan", lambda: remind.due(parts, moment, most=most)),
            (found.nudges or found.expiries, "silences", lambda: silence.due(parts, moment)),
            (found.silences, "silent patients", lambda: alert.climb_silences(parts, moment)),
            beat=beat,
        )
    parts.database.write(lambda tx: marks.leave(tx, "alive:clock", str(os.getpid()), moment.real))


def carry(parts: Parts, moment: Moment, senders: ThreadPoolExecutor | None = None) -> None:
    """What asks the carrier, and what has all day: messages nobody vouches for, those that no worker has taken up, and
    words that were kept for long enough."""
    found = _look(parts, moment)
    _do(
        (found.unconfirmed, "unconfirmed", lambda: sweep.unconfirmed(parts, moment)),
        (found.talk, "talk", lambda: deliver.drain(parts, Lane.TALK, moment, senders=senders)),
        (found.tips, "tips", lambda: deliver.drain(parts, Lane.PLAN, moment, senders=senders)),
        (found.forgetting, "forgetting", lambda: redact.due(parts, moment)),
        (found.retention, "retention", lambda: retention.due(parts, moment)),
    )


def send_pages(parts: Parts, moment: Moment, senders: ThreadPoolExecutor | None = None) -> int:
    """Drain the lane of pages: neither Redis nor the worker can hold one up."""
    found = _look(parts, moment)
    if found.vanished:
        sweep.pages(parts, moment)
    return deliver.drain(parts, Lane.PAGE, moment, senders=senders) if found.pages or found.vanished else 0


def _look(parts: Parts, moment: Moment) -> Duty:
    return parts.database.read(lambda tx: duty.look(tx, now=moment.now, real=moment.real, late=moment.now - LATE))


def _do(*verbs: tuple[bool, str, Callable[[], object]], beat: Callable[[], None] = lambda: None) -> None:
    for is_due, name, verb in verbs:
        if is_due:
            beat()
            _calmly(name, verb)


def _every_second(
    name: str,
    verb: Callable[[Parts, Moment, ThreadPoolExecutor], object],
    parts: Parts,
    clock: Clock,
    stop: threading.Event,
    alive: signs.Signs,
) -> None:
    with ThreadPoolExecutor(max_workers=deliver.SENDERS, thread_name_prefix=name) as senders:
        while not stop.is_set():
            alive.beat(name)
            _calmly(name, lambda: verb(parts, moment_of(clock), senders))
            stop.wait(TICK_SECONDS)


def _calmly(name: str, verb: Callable[[], object]) -> None:
    """The rows are still there: whatever went wrong now is tried again in a second."""
    try:
        verb()
    except Exception as error:  # noqa: BLE001 - the job runner is one of the two places that may
        log.error("clock: %s failed (%s)", name, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
