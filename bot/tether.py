"""Processes that end when their parent does, even by kill -9: no orphan keeps a port, a lock or a phone line.

On Linux the kernel sees to it. It watches the *thread* that started the child, so start children from the main
thread. Elsewhere the child looks once a second whether it still has its parent.
Run as a script (so that nothing happens between fork and exec): `tether.py PARENT_PID COMMAND...`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import NoReturn

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 1.0


def tethered(command: Sequence[str]) -> list[str]:
    """The command line that runs `command` in a process that ends with this one. It keeps its process id."""
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), str(os.getpid()), *command]  # noqa: PTH100


def tie(parent: int) -> None:
    """Ties this process to its parent. Does not survive a fork; call `tie_forks` where a library forks."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - costs a fork nothing where it is not needed

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        # The parent ended before the kernel knew that we care.
        os.kill(os.getpid(), signal.SIGKILL)


def tie_forks() -> None:
    """Ties every process that this one forks from now on, such as a server's workers and RQ's work-horses."""
    forking = []
    os.register_at_fork(
        before=lambda: forking.append(os.getpid()),
        after_in_parent=lambda: _forget(forking),
        after_in_child=lambda: tie(forking[-1]),
    )


def _forget(forking: list[int]) -> None:
    forking.pop()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def main(arguments: Sequence[str]) -> NoReturn:
    parent, command = int(arguments[0]), list(arguments[1:])
    if sys.platform == "linux":
        tie(parent)
        os.execvp(command[0], command)  # noqa: S606 - the parent's own command
    _stand_between(parent, command)


def _stand_between(parent: int, command: Sequence[str]) -> NoReturn:
    """Where a new program cannot be tied, we stay, pass the signals on and end it when the parent is gone."""
    child = subprocess.Popen(command, close_fds=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _frame: child.send_signal(got))
    while child.poll() is None:
        time.sleep(0.2)
        if os.getppid() != parent:
            child.kill()
    sys.exit(child.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
