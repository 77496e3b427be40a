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
from bot.store.database import StoreBusy
from bot.worker import bell, jobs

log = logging.getLogger(__name__)

SIGN_SECONDS = 5.0
WITHOUT_BELL_SECONDS = 2.0


def work(lanes: Sequence[Lane]) -> None:
    """Until SIGTERM. A doorbell that is gone is waited for; the clock sends meanwhile."""
    name = f"worker-{lanes[0].value}"
    alive = signs.Signs(settings.read(os.environ).data, name)
    threading.Thread(target=_sign, args=(f"alive:{name}",), name="sign-of-life", daemon=True).start()
    alive.beat("work")
    for lane in lanes:
        jobs.drain(lane.value)  # what fell due while nobody was there
    while True:
        try:
            bell.listen(settings.read(os.environ).redis_url, lanes, lambda: alive.beat("work"))
        except (RedisError, OSError) as error:
            log.warning("the doorbell is gone (%s); waiting for it", type(error).__name__)
            alive.beat("work")
            time.sleep(WITHOUT_BELL_SECONDS)
            continue
        alive.leave()
        return


def _sign(name: str) -> None:
    """In the database, for those on other machines."""
    parts, clock, _ = jobs.clinic()
    while True:
        real = clock.real()
        try:
            parts.database.write(lambda tx, at=real: marks.leave(tx, name, str(os.getpid()), at))  # type: ignore[misc]
        except StoreBusy:
            log.warning("no sign of life could be left: the store is busy")
        time.sleep(SIGN_SECONDS)
