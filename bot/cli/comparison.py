"""`mendline screen --compare`: what changed phrases gain and lose on labelled texts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import output
from bot.errors import Refused, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.redflag.comparison import Change, Labelled
    from bot.core.redflag.phrases import Phrases

PACKAGED = Path("packaged")


def compare(new: Phrases, other: Path, labelled: Path, *, as_json: bool) -> None:
    """Prints a line for each text that is heard otherwise, and refuses when something is lost or newly alarms."""
    from bot.core.redflag.comparison import compare as changes_of

    old, texts = _older(other), tuple(_labelled(labelled))
    changes = tuple(changes_of(old, new, texts))
    if as_json:
        output.say_json([_record(change) for change in changes])
    else:
        for change in changes:
            output.say(f"{change.verdict}: {change.concept} in {change.labelled.id}: {change.labelled.text}")
            output.say(f'    "{change.quote}" by {change.rule}')
        output.say(_sum(changes, len(texts)))
    if any(change.is_worse for change in changes):
        raise Refused("These phrases lose or falsely alarm on texts that the older ones got right; see above.")


def _older(path: Path) -> Phrases:
    from bot.flowfile.phrases import fallback_phrases, load_phrases

    if path == PACKAGED:
        return fallback_phrases()
    try:
        phrases, problems = load_phrases(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--compare: {path} cannot be read: {error}.") from None
    if phrases is None:
        raise UserError(f"--compare: {problems[0]}")
    return phrases


def _labelled(path: Path) -> Iterator[Labelled]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"--labelled: {path} cannot be read: {error}.") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _one(path, number, line)


def _one(path: Path, number: int, line: str) -> Labelled:
    from bot.core.redflag.comparison import Labelled

    try:
        row = json.loads(line)
        return Labelled(str(row["id"]), str(row["text"]), frozenset(row["labels"]))
    except (ValueError, RecursionError, TypeError, KeyError):
        raise UserError(
            f'{path}:{number}: each line needs an "id", a "text" and "labels", as in '
            '{"id": "a1", "text": "I fell", "labels": ["fall"]}.'
        ) from None


def _record(change: Change) -> output.Record:
    return {
        "id": change.labelled.id,
        "change": str(change.verdict),
        "concept": change.concept,
        "quote": change.quote,
        "rule": change.rule,
        "text": change.labelled.text,
    }


def _sum(changes: tuple[Change, ...], texts: int) -> str:
    counted = Counter(change.verdict.replace("_", " ") for change in changes)
    told = ", ".join(f"{count} {name}" for name, count in sorted(counted.items())) or "no change"
    return f"{texts} labelled texts: {told}."
