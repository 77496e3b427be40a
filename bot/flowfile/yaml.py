"""The strict reader: YAML to nodes that know their line, with none of the parts of YAML that surprise people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.flowfile.problem import Notes

MOST_BYTES = 64 * 1024
MOST_NESTING = 20

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """`written` is the text as it stands in the file; `value` what YAML 1.2's core schema makes of it.

    Lines and columns count from 1; the end is that of the last character, marks of quotation among them.
    """

    value: str | int | float | bool | None
    written: str
    line: int
    column: int
    end: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fields:
    """`lines` holds the line of each key."""

    fields: Mapping[str, Node]
    lines: Mapping[str, int]
    line: int
    column: int


Node = Scalar | Items | Fields


def read(text: str, notes: Notes) -> Node | None:
    """The document in this text; None, with the reason noted, when it cannot be read at all."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        notes.wrong(1, f"the file is larger than {MOST_BYTES // 1024} KiB; split it.")
        return None
    text = text.removeprefix("\ufeff")
    if _has_hidden(text, notes):
        return None
    return _compose(text, notes)


def _has_hidden(text: str, notes: Notes) -> bool:
    """Characters nobody sees in an editor would reach patients, or change where a line seems to belong."""
    found = False
    for number, line in enumerate(text.split("\n"), start=1):
        for match in _HIDDEN.finditer(line.removesuffix("\r")):
            found = True
            what = "a tab; use spaces" if match[0] == "\t" else f"an invisible character (U+{ord(match[0]):04X})"
            notes.wrong(number, f"there is {what}.")
            break
    return found


_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]")


def _compose(text: str, notes: Notes) -> Node | None:
    parser = _Parser(text)
    try:
        return _Composer(_events(parser), notes).document()
    except _Refused as refused:
        notes.wrong(refused.line, refused.sentence)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        notes.wrong(mark.line + 1 if mark else 1, _in_plain_words(error))
    except yaml.YAMLError:
        notes.wrong(1, "this is not YAML.")
    finally:
        parser.dispose()
    return None


def _events(parser: Any) -> Iterator[yaml.Event]:
    while parser.check_event():
        yield parser.get_event()


def _in_plain_words(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "it cannot be read"
    for sign, sentence in _PLAIN_WORDS.items():
        if sign in problem:
            return sentence
    return f"this is not YAML ({problem})."


_PLAIN_WORDS = {
    "mapping values are not allowed": 'a ":" stands where none may; put the text between quotation marks.',
    "did not find expected key": (
        "the line begins too far left or right for those around it, or goes on after a closing quotation mark."
    ),
    "did not find expected '-' indicator": 'a list item must begin with "- " right under the item above.',
    "could not find expected ':'": 'a ":" is missing after the name.',
    "found unexpected end of stream": "a quotation mark or bracket is opened and never closed.",
    "found character that cannot start any token": "the text begins with a character that needs quotation marks.",
    "did not find expected ',' or": "a comma or a closing bracket is missing.",
    "found undefined tag handle": 'the text begins with "!"; put it between quotation marks.',
}


class _Refused(Exception):
    """Carries a sentence to the top of this module, and no further."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


class _Composer:
    """Builds nodes from the parser's events. PyYAML's own composer would follow aliases and forget duplicates."""

    def __init__(self, events: Iterator[yaml.Event], notes: Notes) -> None:
        self._events = events
        self._notes = notes

    def document(self) -> Node | None:
        self._next()  # the start of the stream
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise _Refused(1, "the file is empty.")
        if event.version or event.tags:
            raise _Refused(_line(event), 'a line that begins with "%" may not be used.')
        node = self._node(self._next(), 0)
        self._next()  # the end of the document
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _Refused(_line(event), 'a second document begins here ("---"); a file holds one.')
        return node

    def _next(self) -> Any:
        return next(self._events)

    def _node(self, event: Any, depth: int) -> Node:
        self._refuse_odd(event)
        if depth > MOST_NESTING:
            raise _Refused(_line(event), f"this is nested more than {MOST_NESTING} levels deep.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._fields(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        return _scalar(event)

    def _refuse_odd(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(_line(event), f'"*{event.anchor}" points to another place; write the text out.')
        if event.anchor:
            raise _Refused(_line(event), f'"&{event.anchor}" marks a place to point to; that may not be used.')
        if event.tag:
            raise _Refused(_line(event), f'"{event.tag}" is a tag; put the text between quotation marks.')

    def _items(self, start: Any, depth: int) -> Items:
        items = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Items(tuple(items), _line(start), _column(start))

    def _fields(self, start: Any, depth: int) -> Fields:
        fields: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key, line = self._key(event), _line(event)
            value = self._node(self._next(), depth + 1)
            if key in fields:
                self._notes.wrong(line, f'"{key}" is given twice; it stands in line {lines[key]} already.')
                continue
            fields[key], lines[key] = value, line
        return Fields(fields, lines, _line(start), _column(start))

    def _key(self, event: Any) -> str:
        self._refuse_odd(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused(_line(event), "a name must be a word, not a list or a group.")
        if event.value == "<<":
            raise _Refused(_line(event), '"<<" takes in another part of the file; write the text out.')
        return str(event.value)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _column(event: Any) -> int:
    return int(event.start_mark.column) + 1


def _scalar(event: Any) -> Scalar:
    written = str(event.value)
    value = _resolve(written) if event.implicit[0] else written
    end = (int(event.end_mark.line) + 1, int(event.end_mark.column))
    return Scalar(value, written, _line(event), _column(event), end)


def _resolve(written: str) -> str | int | float | bool | None:
    """YAML 1.2's core schema: `no`, `off` and `22:30` are text, as anyone would think."""
    if written in _WORDS:
        return _WORDS[written]
    if _INTEGER.fullmatch(written):
        return int(written)
    if _FLOAT.fullmatch(written):
        return float(written)
    return written


_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}", re.ASCII)
_FLOAT = re.compile(r"[-+]?([0-9]{1,15}\.[0-9]{0,15}|\.[0-9]{1,15})", re.ASCII)
