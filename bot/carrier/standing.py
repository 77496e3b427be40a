"""Does the carrier answer, and does it know us? Asked by a look at its list, which sends nothing."""

from __future__ import annotations

from typing import Protocol

import urllib3


class Account(Protocol):
    """What we need to know of the account; see `bot.settings.Twilio`."""

    @property
    def account_sid(self) -> str: ...
    @property
    def credentials(self) -> tuple[str, str]: ...
    @property
    def api_base_url(self) -> str: ...


def standing(account: Account, seconds: float) -> int | None:
    """The HTTP status of its answer, for which it needs the same credentials as for sending; None: no answer."""
    address = f"{account.api_base_url}/2010-04-01/Accounts/{account.account_sid}/Messages.json?PageSize=1"
    try:
        answer = urllib3.request(
            "GET",
            address,
            headers=urllib3.make_headers(basic_auth=":".join(account.credentials)),
            timeout=seconds,
            retries=False,
            redirect=False,
        )
    except urllib3.exceptions.HTTPError:
        return None
    return int(answer.status)
