"""`mendline flows check --mutants`: what could be broken without anybody noticing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import output
from bot.cli.flows import places
from bot.cli.flows.golden import kept_in

if TYPE_CHECKING:
    from bot.flowfile.library import Library


def tell(library: Library, path: Path, *, as_json: bool) -> None:
    from bot.flowfile.proof.mutants import hunt

    _, phrases = places.whole(path)
    found = hunt(library, phrases, kept_in(path))
    rows = [{"file": each.file, "line": each.line, "survivor": each.what} for each in found.survivors]
    total = found.noticed + len(rows)
    if as_json:
        output.say_json([*rows, {"mutants": total, "noticed": found.noticed, "survivors": len(rows)}])
        return
    for row in rows:
        output.say(f"{path / str(row['file'])}:{row['line']}: {row['survivor']}")
    output.say(f"{path}: {total} mutants, {found.noticed} noticed, {places.count(len(rows), 'survivor')}.")
