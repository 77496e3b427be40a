"""`mendline flows publish`, `history`, `diff`, `rollback` and `replay`: what is live, and what a draft would change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot import settings
from bot.cli import output
from bot.cli.flows import places
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.flowfile.change import Change
    from bot.service.parts import Parts
    from bot.store.publications import Publication

_BY = click.option("--by", default="", help="Who publishes, by name; else the name of this account.")
_SIGNED = click.option("--signed-by", default="", metavar="NAME", help="The clinician who stands behind it.")
_NOTE = click.option("--note", default="", help="Why, in a few words.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@contextmanager
def _opened() -> Iterator[tuple[Parts, datetime]]:
    from bot import app
    from bot.cli.opened import opened

    found = settings.read(os.environ)
    with opened(found) as parts:
        yield parts, app.clock(found).now()


@click.command()
@_BY
@_SIGNED
@_NOTE
@click.option("--based-on", type=int, help="The version the draft was made from; else the one that is live now.")
def publish(*, by: str, signed_by: str, note: str, based_on: int | None) -> None:
    """Make the flows folder the live version. Refused when the check finds anything wrong.

    On a live system a named clinician signs changes of red flags and of patients' words, and it is not whoever
    publishes. Conversations under way go on with the version they began with.

    \b
    Example:
      mendline flows diff
      mendline flows publish --by "A. Admin" --signed-by "Dr. B. Clinician" --note "limit lowered"
    """
    from bot.service import publish as publishing
    from bot.service import replan

    with _opened() as (parts, now):
        before = parts.scripts.live().version
        expected = before if based_on is None else based_on
        signature = publishing.Signature(by or _account(), signed_by, note)
        version = publishing.publish(parts, places.folder(), now, signature, based_on=expected)
        moved = replan.follow_plan(parts, now)
    if moved:
        output.say(f"{places.count(moved, 'planned message')} changed for those enrolled.")
    output.say(f"Version {version} is live{'' if version != before else ' already; nothing has changed'}.")


@click.command()
@_JSON
def history(*, as_json: bool) -> None:
    """Every version that was published: when, by whom, who signed it, and what was proved of it."""
    from bot.service import publish as publishing

    with _opened() as (parts, _):
        records = [_record(each) for each in publishing.history(parts)]
    if as_json:
        output.say_json(records)
    else:
        columns = ("version", "published_at", "published_by", "signed_by", "states", "note")
        output.say_table(records, columns, empty="Nothing has been published yet.")


def _record(each: Publication) -> output.Record:
    return {
        "version": each.version,
        "published_at": output.moment(each.published_at),
        "published_by": each.published_by,
        "signed_by": each.signed_by,
        "note": each.note,
        "states": each.proof.get("states"),
        "edges": each.proof.get("edges"),
        "hash": each.proof.get("hash"),
    }


@click.command()
@click.argument("before", type=int, required=False)
@click.argument("after", type=int, required=False)
@_JSON
def diff(*, before: int | None, after: int | None, as_json: bool) -> None:
    """What differs, in words: between the live version and the folder, or between two versions.

    \b
    Example:
      mendline flows diff          what would publishing change?
      mendline flows diff 3        what has changed since version 3?
      mendline flows diff 3 4      what did version 4 change?
    """
    from bot.flowfile.change import changes
    from bot.service import publish as publishing

    with _opened() as (parts, _):
        old = publishing.library_of(parts, before or parts.scripts.live().version)
        new = publishing.library_of(parts, after) if after else places.whole(places.folder())[0]
    _tell(changes(old, new), as_json=as_json)


def _tell(found: Iterable[Change], *, as_json: bool) -> None:
    found = tuple(found)
    if as_json:
        output.say_json({"file": c.file, "sentence": c.sentence, "clinical": c.is_clinical} for c in found)
        return
    for change in found:
        output.say(f"{'* ' if change.is_clinical else '  '}{change}")
    signed = sum(change.is_clinical for change in found)
    output.say(f"{places.count(len(found), 'change')}, {signed or 'none'} of them (*) for a clinician to sign.")


@click.command()
@click.argument("version", type=int, required=False)
@_BY
@_SIGNED
def rollback(*, version: int | None, by: str, signed_by: str) -> None:
    """Make an earlier version live again, as a new version; without VERSION the one before.

    The folder stays as it is: `mendline flows diff` shows how it differs from what is live.
    """
    from bot.service import publish as publishing
    from bot.service import replan

    with _opened() as (parts, now):
        target = parts.scripts.live().version - 1 if version is None else version
        if target < 1:
            raise UserError("There is no earlier version to go back to.")
        signature = publishing.Signature(by or _account(), signed_by, f"rolled back to version {target}")
        live = publishing.roll_back(parts, target, now, signature)
        replan.follow_plan(parts, now)
    output.say(f"Version {live} is live: the flows of version {target} again.")


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far to look back.")
@_JSON
def replay(*, days: int, as_json: bool) -> None:
    """Run the last month's conversations through the folder: alerts gained and lost, replies read otherwise.

    Nothing is sent and nothing is written. Replies are named by their inbox id: `mendline show inbox --reveal`.
    Exit 1 when an alert would be lost.
    """
    from bot.service.replay import Reading
    from bot.service.replay import replay as run_again

    library, phrases = places.whole(places.folder())
    with _opened() as (parts, now):
        count, found = run_again(parts, Reading(library, phrases), now - timedelta(days=days))
    records: list[output.Record] = [
        {
            "text": each.text_id,
            "flow": each.flow,
            "step": each.step,
            "gained": list(each.gained),
            "lost": list(each.lost),
            "before": each.understood[0],
            "after": each.understood[1],
        }
        for each in found
    ]
    lost = sum(bool(each.lost) for each in found)
    if as_json:
        output.say_json([*records, {"replies": count, "differ": len(found), "lost": lost}])
    else:
        columns = ("text", "flow", "step", "gained", "lost", "before", "after")
        if records:
            output.say_table(records, columns, empty="")
        output.say(
            f"{places.count(count, 'reply').replace('replys', 'replies')} run again, {len(found)} taken otherwise."
        )
    if lost:
        places.fail()


def _account() -> str:
    """The person at this terminal, as the machine knows them."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
