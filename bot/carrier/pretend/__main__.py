"""The phone company as a process of its own: `python -m bot.carrier.pretend --data DIR --webhook URL --token T`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.carrier.pretend.account import ACCOUNT_SID, CLINIC_NUMBER, PAGE_NUMBER, Account
from bot.carrier.pretend.app import assemble, create_carrier
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.server import Server

LEDGER, NOTICE = "carrier.sqlite3", "carrier.json"
PACE_SECONDS = 0.15
"""Quick enough to feel at once, slow enough to see "sent" become "delivered" on the phones."""


def real_time() -> datetime:
    return datetime.now(UTC)


def main(arguments: list[str] | None = None, *, now: Callable[[], datetime] = real_time) -> int:
    """`now` stamps messages; whoever starts a clinic with a moved clock gives that."""
    given = _parser().parse_args(arguments)
    account = Account(
        token=given.token,
        sid=given.account_sid,
        senders=tuple(given.sender or (CLINIC_NUMBER, PAGE_NUMBER)),
        webhook=given.webhook,
        fallback=given.fallback,
        stop_filter=given.stop_filter,
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    serve(account, data=given.data, port=given.port, pace=given.pace, now=now, wait=stopped.wait)
    return 0


def serve(
    account: Account,
    *,
    data: Path,
    port: int,
    pace: float,
    now: Callable[[], datetime],
    wait: Callable[[], object],
) -> None:
    """Listen until `wait` returns. DIR/carrier.json appears once texts can be taken, and says where."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    parts = assemble(account, Ledger(str(_private(data / LEDGER)), now=now), pace=pace)
    server = _listen(create_carrier(parts), data, port)
    account.url = server.url
    server.start()
    parts.resume()
    _announce(data, account)
    wait()
    server.stop()
    parts.stop()


def _listen(app: object, data: Path, port: int) -> Server:
    """Without a wish, take the port of last time when it is free: whoever knew the address need not ask again."""
    last = _last_port(data) if port == 0 else port
    try:
        return Server(app, port=last)  # type: ignore[arg-type]  # Flask is a WSGI app by duck typing
    except OSError:
        if port:
            raise
        return Server(app, port=0)  # type: ignore[arg-type]


def _last_port(data: Path) -> int:
    try:
        return urlsplit(json.loads((data / NOTICE).read_text())["url"]).port or 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _private(path: Path) -> Path:
    """What people text is in it: readable by its owner alone, from the first byte."""
    path.touch(mode=0o600)
    return path


def _announce(data: Path, account: Account) -> None:
    fresh = data / f"{NOTICE}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"url": account.url, "account_sid": account.sid, "pid": os.getpid()}, file)
    fresh.replace(data / NOTICE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.carrier.pretend", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="where the ledger is kept")
    parser.add_argument("--port", type=int, default=0, help="0: any free one, the same as last time if it can be")
    parser.add_argument("--webhook", default="", help="where inbound texts are posted; #rc=3&rp=all sets retries")
    parser.add_argument("--fallback", default="", help="asked when the webhook fails")
    parser.add_argument("--token", default=os.environ.get("TWILIO_AUTH_TOKEN", ""), help="default: TWILIO_AUTH_TOKEN")
    parser.add_argument("--account-sid", default=ACCOUNT_SID)
    parser.add_argument("--sender", action="append", help="a number of the clinic's; may be given again")
    parser.add_argument("--stop-filter", action="store_true", help="the carrier keeps opt-outs itself")
    parser.add_argument("--pace", type=float, default=PACE_SECONDS, help="seconds between two statuses")
    return parser


if __name__ == "__main__":
    sys.exit(main())
