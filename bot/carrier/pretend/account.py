"""One customer of the phone company: who it is, which numbers it has, and where its webhooks go."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ACCOUNT_SID = "AC" + "0" * 32
SERVICE_SID = "MG" + "0" * 32
CLINIC_NUMBER = "+15075550100"
PAGE_NUMBER = "+15075550199"


def random_id() -> str:
    """The part of a sid behind its two letters."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class Account:
    """Changed only by whoever runs the carrier: webhooks are known when the clinic listens, filters are switched."""

    token: str
    sid: str = ACCOUNT_SID
    senders: tuple[str, ...] = (CLINIC_NUMBER, PAGE_NUMBER)
    service: str = SERVICE_SID
    api_keys: Mapping[str, str] = field(default_factory=dict)
    webhook: str = ""
    fallback: str = ""
    stop_filter: bool = False  # off, as for accounts that redact messages: the clinic owns STOP
    url: str = ""
    new_id: Callable[[], str] = random_id

    def lets_in(self, user: str, password: str) -> bool:
        """By the Auth Token, or by an API key and its secret."""
        secret = self.token if user == self.sid else self.api_keys.get(user, "")
        return bool(secret) and hmac.compare_digest(secret.encode(), password.encode())
