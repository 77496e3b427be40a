"""This machine: what it is, a free port, and the memory of a family of processes."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path


def description() -> str:
    parts = (f"{os.cpu_count()} cores", f"Python {platform.python_version()}", f"granian {version('granian')}")
    return f"{', '.join(parts)}, load average {os.getloadavg()[0]:.1f}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def megabytes(*command: str) -> float | None:
    """Memory of our child with these words in its command, and of its own children; pages that they share are
    shared out among them. None where there is no /proc to ask."""
    family = _family(*command)
    return sum(map(_proportional_kilobytes, family)) / 1024 if family else None


def busy_seconds(*command: str) -> float | None:
    """Processor time, since they began, of the same processes: what others do meanwhile is not in it."""
    family = _family(*command)
    return sum(map(_busy_nanoseconds, family)) / 1_000_000_000 if family else None


def _family(*command: str) -> tuple[int, ...]:
    words = "\0".join(command)
    for pid in _descendants(os.getpid()):
        if words in _read(Path(f"/proc/{pid}/cmdline")):
            return (pid, *_descendants(pid))
    return ()


def own_peak() -> float | None:
    """The most memory that this process ever had. The kernel's other figure for it would count who started us."""
    for line in _read(Path("/proc/self/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return None


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in _read(task / "children").split():
            yield int(child)
            yield from _descendants(int(child))


def _busy_nanoseconds(pid: int) -> int:
    threads = (_read(task / "schedstat").split() for task in Path(f"/proc/{pid}/task").glob("*"))
    return sum(int(words[0]) for words in threads if words)


def _proportional_kilobytes(pid: int) -> int:
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # ended while we looked
