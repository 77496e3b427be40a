"""`mendline keys`: change the key that protects patients' data, while everything goes on."""

from __future__ import annotations

import os

import click

from bot import settings
from bot.cli import output


@click.group()
def keys() -> None:
    """Change the key that protects patients' data, while serving.

    \b
    1. Put a new key before the old one in MENDLINE_KEYS, and restart every process:
         python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'
    2. mendline keys rotate
    3. Take the old one out; each process sees it at its next start. Keep it as long as you keep backups made with it.
    """


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print the newest key's name, and how many were wrapped anew.")
def rotate(*, as_json: bool) -> None:
    """Wrap what protects the data under the newest of MENDLINE_KEYS. Nothing is stopped, no patient's word is touched.

    \b
    Example:
      MENDLINE_KEYS=NEW,OLD mendline keys rotate

    Safe to run again. `mendline doctor` says which keys are still in use.
    """
    from bot import app
    from bot.cli.opened import opened
    from bot.service.console.trail import Trail
    from bot.store.safekeeping.envelope import fingerprint

    found = settings.read(os.environ)
    with opened(found) as parts:
        parts.vault.check()
        name = fingerprint(found.keys[0])
        trail = Trail(parts, found.data / "audit.heads")
        trail.record("rotate keys", staff_id=None, door="command", real=app.clock(found).real(), detail=name)
        count = parts.vault.rotate()
    if as_json:
        output.say(output.json_line({"key": name, "wrapped": count}))
    elif count:
        output.say(f"{count} keys are wrapped under {name} now. The others of MENDLINE_KEYS are no longer needed here.")
    else:
        output.say(f"Everything was wrapped under {name} already.")
