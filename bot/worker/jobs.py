"""What a ring sets off: one line each. The clinic is joined once a process."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from redis.exceptions import RedisError

from bot import app, settings
from bot.clock import Clock
from bot.core.enrollment import Lane
from bot.service import deliver
from bot.service.parts import Parts
from bot.service.talk import Moment
from bot.worker import bell

DRAIN_SECONDS = 4.0
"""A job ends after this long and rings again if there is more: so none is ever long, and none is ever lost."""


@lru_cache(maxsize=1)
def clinic() -> tuple[Parts, Clock, bell.Bell]:
    """The parts of this process."""
    read = settings.read(os.environ)
    rings = bell.Bell(read.redis_url)
    return app.join(read, bell=rings, is_sender=True), app.clock(read), rings


@lru_cache(maxsize=1)
def senders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=deliver.SENDERS, thread_name_prefix="sender")


def drain(lane_name: str) -> None:
    """Send what is due in a lane."""
    parts, clock, rings = clinic()
    lane = Lane(lane_name)
    try:
        bell.answered(bell.connect(settings.read(os.environ).redis_url), lane)
    except RedisError:
        rings.ring(lane)
    until = time.monotonic() + DRAIN_SECONDS
    while deliver.drain(parts, lane, Moment(clock.now(), clock.real()), senders=senders()):
        if time.monotonic() > until:
            rings.ring(lane)
            return
