"""The JSON Schema of each kind of file, for editors: made of the very shapes that the readers use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.redflag.table import CONCEPTS
from bot.flowfile import shape
from bot.flowfile.shape import Shape, needed

_HEAD = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_GROUPS: Mapping[str, Shape] = {
    "say": shape.SAY,
    "ask": shape.ASK,
    "score": shape.SCORE,
    "use": shape.USE,
    "answer": shape.ANSWER,
    "option": shape.OPTION,
    "red_flag": shape.RED_FLAG,
    "signed": shape.SIGNED,
    "item": shape.ITEM,
    "anchor": shape.ANCHOR,
    "still_wanted": shape.STILL_WANTED,
    "tip": shape.TIP,
    "week": shape.WEEK,
    "handling": shape.HANDLING,
    "concept": shape.CONCEPT,
    "concepts": shape.CONCEPT_NAMES,
    "notice": shape.NOTICE,
    "notices": shape.NOTICE_NAMES,
    "asking": shape.ASKING,
    "askings": shape.ASKING_NAMES,
    "rule": shape.RULE,
    "escalation": shape.ESCALATION,
    "keep": shape.KEEP,
    **{f"escalation_{tier}": steps for tier, steps in shape.STEPS_OF.items()},
    "silence": shape.SILENCE,
    **{f"silence_{way}": steps for way, steps in shape.SILENCE_OF.items()},
    "template": shape.TEMPLATE,
}
FILES: Mapping[str, Shape] = {
    "flow": shape.FLOW,
    "part": shape.PART,
    "plan": shape.PLAN,
    "tips": shape.TIPS,
    "practice": shape.PRACTICE,
    "redflags": shape.TABLE,
    "notices": shape.STANDARD_TEXTS,
    "phrases": shape.PHRASES,
}


def schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file. Raises KeyError for a kind that is not among FILES."""
    whole = _group(FILES[kind])
    return {**_HEAD, "title": f"Mendline: a {kind} file", **whole, "$defs": _used(whole)}


def _group(of: Shape) -> dict[str, Any]:
    """Names that a file may hold, and no others."""
    properties = {name: {**key.schema, "description": key.doc} for name, key in of.items()}
    return {"type": "object", "properties": properties, "required": list(needed(of)), "additionalProperties": False}


def _used(whole: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions that this schema leans on, and those that these lean on."""
    found: dict[str, Any] = {}
    ahead = list(_names(whole))
    while ahead:
        name = ahead.pop()
        if name not in found:
            found[name] = _definition(name)
            ahead.extend(_names(found[name]))
    return dict(sorted(found.items()))


def _names(part: Any) -> list[str]:
    if isinstance(part, Mapping):
        own = [str(part["$ref"]).rpartition("/")[2]] if "$ref" in part else []
        return own + [name for value in part.values() for name in _names(value)]
    return [name for value in part for name in _names(value)] if isinstance(part, list) else []


def _definition(name: str) -> dict[str, Any]:
    return _group(_GROUPS[name]) if name in _GROUPS else dict(_OTHERS[name])


_LANGUAGE = {"^[a-z]{2,3}(-[A-Z]{2})?$": shape.TEXT}
_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "wording": {
        "type": "object",
        "description": "One text in each language.",
        "patternProperties": _LANGUAGE,
        "required": ["en"],
        "additionalProperties": False,
    },
    "also": {
        "type": "object",
        "patternProperties": dict.fromkeys(_LANGUAGE, shape.several(shape.TEXT)),
        "additionalProperties": False,
    },
    "status": {"anyOf": [{"const": "draft"}, shape.ref("signed")]},
    "step": {"anyOf": [shape.ref(kind) for kind in ("ask", "say", "score", "use")]},
    "when": {"anyOf": [{"type": ["string", "number"]}, shape.several(shape.TEXT)]},
    "red_flags": {
        "anyOf": [
            {"enum": list(CONCEPTS)},
            shape.ref("red_flag"),
            shape.several({"anyOf": [{"enum": list(CONCEPTS)}, shape.ref("red_flag")]}),
        ]
    },
}
