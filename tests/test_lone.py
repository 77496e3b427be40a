"""One doorbell a data folder: shared by all, held by its lock, gone with its starter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from bot import doorbell_server, lone
from bot.errors import UserError
from tests.processes import alive, wait_for

RING = (
    "import sys, time; from pathlib import Path; from bot import doorbell_server; "
    "print(doorbell_server.ensure(Path(sys.argv[1])), flush=True); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def _end() -> Iterator[None]:
    yield
    lone.stop()


def another(data: Path) -> subprocess.Popen[str]:
    """Another process that makes sure of the doorbell."""
    process = subprocess.Popen(
        [sys.executable, "-c", RING, str(data)],
        env={**os.environ, "MENDLINE_DATA": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().startswith("unix://")
    return process


def rings(url: str) -> bool:
    try:
        return bool(redis.from_url(url).ping())
    except redis.ConnectionError:
        return False


def test_it_rings_keeps_nothing_and_evicts_nothing(tmp_path: Path) -> None:
    bell = redis.from_url(doorbell_server.ensure(tmp_path))

    assert bell.config_get("save", "appendonly", "maxmemory-policy", "port") == {
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "port": "0",
    }


def test_the_second_uses_the_firsts(tmp_path: Path) -> None:
    first = doorbell_server.ensure(tmp_path)
    redis.from_url(first).set("by", "the first")

    process = another(tmp_path)
    process.kill()
    process.wait()

    assert redis.from_url(doorbell_server.ensure(tmp_path)).get("by") == b"the first"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_ends_with_its_starter_and_the_next_one_starts_it_again(tmp_path: Path) -> None:
    process = another(tmp_path)
    process.kill()
    process.wait()
    assert wait_for(lambda: not alive(tmp_path), 3)

    assert rings(doorbell_server.ensure(tmp_path))


def test_killed_it_comes_back_at_the_same_address(tmp_path: Path) -> None:
    url = doorbell_server.ensure(tmp_path)
    server = redis.from_url(url).info("server")["process_id"]
    os.kill(server, signal.SIGKILL)
    assert wait_for(lambda: not rings(url), 3)

    assert doorbell_server.ensure(tmp_path) == url
    assert rings(url)


def test_a_thread_starts_nothing(tmp_path: Path) -> None:
    """A server started by a thread would end with it."""
    urls: list[str] = []
    thread = threading.Thread(target=lambda: urls.append(doorbell_server.ensure(tmp_path)))
    thread.start()
    thread.join()

    assert not rings(urls[0])


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    data = tmp_path / ("a long name " * 8)

    url = doorbell_server.ensure(data)

    assert len(os.fsencode(doorbell_server.socket_path(data))) <= doorbell_server.LONGEST_SOCKET_PATH
    assert rings(url)
    doorbell_server.socket_path(data).parent.joinpath("doorbell.sock").unlink()


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 40)
    folder = doorbell_server.socket_path(data).parent
    folder.chmod(0o777)
    try:
        with pytest.raises(UserError, match="not ours alone"):
            doorbell_server.socket_path(data)
    finally:
        folder.rmdir()


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    broken = lone.Lone("doorbell", tmp_path, lambda: [sys.executable, "-c", "raise SystemExit('no room')"], bool)

    with pytest.raises(UserError, match="The doorbell ended at once: no room"):
        broken.ensure()
