"""The doorbell: a ring says that a lane has something due. The only file that imports rq.

Redis holds lane names and nothing else. A ring that is lost costs latency: the clock comes by every second.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from bot.core.enrollment import Lane

log = logging.getLogger(__name__)

JOB = "bot.worker.jobs.drain"
JOB_SECONDS = 20
ANSWER_SECONDS = 2.0
BACK_WITHIN_SECONDS = 4.0
ROUND_SECONDS = 5
"""How long a worker listens before it comes round; RQ takes fifteen off the worker's time to live for it."""

RINGING_SECONDS = 5
"""A lane that is ringing is not rung again. The mark goes when the job begins, or after this long."""


class Bell:
    """Rings from a thread of its own: a webhook's answer never waits for Redis."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._rings: queue.SimpleQueue[Lane] = queue.SimpleQueue()
        self._ringing = False
        self._lock = threading.Lock()

    def ring(self, lane: Lane) -> None:
        if not self._redis_url:
            return
        with self._lock:
            if not self._ringing:
                self._ringing = True
                threading.Thread(target=self._loop, name="bell", daemon=True).start()
        self._rings.put(lane)

    def _loop(self) -> None:
        connection = connect(self._redis_url)
        while True:
            lanes = {self._rings.get()}
            while not self._rings.empty():
                lanes.add(self._rings.get())
            for lane in lanes:
                _ring(connection, lane)


def ring_at_once(redis_url: str, lane: Lane) -> None:
    """From a process that ends soon: it waits until the ring is heard, or for as long as Redis may take to answer."""
    if redis_url:
        _ring(connect(redis_url), lane)


def connect(redis_url: str) -> Redis:
    return Redis.from_url(redis_url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)


def is_there(redis_url: str) -> bool:
    """Does the doorbell's server answer?"""
    try:
        return bool(redis_url) and bool(connect(redis_url).ping())
    except (RedisError, OSError, ValueError):
        return False


def _ring(connection: Redis, lane: Lane) -> None:
    try:
        if connection.set(_mark(lane), 1, nx=True, ex=RINGING_SECONDS):
            # result_ttl 0 and a short failure_ttl: a finished job leaves nothing behind.
            _queue(connection, lane).enqueue_call(
                JOB, args=(lane.value,), timeout=JOB_SECONDS, result_ttl=0, failure_ttl=60
            )
    except (RedisError, OSError) as error:
        log.warning("the doorbell does not ring (%s); the clock will come by", type(error).__name__)


def answered(connection: Redis, lane: Lane) -> None:
    """A job for this lane has begun: what is written from now on rings anew."""
    connection.delete(_mark(lane))


class _Listener(SimpleWorker):
    """Comes back soon after the server does: RQ's own wait doubles up to a minute."""

    max_connection_wait_time = BACK_WITHIN_SECONDS
    beat: Callable[[], None]

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Called whenever it comes round, with or without a server."""
        self.beat()
        super().heartbeat(timeout, pipeline)


def listen(redis_url: str, lanes: Iterable[Lane], beat: Callable[[], None]) -> None:
    """Work until stopped; `beat` each time round. Raises RedisError when the server is gone for good; the caller waits
    and comes back."""
    connection = Redis.from_url(redis_url)
    queues = [_queue(connection, lane) for lane in lanes]
    worker = _Listener(
        queues,
        connection=connection,
        serializer=JSONSerializer,
        log_job_description=False,
        worker_ttl=ROUND_SECONDS + 15,
    )
    worker.beat = beat
    worker.work(logging_level="WARNING")


def _queue(connection: Redis, lane: Lane) -> Queue:
    return Queue(f"mendline-{lane.value}", connection=connection, serializer=JSONSerializer)


def _mark(lane: Lane) -> str:
    return f"mendline:ringing:{lane.value}"
