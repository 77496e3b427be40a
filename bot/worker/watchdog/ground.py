"""What the watchdog stands on, joined where its process begins."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Clock
from bot.core.enrollment import Channel
from bot.core.watch import Times
from bot.service.parts import Carrier
from bot.store.database import Database
from bot.store.vault import Vault
from bot.store.watchdogs import ALIVE


def free_bytes(folder: Path) -> int:
    """Room left for us on its disk; none where it cannot be asked."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return 0
    return found.f_bavail * found.f_frsize


@dataclass(frozen=True, slots=True)
class Ground:
    """`me` names this watchdog among several; `sign` makes a webhook's signature of its URL and form. `carrier_status`
    asks the carrier how it is: an HTTP status, or None. `page_to`: where the canary's page goes; empty: nowhere."""

    me: str
    host: str
    data: Path
    base_url: str
    redis_url: Callable[[], str]
    ping_url: str
    database: Database
    vault: Vault
    keys: tuple[bytes, ...]
    clock: Clock
    carriers: Mapping[Channel, Carrier]
    carrier_status: Callable[[], int | None]
    sign: Callable[[str, Mapping[str, str]], str]
    times: Times
    free: Callable[[Path], int] = free_bytes
    page_to: str = ""

    @property
    def mark(self) -> str:
        return f"{ALIVE}{self.me}"

    @property
    def seconds(self) -> float:
        """How long a part may take to answer."""
        return self.times.ask.total_seconds()


TOLD = "told:"
"""With a part: people were paged about it; the value says by which watchdog."""
