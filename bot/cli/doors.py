"""What all long-running commands do first: read the settings, see to a key, a doorbell, a carrier."""

from __future__ import annotations

import os
import socket
import sys

from bot import carrier_server, doorbell_server, settings
from bot.errors import UserError
from bot.settings import Settings


def prepare(port: int | None = None) -> Settings:
    """The settings. On a desk a missing key is made; a live system has been refused before that."""
    os.umask(0o077)  # what patients say is readable by its owner alone, in every file we make
    if port:
        os.environ["PORT"] = str(port)
    found = settings.read(os.environ)
    if not found.keys:
        path, is_new = settings.make_key_file(found.data)
        if is_new:
            say(f"MENDLINE_KEYS is not set: made a key in {path}. Whoever has it can read what is stored.")
        found = settings.read(os.environ)
    return found


def connect(found: Settings, *, with_carrier: bool = False) -> Settings:
    """Makes sure of a doorbell; and, for the one who knows where webhooks go, of the pretend carrier.

    The carrier is left alone where somebody has set a Twilio account.
    """
    if with_carrier and found.twilio is None:
        carrier_server.ensure(found)
    if found.redis_url in ("", doorbell_server.url(found.data)):
        os.environ["REDIS_URL"] = doorbell_server.ensure(found.data)
    return settings.read(os.environ)


def reconnect(found: Settings, *, with_carrier: bool = False) -> None:
    """The same, once a second: whoever started these servers may have ended, and they with him."""
    try:
        connect(found, with_carrier=with_carrier)
    except UserError as error:
        say(str(error))


def refuse_taken_port(found: Settings) -> None:
    """A sentence now instead of a server's traceback in a moment."""
    family = socket.AF_INET6 if ":" in found.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((found.host, found.port))
        except OSError as error:
            raise UserError(
                f"Port {found.port} on {found.host} cannot be used ({(error.strerror or str(error)).lower()}): "
                f"end what uses it, or take another with --port {min(found.port + 1, 65535)}."
            ) from error


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
