"""Reads phrases.yaml: what is listened for in a patient's own words. The packaged copy stands in for a broken one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from bot.core.redflag.canary import unheard
from bot.core.redflag.phrases import Path, Phrases, PhrasesError, compile_phrases
from bot.flowfile.ear import packaged_ear
from bot.flowfile.problem import Notes, Problem
from bot.flowfile.yaml import Fields, Items, Node, read


def load_phrases(text: str, file: str = "phrases.yaml") -> tuple[Phrases | None, tuple[Problem, ...]]:
    """The phrases, or every problem with its line. A file that no longer hears a plain emergency is refused."""
    if text == _packaged():
        return fallback_phrases(), ()
    notes = Notes(file)
    node = read(text, notes)
    phrases = None if notes.is_broken else _compiled(node, notes)
    if phrases is None or notes.is_broken:
        return None, notes.problems
    _tell_what_is_missing(phrases, notes)
    return phrases, notes.problems


@lru_cache(maxsize=1)
def fallback_phrases() -> Phrases:
    """The phrases in the package, for when there are no others."""
    notes = Notes("phrases.yaml")
    phrases = _compiled(read(_packaged(), notes), notes)
    if phrases is None or notes.is_broken:
        raise LookupError(f"the packaged phrases are broken: {notes.problems[0]}")
    return phrases


@lru_cache(maxsize=1)
def _packaged() -> str:
    return (files("bot.flowfile") / "fallback" / "phrases.yaml").read_text("utf-8")


def _tell_what_is_missing(phrases: Phrases, notes: Notes) -> None:
    """Says loudly what the package listens for and this file does not. No file holds the emergencies themselves."""
    listened = {(rule.id, pattern.text) for rule in phrases.rules for pattern in rule.hear}
    packaged = _plain(read(_packaged(), Notes("phrases.yaml")))
    for rule in packaged["rules"] if isinstance(packaged, dict) else ():
        missing = [phrase for phrase in rule["hear"] if (rule["id"], phrase) not in listened]
        if missing:
            notes.doubtful(
                1,
                f"the package listens for {rule['concept']} in {len(missing)} of {len(rule['hear'])} ways under "
                f"'{rule['id']}' that this file leaves out, such as '{missing[0][:60]}'.",
            )


def _compiled(node: Node | None, notes: Notes) -> Phrases | None:
    data = _plain(node)
    if not isinstance(data, dict):
        notes.wrong(1, "the phrases are a group with version, classes, rules and so on.")
        return None
    try:
        phrases = compile_phrases(data, _own(), packaged_ear())
    except PhrasesError as error:
        for path, sentence in error.problems:
            notes.wrong(_line(node, path), f"{sentence}.")
        return None
    for sentence in unheard(phrases):
        notes.wrong(1, f"{sentence}.")
    return phrases


OWN = (
    "language",
    "vocabulary",
    "emergencies",
    "saddle",
    "legs",
    "breath",
    "drowsy",
    "despair",
    "sideways",
    "severe",
    "concerns",
    "sayings",
    "wishes",
)
"""The files of bot/flowfile/listening: the program's own, so that no edit of the phrases can disarm it."""


@lru_cache(maxsize=1)
def _own() -> Mapping[str, object]:
    merged: dict[str, object] = {}
    for name in OWN:
        notes = Notes(f"listening/{name}.yaml")
        data = _plain(read((files("bot.flowfile") / "listening" / f"{name}.yaml").read_text("utf-8"), notes))
        if notes.is_broken or not isinstance(data, dict):
            raise LookupError(f"a packaged file is broken: {notes.problems[:1]}")
        for key, value in data.items():
            known = merged.get(key)
            if isinstance(known, dict):
                merged[key] = {**known, **value}
            else:
                merged[key] = [*known, *value] if isinstance(known, list) else value
    return merged


def _plain(node: Node | None) -> object:
    if isinstance(node, Fields):
        return {key: _plain(value) for key, value in node.fields.items()}
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    # Words are taken as written: "no" is a word here, and so is "911".
    return node.written if node else ""


def _line(node: Node | None, path: Path) -> int:
    line = node.line if node else 1
    for key in path:
        if isinstance(node, Fields) and isinstance(key, str) and key in node.fields:
            line, node = node.lines[key], node.fields[key]
        elif isinstance(node, Items) and isinstance(key, int) and key < len(node.items):
            node = node.items[key]
            line = node.line
        else:
            break
    return line
