"""Red-flag phrases tried out: what a text is heard as, and what a new phrase gains and loses on labelled messages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot.core.redflag.comparison import Change, Labelled, compare
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.screen import Heard, screen
from bot.core.redflag.table import CONCEPTS
from bot.errors import Refused
from bot.flowfile.check import PHRASES
from bot.flowfile.form import NAME
from bot.flowfile.phrases import load_phrases
from bot.service.drafts.folder import Folder

LABELLED = "labelled.jsonl"
LONGEST_PHRASE = 400
_RULE = "  - id: {id}\n    concept: {concept}\n    hear:\n      - {phrase}\n"


@dataclass(frozen=True, slots=True)
class Tried:
    """`texts` labelled messages were heard with the phrase and without it; `changes` are those heard otherwise."""

    texts: int
    changes: tuple[Change, ...]


def hear(folder: Folder, text: str) -> Heard:
    """As the saved phrases hear it."""
    return screen(text, _phrases(folder.text(PHRASES)))


def try_phrase(folder: Folder, concept: str, phrase: str) -> Tried:
    """Raises Refused for a phrase that cannot be read."""
    source = folder.text(PHRASES)
    before, after = _phrases(source), _phrases(_with(source, concept, phrase, "being-tried"))
    texts = _labelled(folder.path / LABELLED)
    return Tried(len(texts), tuple(compare(before, after, texts)))


def add(folder: Folder, concept: str, phrase: str, rule_id: str, base: str) -> None:
    """The phrase becomes a rule of the file. Raises Refused, or Overtaken."""
    if not NAME.fullmatch(rule_id):
        raise Refused(f'"{rule_id}" is no name: use small letters, figures and dashes')
    after = _with(folder.text(PHRASES), concept, phrase, rule_id)
    _phrases(after)
    folder.save(PHRASES, after, base)


def _with(source: str, concept: str, phrase: str, rule_id: str) -> str:
    if concept not in CONCEPTS:
        raise Refused("choose the red flag that the phrase means")
    if not phrase.strip() or len(phrase) > LONGEST_PHRASE or "\n" in phrase:
        raise Refused(f"a phrase is one line of at most {LONGEST_PHRASE} characters")
    head, rules, rest = source.partition("\nrules:\n")
    if not rules:
        raise Refused(f'{PHRASES} has no list "rules:"; add one in the text')
    quoted = json.dumps(phrase.strip(), ensure_ascii=False)
    return head + rules + _RULE.format(id=rule_id, concept=concept, phrase=quoted) + rest


def _phrases(source: str) -> Phrases:
    phrases, problems = load_phrases(source)
    if phrases is None:
        raise Refused(f"line {problems[0].line}: {problems[0].sentence}")
    return phrases


def _labelled(path: Path) -> tuple[Labelled, ...]:
    """Messages of which people have said what they hold. Raises Refused where there are none."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        return tuple(Labelled(str(row["id"]), str(row["text"]), frozenset(row["labels"])) for row in rows)
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(f"{path.name} of the flows cannot be read, so there is nothing to try the phrase on") from None
