"""One POST to the clinic: over HTTP, or straight into a WSGI app when both live in one process."""

from __future__ import annotations

import http.client
import io
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode, urlsplit


class Lost(StrEnum):
    """Why there was no answer, in the letters of Twilio's retry policy where it has any."""

    CONNECT = "ct"
    READ = "rt"
    RESET = "reset"


class NoAnswer(Exception):
    """The clinic could not be reached, or it said nothing that can be read."""

    def __init__(self, why: Lost) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Request:
    """`url` has no fragment; times are in seconds."""

    url: str
    fields: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    connect_seconds: float = 5.0
    read_seconds: float = 15.0

    @property
    def body(self) -> bytes:
        return urlencode(self.fields).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    location: str = ""


Transport = Callable[[Request], Answer]


def over_http(request: Request) -> Answer:
    """Raises NoAnswer. Never follows a redirect: that is for the caller to decide."""
    parts = urlsplit(request.url)
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, request.connect_seconds)
    except (http.client.InvalidURL, ValueError):
        raise NoAnswer(Lost.CONNECT) from None
    with closing(connection):
        try:
            connection.connect()
        except OSError:
            raise NoAnswer(Lost.CONNECT) from None
        connection.sock.settimeout(request.read_seconds)
        try:
            return _exchange(connection, _target(request.url), request)
        except TimeoutError:
            raise NoAnswer(Lost.READ) from None
        except (OSError, http.client.HTTPException):
            raise NoAnswer(Lost.RESET) from None


def _connection(scheme: str, host: str, port: int | None, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    return http.client.HTTPConnection(host, port, timeout=timeout)


def _exchange(connection: http.client.HTTPConnection, target: str, request: Request) -> Answer:
    connection.request("POST", target, body=request.body, headers=dict(request.headers))
    response = connection.getresponse()
    return Answer(
        response.status,
        response.headers.get("Content-Type", ""),
        response.read(),
        response.headers.get("Location", ""),
    )


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def over_wsgi(app: Callable[..., Iterable[bytes]], *, prefix: str = "") -> Transport:
    """A clinic without sockets. `prefix` is stripped from the path, as a proxy in front of the clinic would."""

    def post(request: Request) -> Answer:
        environ = _environ(request, prefix)
        heard: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            heard["status"] = int(status.split(maxsplit=1)[0])
            heard["headers"] = {name.lower(): value for name, value in headers}

        parts = app(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close:
                close()
        headers = heard["headers"]
        return Answer(heard["status"], headers.get("content-type", ""), body, headers.get("location", ""))

    return post


def _environ(request: Request, prefix: str) -> dict[str, Any]:
    parts = urlsplit(request.url)
    target = _target(request.url).removeprefix(prefix)
    path = unquote_to_bytes(target.partition("?")[0]).decode("latin-1")
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return {
        **headers,
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": parts.query,
        "REQUEST_URI": target,
        "RAW_URI": target,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
