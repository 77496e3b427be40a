"""A few threads that do things soon: callbacks, late webhooks, the next step of a message's journey."""

from __future__ import annotations

import heapq
import itertools
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Protocol

Action = Callable[[], object]


class Soon(Protocol):
    """Who does what is put off: threads in real time, or an agenda by a virtual clock."""

    def put(self, action: Action, *, seconds: float = 0.0) -> None: ...

    def settled(self, timeout: float = 10.0) -> bool: ...

    def stop(self, timeout: float = 5.0) -> None: ...


class Later:
    """Actions run in any order once due. `settled` waits until nothing is due, waiting or running."""

    def __init__(self, *, threads: int = 4) -> None:
        self._most = threads
        self._changed = threading.Condition()
        self._queue: list[tuple[float, int, Action]] = []
        self._ids = itertools.count()
        self._threads: set[threading.Thread] = set()
        self._running = 0
        self._stopped = False

    def put(self, action: Action, *, seconds: float = 0.0) -> None:
        with self._changed:
            if self._stopped:
                return
            heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._ids), action))
            if len(self._threads) < min(self._most, len(self._queue) + self._running):
                self._start_thread()
            self._changed.notify_all()

    def settled(self, timeout: float = 10.0) -> bool:
        """False when something is still under way after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._running, timeout)

    def stop(self, timeout: float = 5.0) -> None:
        """What is running may end; what is waiting is dropped (the ledger knows it and goes on next time)."""
        with self._changed:
            self._stopped = True
            self._queue.clear()
            self._changed.notify_all()
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout)

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name="pretend-carrier-later", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        while (action := self._next()) is not None:
            survived = False
            try:
                action()
                survived = True
            except sqlite3.ProgrammingError:
                if not self._stopped:  # else the ledger was closed under an action that outlived its carrier
                    raise
                survived = True
            finally:
                self._ended(survived=survived)
        with self._changed:
            self._threads.discard(threading.current_thread())

    def _ended(self, *, survived: bool) -> None:
        """A thread that an action has killed makes room for another, which takes up what waits."""
        with self._changed:
            self._running -= 1
            if not survived:
                self._threads.discard(threading.current_thread())
                if self._queue and not self._stopped:
                    self._start_thread()
            self._changed.notify_all()

    def _next(self) -> Action | None:
        with self._changed:
            while not self._stopped:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    self._running += 1
                    return heapq.heappop(self._queue)[2]
                self._changed.wait(wait)
        return None
