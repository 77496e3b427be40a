"""Was this request sent from our own page? Browsers say where one comes from; other programs say nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def is_ours(base_url: str, *, unsaid: bool) -> bool:
    """False when a browser says that another site sent it. `unsaid` is the answer where nothing is said."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in ("same-origin", "none")
    if origin is not None:
        return origin in (request.host_url.rstrip("/"), _origin(base_url))
    return unsaid


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
