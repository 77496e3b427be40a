"""X-Twilio-Signature, computed from its description and not with Twilio's own code: each side checks the other."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urldefrag


def sign(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """HMAC-SHA1 of the URL as configured (its fragment is never signed), then each name with its values, by name."""
    values: dict[str, set[str]] = {}
    for name, value in fields:
        values.setdefault(name, set()).add(value)
    pairs = (name + value for name in sorted(values) for value in sorted(values[name]))
    signed = urldefrag(url).url + "".join(pairs)
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
