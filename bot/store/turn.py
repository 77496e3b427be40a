"""Whose turn it is to use the interpreter, among threads that take in texts.

Python runs one thread at a time, and each small call into a database lets another one in: many threads at work then
wake each other some twenty times a text, which costs as much as the work. So a thread keeps its turn until it must
really wait, for the disk or for the database's answer. It is a courtesy and no lock: nothing depends on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 0.05
"""Who has waited for so long goes on without a turn: whoever has it may be waiting for us."""

_free = threading.Lock()
_mine = threading.local()


def taken(work: Callable[[], T]) -> T:
    """Do this in a turn of its own."""
    _take()
    try:
        return work()
    finally:
        _leave()


def given_up(wait: Callable[[], T]) -> T:
    """Others have their turn while this waits. Where there was none to give up, it is just done."""
    if not _leave():
        return wait()
    try:
        return wait()
    finally:
        _take()


def _take() -> None:
    _mine.is_held = _free.acquire(timeout=PATIENCE_SECONDS)


def _leave() -> bool:
    is_held: bool = getattr(_mine, "is_held", False)
    if is_held:
        _mine.is_held = False
        _free.release()
    return is_held
