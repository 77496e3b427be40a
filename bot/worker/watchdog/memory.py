"""What the watchdog remembers in a small file of its own: what is wrong, who was told, and whom to tell.

So that it can page while the database is gone, and does not page anew because it was started anew.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.core.watch import Trouble

log = logging.getLogger(__name__)

NONCE_BYTES = 12
PLACE = b"watchdog.people"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to be told; empty where there is no such way to them."""

    phone: str = ""
    email: str = ""


@dataclass(slots=True)
class Memory:
    """`canary_at`, `ping_at`: when the last one got through."""

    troubles: dict[str, Trouble] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    canary_at: datetime | None = None
    ping_at: datetime | None = None


class MemoryFile:
    """Replaced whole, so that whoever reads it sees one state or the other. People are sealed: they are staff."""

    def __init__(self, path: Path, keys: Sequence[bytes]) -> None:
        self._path = path
        self._keys = keys
        self._sealed: tuple[tuple[Person, ...], str] = ((), "")
        self._written = ""

    def load(self, now: datetime) -> Memory:
        """What was kept; nothing where there is none, or none that can be read."""
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            troubles = {each["part"]: _trouble(each, now) for each in kept["troubles"]}
            return Memory(troubles, self._opened(kept["people"]), _at(kept["canary_at"]), _at(kept["ping_at"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            if not isinstance(error, FileNotFoundError):
                log.warning("the watchdog's memory cannot be read (%s): it begins anew", type(error).__name__)
            return Memory()

    def keep(self, memory: Memory) -> None:
        """A disk that is full or gone leaves what was there; the watchdog goes on with what it has in mind."""
        text = json.dumps(
            {
                "troubles": [asdict(each) for each in memory.troubles.values()],
                "people": self._seal(memory.people),
                "canary_at": memory.canary_at,
                "ping_at": memory.ping_at,
            },
            default=_plain,
        )
        if text == self._written:
            return
        beside = self._path.with_suffix(".new")
        try:
            beside.touch(mode=0o600)
            beside.write_text(text, "utf-8")
            os.replace(beside, self._path)  # noqa: PTH105 - says what it does
            self._written = text
        except OSError as error:
            log.warning("the watchdog's memory could not be written (%s)", type(error).__name__)

    def _seal(self, people: tuple[Person, ...]) -> str:
        if not self._keys:
            return ""
        if self._sealed[0] != people:
            nonce = os.urandom(NONCE_BYTES)
            words = json.dumps([asdict(person) for person in people]).encode()
            sealed = nonce + AESGCM(self._keys[0]).encrypt(nonce, words, PLACE)
            self._sealed = (people, base64.b64encode(sealed).decode())
        return self._sealed[1]

    def _opened(self, text: str) -> tuple[Person, ...]:
        sealed = base64.b64decode(text)
        for key in self._keys:
            try:
                words = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PLACE)
            except (InvalidTag, ValueError):
                continue
            return tuple(Person(**each) for each in json.loads(words))
        return ()


def _trouble(kept: dict[str, Any], now: datetime) -> Trouble:
    """No moment of it lies ahead, even if the machine's clock was set back meanwhile."""
    moments = {name: min(at, now) if (at := _at(kept[name])) else None for name in _MOMENTS}
    return Trouble(**{**kept, **moments, "after": timedelta(seconds=kept["after"])})


_MOMENTS = ("since", "found_at", "paged_at", "well_since", "over_at")


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(value: datetime | timedelta) -> str | float:
    return value.total_seconds() if isinstance(value, timedelta) else value.isoformat()
