"""`mendline flows test`: the golden conversations, played again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import output
from bot.cli.flows import places
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.flowfile.golden import Chat


@click.command()
@click.option("--keep", is_flag=True, help="What is said now is right: keep it in the files.")
@click.option("--new", is_flag=True, help="Write conversations for the answers that none goes through yet.")
@click.option("--json", "as_json", is_flag=True, help="One changed conversation a line, and a summary.")
def test(*, keep: bool, new: bool, as_json: bool) -> None:
    """Play every conversation of golden/ again and say what changed; exit 1 when any did.

    \b
    Example:
      mendline flows test              does everything still go as it was kept?
      mendline flows test --keep       yes, the changes are meant
      mendline flows test --new        conversations for what has none, in every language
    """
    from bot.flowfile.golden import compare

    folder = places.folder()
    library, phrases = places.whole(folder)
    kept = kept_in(folder)
    if new:
        _write_new(folder, kept)
        return
    changed = list(compare(kept, library, phrases))
    if keep:
        for each in changed:
            _keep(folder, each.name, kept[each.name])
        output.say(f"{places.count(len(changed), 'conversation')} kept anew.")
        return
    records: list[output.Record] = [{"file": each.name, "difference": list(each.difference)} for each in changed]
    if as_json:
        output.say_json([*records, {"conversations": len(kept), "changed": len(changed)}])
    else:
        for each in changed:
            output.say(f"{folder / 'golden' / each.name}:")
            for line in each.difference:
                output.say(f"    {line}")
        output.say(f"{places.count(len(kept), 'conversation')}, {places.count(len(changed), 'change')}.")
    if changed:
        places.fail()


def kept_in(folder: Path) -> dict[str, Chat]:
    """Raises UserError for a file that is no conversation."""
    from bot.flowfile.golden import BadChat, chats, read

    found = {}
    for name, text in chats(folder).items():
        try:
            found[name] = read(text)
        except BadChat as bad:
            raise UserError(f"{folder / 'golden' / name}: {bad}") from None
    return found


def _keep(folder: Path, name: str, chat: Chat) -> None:
    from dataclasses import replace

    library, phrases = places.whole(folder)
    if chat.flow in library.flows:
        text = str(replace(chat, lines=chat.play(library, phrases)))
        places.keep(folder / "golden" / name, text, option="--keep")


def _write_new(folder: Path, kept: dict[str, Chat]) -> None:
    from bot.flowfile.derive import missing

    library, phrases = places.whole(folder)
    fresh = missing(library, phrases, kept)
    (folder / "golden").mkdir(exist_ok=True)
    for name, chat in fresh.items():
        places.keep(folder / "golden" / name, str(chat), option="--new")
    output.say(f"{places.count(len(fresh), 'conversation')} written. Read them before you trust them.")
