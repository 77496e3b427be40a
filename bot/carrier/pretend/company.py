"""`PretendCarrier`: the phone company inside one process, for tests and demonstrations."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.carrier.pretend.account import ACCOUNT_SID, CLINIC_NUMBER, PAGE_NUMBER, Account, random_id
from bot.carrier.pretend.app import Parts, assemble, create_carrier
from bot.carrier.pretend.faults import Fault
from bot.carrier.pretend.later import Soon
from bot.carrier.pretend.ledger import Ledger, Wanted
from bot.carrier.pretend.records import Message, Post, Shown
from bot.carrier.pretend.server import Server
from bot.carrier.pretend.transport import Transport, over_http

if TYPE_CHECKING:
    from bot.carrier.pretend.line import Line

TOKEN = "pretend-token-of-32-letters-long"  # noqa: S105 - opens nothing but a carrier made for tests


@dataclass(frozen=True, slots=True)
class Phone:
    """A handset in somebody's hand."""

    number: str
    parts: Parts

    def texts(self, body: str, media: int = 0, *, to: str | None = None) -> list[Shown]:
        """Send, wait for the clinic, and return what its answer put on this handset."""
        return list(self.parts.texting.text(self.number, body, media=media, to=to).received)

    @property
    def inbox(self) -> list[Shown]:
        """Everything on the screen, both directions, oldest first."""
        return self.parts.ledger.inbox(self.number)

    @property
    def received(self) -> list[Shown]:
        return [line for line in self.inbox if line.way == "received"]

    def repeats(self, sid: str) -> list[Shown]:
        """The carrier posts an old text's webhook again."""
        return list(self.parts.texting.again(sid).received)


class PretendCarrier:
    """`with PretendCarrier().start(webhook=...) as carrier`: listening on a port of its own until stopped.

    `transport` takes the webhooks; `over_wsgi(app)` needs no socket. `path` is the ledger's file; without one it is
    forgotten. `now` stamps what is written down; the pauses between statuses (`pace`) are real seconds.

    By a virtual clock and without a socket: `PretendCarrier(now=..., later=Agenda(now), transport=over_wsgi(clinic))`,
    then `connect(webhook)` in place of `start`. Its `Line` goes to the official client; `settled()` does what is due.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        account_sid: str = ACCOUNT_SID,
        senders: tuple[str, ...] = (CLINIC_NUMBER, PAGE_NUMBER),
        path: Path | None = None,
        now: Callable[[], datetime] | None = None,
        transport: Transport = over_http,
        pace: float = 0.0,
        stop_filter: bool = False,
        new_id: Callable[[], str] = random_id,
        later: Soon | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self.account = Account(token=token, sid=account_sid, senders=senders, stop_filter=stop_filter, new_id=new_id)
        self.parts = assemble(
            self.account,
            Ledger(str(path or ":memory:"), now=now),
            transport=transport,
            pace=pace,
            later=later,
            wait=wait,
        )
        self._server: Server | None = None

    def start(self, webhook: str = "", *, fallback: str = "", port: int = 0) -> PretendCarrier:
        """Listen, and take up what an earlier carrier left unfinished in the same file."""
        self.account.webhook, self.account.fallback = webhook, fallback
        self._server = Server(create_carrier(self.parts), port=port)
        self.account.url = self._server.url
        self._server.start()
        self.parts.resume()
        return self

    def connect(self, webhook: str = "", *, fallback: str = "") -> Line:
        """Reached by this line alone. As with `start`, what was left unfinished is taken up."""
        from bot.carrier.pretend.line import Line  # noqa: PLC0415 - the official client is slow to import

        self.account.webhook, self.account.fallback = webhook, fallback
        self.account.url = "http://carrier.invalid"
        self.parts.resume()
        return Line(create_carrier(self.parts))

    def stop(self) -> None:
        if self._server:
            self._server.stop()
        self.parts.stop()

    def __enter__(self) -> PretendCarrier:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self.account.url

    @property
    def account_sid(self) -> str:
        return self.account.sid

    @property
    def token(self) -> str:
        return self.account.token

    @property
    def senders(self) -> tuple[str, ...]:
        return self.account.senders

    def phone(self, number: str) -> Phone:
        return Phone(number, self.parts)

    def messages(self) -> list[Message]:
        """The carrier's own records, oldest first."""
        return self.parts.ledger.listed(Wanted())[::-1]

    def posts(self, *, kind: str | None = None, sid: str | None = None) -> list[Post]:
        """Every attempt to reach the clinic, oldest first."""
        return self.parts.ledger.posts(kind=kind, sid=sid)

    def fault(
        self,
        kind: str,
        *,
        count: int | None = -1,
        match: dict[str, str] | None = None,
        seconds: float = 0.0,
        on: str = "",
        code: int | None = None,
    ) -> Fault:
        return self.parts.faults.add(kind, count=count, match=match, seconds=seconds, on=on, code=code)

    def clear_faults(self) -> None:
        self.parts.faults.clear()

    def settled(self, timeout: float = 10.0) -> bool:
        """True once every journey and callback that was under way has ended."""
        return self.parts.later.settled(timeout)
