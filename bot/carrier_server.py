"""The pretend carrier as a server of its own under the data folder, for those who have set no Twilio account."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from bot import settings
from bot.clock import clock_from
from bot.lone import Lone
from bot.settings import PRETEND_ACCOUNT, Settings


def ensure(found: Settings) -> str:
    """Where the pretend carrier listens. Cheap to ask again; starts one when there is none (see `Lone.ensure`)."""
    Lone(
        "carrier",
        found.data,
        # The address is an argument because `up --port` is one: the carrier must not guess it from its environment.
        lambda: [sys.executable, "-m", "bot.carrier_server", found.public_base_url],
        lambda: bool(_listening(found.data)),
    ).ensure()
    return _listening(found.data)


def main(base_url: str) -> int:
    """The server itself: the clinic's clock stamps its messages, so a day that goes by quickly does so here too."""
    found = settings.read(os.environ)
    from bot.carrier.pretend import __main__ as pretend  # noqa: PLC0415 - only the server needs all of it

    os.environ["TWILIO_AUTH_TOKEN"] = found.pretend_token  # not an argument: those can be seen by everybody
    arguments = ["--data", str(found.data), "--account-sid", PRETEND_ACCOUNT]
    return pretend.main(
        [*arguments, "--webhook", f"{base_url}/sms/inbound#rc=3&rp=all"], now=clock_from(found.clock_file).now
    )


def _notice(data: Path) -> dict[str, object]:
    try:
        content = json.loads((data / "carrier.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _listening(data: Path) -> str:
    """Its address when the process that wrote the notice is alive and takes calls there."""
    notice = _notice(data)
    where = urlsplit(str(notice.get("url", "")))
    try:
        os.kill(int(str(notice.get("pid", ""))), 0)
        socket.create_connection((where.hostname or "", where.port or 0), timeout=1).close()
    except (OSError, ValueError):
        return ""
    return where.geturl()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
