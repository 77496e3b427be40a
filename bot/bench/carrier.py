"""A carrier that accepts every message after a set time and remembers when; in a process of its own.

It speaks just as much of Twilio's REST dialect as sending needs. GET /latency/0.1 sets the time in seconds,
GET /accepted hands over what was accepted so far.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import time
import uuid
from urllib.parse import parse_qs, urlsplit

from bot.bench.texts import Target


def set_latency(carrier: Target, seconds: float) -> None:
    _ask(carrier, f"/latency/{seconds}")


def accepted(carrier: Target) -> dict[str, float]:
    """Outbox id of each message, and the wall clock's time at which it was first accepted."""
    found: dict[str, float] = json.loads(_ask(carrier, "/accepted"))
    return found


def _ask(carrier: Target, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", carrier.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


class _Stub:
    def __init__(self) -> None:
        self.latency = 0.0
        self.accepted: dict[str, float] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, path, _ = head.split(" ", 2)
                body = await reader.readexactly(_length(head))
                status, answer = await self._answer(method, path, body)
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(answer)}\r\n\r\n".encode()
                    + answer
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if method == "POST":
            return 201, await self._accept(body)
        if path.startswith("/latency/"):
            self.latency = float(path.rpartition("/")[2])
        if path == "/accepted":
            return 200, json.dumps(self.accepted).encode()
        return 200, b'{"messages": []}'

    async def _accept(self, body: bytes) -> bytes:
        await asyncio.sleep(self.latency)
        callback = parse_qs(body.decode()).get("StatusCallback", [""])[0]
        message = parse_qs(urlsplit(callback).query).get("d", [""])[0]
        self.accepted.setdefault(message, time.time())
        return json.dumps({"sid": "SM" + uuid.uuid4().hex, "status": "queued"}).encode()


def _length(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


async def _run(port: int) -> None:
    server = await asyncio.start_server(_Stub().serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1])))
