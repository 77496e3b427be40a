"""The load: a process of its own that posts ready-made requests over kept connections and times each answer.

One thread and the kernel's own readiness list: it must cost far less than the server that it measures.
"""

from __future__ import annotations

import base64
import json
import selectors
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bot.bench.figures import Round
from bot.bench.texts import Signed, Target
from bot.errors import UserError

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `posted_at` is the wall clock, to be held against other processes; `seconds` is what it took."""

    sid: str
    status: int
    posted_at: float
    seconds: float
    has_message: bool


@dataclass(frozen=True, slots=True)
class Answers:
    seconds: float
    all: tuple[Answer, ...]

    def round(self) -> Round:
        """Raises UserError when any text was not answered with a message: such a round measures nothing."""
        bad = next((answer for answer in self.all if answer.status != 200 or not answer.has_message), None)
        if bad is not None:
            raise UserError(f"A text was answered with {bad.status} and no reply: this round measures nothing.")
        return Round(self.seconds, tuple(answer.seconds for answer in self.all))


def post(target: Target, texts: Sequence[Signed], *, connections: int, per_second: float = 0) -> Answers:
    """Post all of them, as fast as they are answered, or (with `per_second`) each at its own moment."""
    job = {
        "port": target.port,
        "connections": connections,
        "per_second": per_second,
        "texts": [[text.sid, base64.b64encode(text.request).decode()] for text in texts],
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot.bench.load"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    if done.returncode:
        raise UserError(f"The load could not be made: {done.stderr.strip().splitlines()[-1:]}")
    found = json.loads(done.stdout)
    return Answers(found["seconds"], tuple(Answer(*each) for each in found["answers"]))


class _Line:
    """One kept connection and the request that is on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sid = ""
        self.began = 0.0
        self.posted_at = 0.0
        self.received = b""

    def send(self, sid: str, request: bytes) -> None:
        self.sid, self.received = sid, b""
        self.began, self.posted_at = time.perf_counter(), time.time()
        self.socket.sendall(request)

    def answer(self) -> Answer | None:
        """The whole answer, once it is here."""
        more = self.socket.recv(65536)
        if not more:
            return self._read(500, b"")
        self.received += more
        head, mark, body = self.received.partition(b"\r\n\r\n")
        if not mark or len(body) < _length(head):
            return None
        return self._read(int(head.split(b" ", 2)[1]), body)

    def _read(self, status: int, body: bytes) -> Answer:
        return Answer(self.sid, status, self.posted_at, time.perf_counter() - self.began, b"<Message" in body)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _run(port: int, connections: int, per_second: float, texts: Sequence[tuple[str, bytes]]) -> Answers:
    lines = deque(_Line(port) for _ in range(connections))
    waiting, answers = deque(texts), list[Answer]()
    ready = selectors.DefaultSelector()
    for line in lines:
        ready.register(line.socket, selectors.EVENT_READ, line)
    began = time.perf_counter()
    while len(answers) < len(texts):
        _send_what_is_due(waiting, lines, per_second, sent=len(texts) - len(waiting), began=began)
        for key, _ in ready.select(timeout=0.001 if per_second else 5):
            if (answer := key.data.answer()) is not None:
                answers.append(answer)
                lines.append(key.data)
    return Answers(time.perf_counter() - began, tuple(answers))


def _send_what_is_due(
    waiting: deque[tuple[str, bytes]], lines: deque[_Line], per_second: float, *, sent: int, began: float
) -> None:
    while waiting and lines:
        if per_second and time.perf_counter() - began < sent / per_second:
            return
        lines.popleft().send(*waiting.popleft())
        sent += 1


def main() -> None:
    job = json.load(sys.stdin)
    texts = [(sid, base64.b64decode(request)) for sid, request in job["texts"]]
    found = _run(job["port"], job["connections"], job["per_second"], texts)
    answers = [[each.sid, each.status, each.posted_at, each.seconds, each.has_message] for each in found.all]
    json.dump({"seconds": found.seconds, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
