"""A worker's life: hear the bell, or wait for it to come back; and leave signs of life."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence

from redis.exceptions import RedisError

from bot import settings, signs
from bot.core.enrollment import Lane
from bot.store import marks
from bot.store.database import Connection
from bot.worker import bell, jobs

log = logging.getLogger(__name__)

SIGNED = (Lane.PAGE, Lane.TALK)
"""The first lane of each crew gives it its name; a process that serves all lanes is both."""

SIGN_SECONDS = 5.0
WITHOUT_BELL_SECONDS = 2.0


def work(lanes: Sequence[Lane]) -> None:
    """Until SIGTERM. A doorbell that is gone is waited for; the clock sends meanwhile."""
    names = [f"worker-{lane.value}" for lane in lanes if lane in SIGNED]
    data = settings.read(os.environ).data
    alive = [signs.Signs(data, name) for name in names]
    threading.Thread(target=_sign, args=(names,), name="sign-of-life", daemon=True).start()
    _beat(alive)
    for lane in lanes:
        jobs.drain(lane.value)  # what fell due while nobody was there
    while True:
        try:
            bell.listen(settings.read(os.environ).redis_url, lanes, lambda: _beat(alive))
        except (RedisError, OSError) as error:
            log.warning("the doorbell is gone (%s); waiting for it", type(error).__name__)
            _beat(alive)
            time.sleep(WITHOUT_BELL_SECONDS)
            continue
        for each in alive:
            each.leave()
        return


def _beat(alive: Sequence[signs.Signs]) -> None:
    for each in alive:
        each.beat("work")


def _sign(names: Sequence[str]) -> None:
    """In the database, for those on other machines."""
    parts, clock, _ = jobs.clinic()

    def leave(tx: Connection) -> None:
        for name in names:
            marks.leave(tx, f"alive:{name}", str(os.getpid()), clock.real())

    while True:
        try:
            parts.database.write(leave)
        except Exception as error:  # noqa: BLE001 - a disk that was full has room again, and we are still there
            log.warning("no sign of life could be left (%s)", type(error).__name__)
        time.sleep(SIGN_SECONDS)
