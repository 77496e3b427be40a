"""`mendline web`: the web server. Texts come in here, and staff work here."""

from __future__ import annotations

import importlib
import logging
import os
from functools import partial
from typing import Any

import click

from bot import signs
from bot.cli import doors
from bot.errors import UserError
from bot.tether import tie

THREADS = 16
"""Texts in hand at once: the more there are, the more share a commit."""
WAITING_CONNECTIONS = 256
"""Beyond these the kernel's queue holds the rest: a late answer is better than a hundred half-done ones."""

STOP_SECONDS = 3


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here (default: PORT, else 8000).")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    envvar="WORKERS",
    show_envvar=True,
    show_default=True,
    help="Server processes; more than one needs Postgres.",
)
def web(port: int | None, workers: int) -> None:
    """The web server: texts come in at /sms/inbound, staff work at /.

    \b
    For production, behind a proxy that speaks HTTPS:
      DATABASE_URL=postgresql://... REDIS_URL=redis://... mendline web --workers 4

    On one machine, `mendline up` starts this and all the rest. Ends in order on SIGTERM.
    """
    found = doors.prepare(port)
    if found.is_sqlite and workers > 1:
        raise UserError("SQLite takes one web process: leave --workers at 1, or set DATABASE_URL to Postgres.")
    doors.refuse_taken_port(found)
    doors.connect(found, with_carrier=True)
    alive = signs.Signs(found.data, "web")
    alive.beat_on("server")
    _serve(found.host, found.port, workers)
    alive.leave()


def _serve(host: str, port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "bot.web.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=WAITING_CONNECTIONS,
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,  # an alert's link is a secret, and it is in the address
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    # It thinks so many threads too many for a small machine; they wait for the database far more than they compute.
    logging.getLogger("_granian").addFilter(lambda record: "seems quite high" not in record.getMessage())
    server.serve(target_loader=partial(_load, os.getpid()))


def _load(server: int, target: str) -> Any:
    """In the server's worker process: tied to the server first, so that kill -9 leaves no worker on the port."""
    tie(server)
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)
