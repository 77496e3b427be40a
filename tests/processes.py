"""Which processes of a test are alive: those that carry its data folder in their environment or command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bot import doorbell_server


def alive(data: Path) -> dict[int, str]:
    """Process id and command line of all that were started for this data folder, ourselves apart."""
    mark, socket = f"MENDLINE_DATA={data}".encode(), str(doorbell_server.socket_path(data))
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text().replace("\0", " ").strip()
            # The doorbell server writes its title over its environment.
            is_ours = mark in (folder / "environ").read_bytes().split(b"\0") or socket in command
            if is_ours and not _is_zombie(folder):
                found[int(folder.name)] = command
        except OSError:
            continue  # ended while we looked
    return found


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _is_zombie(folder: Path) -> bool:
    return (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
