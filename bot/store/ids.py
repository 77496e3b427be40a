"""Row ids: 26 characters of Crockford's base 32, time first, so that they sort as they were made and fit a URL."""

from __future__ import annotations

import os
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in ALPHABET for b in ALPHABET]
_SHIFTS = tuple(range(120, -1, -10))
_lock = threading.Lock()
_last = [0]


def new_id() -> str:
    """48 bits of milliseconds and 80 random bits; within one process each id is greater than the one before."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    with _lock:
        number = _last[0] = max(number, _last[0] + 1)
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])
