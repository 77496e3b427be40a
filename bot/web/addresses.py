"""How often one address may be refused: whoever guesses passwords, links or signatures is slowed down, nobody else.

Only refusals are counted. A text that our carrier signed, a link that is right and a session that is open always get
through, from whatever address; so nobody can be locked out of an alert by who sits beside them.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

AT_ONCE = 30
"""Refusals in a row: more than a clinic behind one address mistypes."""

AGAIN_SECONDS = 2.0
"""After that, one in so long."""

MOST = 10_000
"""Addresses that are remembered; the one that was refused longest ago makes room. About two megabytes."""

ONE_HOUSEHOLD = 64
"""Bits of an IPv6 address that tell one subscriber from another; whoever has them has all the rest."""


@dataclass(slots=True)
class _Count:
    refusals: float
    at: float


class Addresses:
    """Counts in this process alone. Thread safe."""

    def __init__(self, proxies: Sequence[Network] = ()) -> None:
        self._proxies = tuple(proxies)
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def of(self, peer: str, forwarded: str) -> str:
        """Whose request it is; empty where that cannot be told, and then nobody is limited.

        X-Forwarded-For is anybody's to write: only what our own proxies wrote counts, from the last entry on. A peer of
        a private network that was not named is most likely a proxy, behind which everybody would look like one.
        """
        hops = [peer, *reversed([hop.strip() for hop in forwarded.split(",") if hop.strip()])]
        for place, hop in enumerate(hops):
            found = _address(hop)
            if found is None:
                return ""
            if not self._is_ours(found):
                return "" if place == 0 and found.is_private else _household(found)
        return ""

    def _is_ours(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)

    def is_over(self, address: str, now: float) -> bool:
        """`now`: seconds of any one clock."""
        with self._lock:
            count = self._counts.get(address)
            return count is not None and _left(count, now) >= AT_ONCE

    def refused(self, address: str, now: float) -> None:
        if not address:
            return
        with self._lock:
            count = self._counts.pop(address, None)
            before = _left(count, now) if count else 0.0
            self._counts[address] = _Count(min(before + 1, AT_ONCE + 1), now)
            while len(self._counts) > MOST:
                self._counts.popitem(last=False)


def _left(count: _Count, now: float) -> float:
    return max(0.0, count.refusals - max(0.0, now - count.at) / AGAIN_SECONDS)


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def _household(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, ONE_HOUSEHOLD), strict=False))
