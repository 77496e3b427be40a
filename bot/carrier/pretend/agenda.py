"""What is put off, by a virtual clock: done when it is asked for, one after the other, in an order that dice choose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.carrier.pretend.later import Action


class Agenda:
    """Nothing happens by itself and nothing in a thread: the same clock and the same dice give the same story.

    `pick` gives a number below its argument. Of what is due, any may come first: statuses have no order.
    """

    def __init__(self, now: Callable[[], datetime], pick: Callable[[int], int] = lambda _: 0) -> None:
        self._now, self._pick = now, pick
        self._waiting: list[tuple[datetime, Action]] = []

    def put(self, action: Action, *, seconds: float = 0.0) -> None:
        self._waiting.append((self._now() + timedelta(seconds=seconds), action))

    def settled(self, timeout: float = 0.0) -> bool:  # noqa: ARG002 - there is nobody to wait for
        """Do all that is due, and what follows from it at once. True when nothing is left for later either."""
        while due := [entry for entry in self._waiting if entry[0] <= self._now()]:
            chosen = due[self._pick(len(due))]
            self._waiting.remove(chosen)
            chosen[1]()
        return not self._waiting

    def next_due(self) -> datetime | None:
        """When the clock must be there for something to happen."""
        return min((at for at, _ in self._waiting), default=None)

    def stop(self, timeout: float = 0.0) -> None:  # noqa: ARG002
        """What waits is dropped: the ledger knows it and goes on next time."""
        self._waiting.clear()
