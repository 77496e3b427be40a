"""Reads the trained ear: its thesaurus and its weights, both the program's own, out of reach of a clinic's edits."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

from bot.core.redflag.ear import Ear, Learnt
from bot.core.redflag.senses import Senses, thesaurus
from bot.core.redflag.weights import packed
from bot.flowfile.problem import Notes
from bot.flowfile.yaml import Fields, Node, Scalar, read

LISTENING = files("bot.flowfile") / "listening"


@lru_cache(maxsize=1)
def packaged_ear() -> Ear:
    """The ear in the package. Raises LookupError when its files are broken, which a release would show."""
    return Ear(learnt((LISTENING / "ear.json").read_text("utf-8")), packaged_senses())


def learnt(text: str) -> Learnt:
    data = json.loads(text)
    return Learnt(
        version=data["version"],
        bias=data["bias"],
        weights={feature: packed(adds, squares) for feature, (adds, squares) in data["weights"].items()},
        names=tuple(data["names"]),
        concepts={feature: tuple(row) for feature, row in data["concepts"].items()},
        concept_biases=tuple(data["concept_biases"]),
    )


@lru_cache(maxsize=1)
def packaged_senses() -> Senses:
    notes = Notes("listening/senses.yaml")
    node = read((LISTENING / "senses.yaml").read_text("utf-8"), notes)
    senses = node.fields["senses"] if isinstance(node, Fields) else None
    if notes.is_broken or not isinstance(senses, Fields):
        raise LookupError(f"a packaged file is broken: {notes.problems[:1]}")
    return thesaurus({name: _members(node) for name, node in senses.fields.items()})


def _members(node: Node) -> list[str]:
    return [member.strip() for member in node.written.split(",")] if isinstance(node, Scalar) else []
