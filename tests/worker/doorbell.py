"""A real doorbell server for tests, which can be stopped and started again at the same address."""

from __future__ import annotations

import subprocess
from pathlib import Path

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from bot import doorbell_server
from bot.core.enrollment import Lane
from bot.worker import bell
from tests.processes import wait_for

START_SECONDS = 30


class Doorbell:
    """One server on a socket in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._path = doorbell_server.socket_path(folder)
        self.url = doorbell_server.url(folder)
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> Doorbell:
        command = doorbell_server._command(self._path)  # noqa: SLF001 - the very settings that `up` uses
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        assert wait_for(lambda: bell.is_there(self.url), START_SECONDS)
        return self

    def stop(self) -> None:
        if self._server:
            self._server.kill()
            self._server.wait()
            self._server = None

    @property
    def connection(self) -> Redis:
        return bell.connect(self.url)

    def rings(self, lane: Lane) -> int:
        """How many rings of this lane wait to be heard."""
        return Queue(f"mendline-{lane.value}", connection=self.connection, serializer=JSONSerializer).count

    def hearers(self) -> set[str]:
        """What each worker that is known here is doing, in RQ's own words ("started", "idle", ...)."""
        connection = self.connection
        return {str(worker.get_state()) for worker in Worker.all(connection=connection, serializer=JSONSerializer)}

    def everything(self) -> bytes:
        """All that is in it, names and contents."""
        found = self.connection
        return b"\n".join(key + b" " + bytes(found.dump(key) or b"") for key in found.keys("*"))  # type: ignore[operator, union-attr]
