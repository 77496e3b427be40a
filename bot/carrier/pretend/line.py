"""A line from the official client straight into the phone company's app: no socket, no thread, no waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from twilio.http import HttpClient
from twilio.http.response import Response

from bot.carrier.pretend.rest import WIRE
from bot.carrier.pretend.server import WsgiApp, environ_for, run
from bot.carrier.twilio import NoAnswer, NoConnection


class Line(HttpClient):  # type: ignore[misc]  # the library ships no types
    """What a server would do to the connection is told as our transport tells it: so nobody has to wait for it."""

    def __init__(self, app: WsgiApp) -> None:
        super().__init__(None, False, None)  # noqa: FBT003 - the library's own order: logger, is_async, timeout
        self.app = app
        self.is_cut = False
        """The carrier is out of reach."""

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - a line has none
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - the library's signature
    ) -> Response:
        if self.is_cut:
            raise NoConnection("cut")
        environ = self._environ(method, url, params, data, {**(headers or {}), **_basic(auth)})
        status, told, body = run(self.app, environ)
        if WIRE in environ:
            raise NoAnswer(str(environ[WIRE]))
        return Response(int(status.split(maxsplit=1)[0]), body.decode("utf-8", "replace"), dict(told))

    def _environ(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None,
        data: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> dict[str, Any]:
        parts = urlsplit(url)
        given = {key: value for key, value in (data or {}).items() if value is not None}
        query = parts.query or urlencode(params or {}, doseq=True)
        target = parts.path + (f"?{query}" if query else "")
        body = urlencode(given, doseq=True).encode()
        return environ_for(method, target, body, {"Host": parts.netloc, **headers})


def _basic(auth: tuple[str, str] | None) -> Mapping[str, str]:
    return urllib3.make_headers(basic_auth=":".join(auth)) if auth else {}
