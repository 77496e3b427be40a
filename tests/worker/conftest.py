"""What the worker's tests stand on: a doorbell server of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worker.doorbell import Doorbell


@pytest.fixture
def doorbell(tmp_path: Path) -> Iterator[Doorbell]:
    server = Doorbell(tmp_path).start()
    yield server
    server.stop()
