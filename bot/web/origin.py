"""Was this form sent from our own page? Browsers say so themselves; whoever says nothing is no browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def is_ours(base_url: str) -> bool:
    """True unless the browser says that another site sent it. Checked on every POST a person makes."""
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from is not None:
        return fetched_from in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc in (urlsplit(base_url).netloc, request.host)
