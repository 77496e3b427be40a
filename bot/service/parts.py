"""What the verbs work with, joined once by `bot.app` and handed in: store, vault, scripts, carriers, ids and dice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from bot.carrier.error import NotSent
from bot.carrier.message import Arrivals, Arrived, Listed, Outgoing
from bot.core.enrollment import Channel, Lane
from bot.store.database import Database
from bot.store.vault import Vault

if TYPE_CHECKING:
    from bot.service.scripts import Scripts


class Carrier(Protocol):
    """How words leave. Sends raise NotSent; lists raise NotSent when the carrier cannot be asked."""

    def send(self, message: Outgoing) -> str:
        """The carrier's id of the message it accepted; empty where there are none."""
        ...

    def sent_to(self, phone: str, since: datetime) -> Sequence[Listed]:
        """What the carrier says it carried to this number; it may lag by minutes."""
        ...

    def sent(self, since: datetime) -> Sequence[Listed]:
        """What the carrier says it carried for us, to anybody; it may lag by minutes."""
        ...

    def arrived(self, since: datetime) -> Arrivals:
        """What the carrier says it took for us, oldest first; it may lag by minutes. Raises nothing."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A carrier that keeps what it carried, and can be told not to. Mail cannot be called back."""

    def forget(self, sid: str, *, whole: bool) -> None:
        """Raises NotSent while it does not."""
        ...


class Bell(Protocol):
    """The doorbell. Losing a ring costs latency, never a message."""

    def ring(self, lane: Lane) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """`ids` makes row ids, `token` the secret of a page's link, `pick` a number below its argument (for codes)."""

    database: Database
    vault: Vault
    scripts: Scripts
    carriers: dict[Channel, Carrier]
    bell: Bell
    base_url: str
    is_live: bool
    ids: Callable[[], str]
    token: Callable[[], str]
    pick: Callable[[int], int]

    def callback(self, outbox_id: str) -> str:
        return f"{self.base_url}/sms/status?d={outbox_id}"

    def link(self, token: str) -> str:
        return f"{self.base_url}/a/{token}"


__all__ = ["Arrivals", "Arrived", "Bell", "Carrier", "Forgetful", "Listed", "NotSent", "Outgoing", "Parts"]
