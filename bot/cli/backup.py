"""`mendline backup` and `mendline restore`: the whole database in one sealed file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import settings
from bot.cli import output
from bot.errors import Refused, UserError

if TYPE_CHECKING:
    from bot.settings import Settings

KEY_FILE = click.option(
    "--key-file", type=click.Path(path_type=Path), help="Base64 of 32 bytes, instead of the newest of MENDLINE_KEYS."
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@KEY_FILE
@click.option("--json", "as_json", is_flag=True, help="Print file, rows, bytes and key as JSON.")
def backup(*, file: Path, key_file: Path | None, as_json: bool) -> None:
    """Write everything in the database to FILE, sealed. Nothing need be stopped, and FILE is whole or not there.

    \b
    Example, each night:
      mendline backup /var/backups/mendline-$(date +%F)

    It holds patients, staff, texts, alerts, the published conversations and the audit log; not MENDLINE_KEYS: without
    the key it was sealed with, it is of no use to a thief, or to you. A file made on SQLite restores on Postgres, and
    the other way round.
    """
    from bot import app
    from bot.cli.opened import opened
    from bot.service.console.trail import Trail
    from bot.service.safekeeping import backup as backing
    from bot.service.talk import Moment

    found = settings.read(os.environ)
    clock = app.clock(found)
    with opened(found) as parts:
        trail = Trail(parts, found.data / "audit.heads")
        made = backing.make(parts, trail, file, _keys(found, key_file)[0], Moment(clock.now(), clock.real()))
    record: output.Record = {"file": str(file), "rows": made.rows, "bytes": made.size, "key": made.key}
    told = f"{made.rows} rows are in {file} ({made.size / 1e6:.1f} MB), sealed with the key {made.key}."
    output.say(output.json_line(record) if as_json else told)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@KEY_FILE
@click.option("--check", is_flag=True, help="Only read it to its end: is it whole, and is its key at hand?")
@click.option("--finish", is_flag=True, help="End recovery mode by hand: send again, whatever the carrier knows.")
@click.option("--json", "as_json", is_flag=True, help="Print when it was made, and the rows of each table, as JSON.")
def restore(*, file: Path | None, key_file: Path | None, check: bool, finish: bool, as_json: bool) -> None:
    """Put a backup into an empty database, in recovery mode. FILE is read to its end before anything is written.

    \b
    Example:
      DATABASE_URL=postgresql://.../new mendline restore /var/backups/mendline-2026-11-24

    In recovery mode open alerts are paged anew and whoever texts is answered; all else waits until the texts that the
    carrier took meanwhile are here, because one of them may be a STOP. What was due since the backup is not sent again.
    """
    if finish:
        _finish()
        return
    if file is None:
        raise click.UsageError("Name the backup's file.")
    from bot.service.safekeeping import backup as backing

    found = settings.read(os.environ)
    keys = _keys(found, key_file)
    header, counts = backing.check(file, keys)
    if not check:
        _put_back(found, file, keys)
    total = sum(counts.values())
    if as_json:
        output.say(output.json_line({"made_at": header.made_at, "key": header.key, "rows": dict(counts)}))
    elif check:
        output.say(f"{file} is whole: {total} rows, made at {header.made_at}, sealed with the key {header.key}.")
    else:
        output.say(
            f"Restored: {total} rows as of {header.made_at}. Recovery mode is on: start everything; texts go out "
            "again once the carrier has told what was missed (`mendline doctor` says whether)."
        )


def _put_back(found: Settings, file: Path, keys: list[bytes]) -> None:
    from bot import app
    from bot.cli.opened import opened
    from bot.service.safekeeping import backup as backing
    from bot.service.talk import Moment

    if not found.keys:
        raise UserError("MENDLINE_KEYS is missing: what is restored must be protected by a key of this place.")
    clock = app.clock(found)
    with opened(found, may_be_new=True) as parts:
        moment = Moment(clock.now(), clock.real())
        backing.restore(parts, found.data / "audit.heads", file, keys, moment)


def _finish() -> None:
    from bot.cli.opened import opened
    from bot.service import recovery

    with opened(settings.read(os.environ)) as parts:
        if not recovery.end(parts):
            raise Refused("Recovery mode is not on: there is nothing to end.")
    output.say("Recovery mode has ended: what waits goes out now.")


def _keys(found: Settings, key_file: Path | None) -> list[bytes]:
    """Those to seal or open with, the first to seal. Raises UserError."""
    if key_file is not None:
        return [settings.read_key(key_file)]
    if not found.keys:
        raise UserError("There is no key: set MENDLINE_KEYS, or name a file that holds one with --key-file.")
    return list(found.keys)
