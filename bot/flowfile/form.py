"""Reads one group of a file by the names it may have, noting whatever is missing, misspelt or of the wrong sort."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TypeVar

from bot.core.redflag.table import Wording
from bot.flowfile.problem import Notes, Sent, suggestion
from bot.flowfile.shape import SIGNED, Shape, needed
from bot.flowfile.yaml import Fields, Items, Node, Scalar

NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", re.ASCII)

_Choice = TypeVar("_Choice", bound=StrEnum)


class Form:
    """One group. A reader that finds nothing usable notes the problem and returns an empty value, and goes on."""

    def __init__(
        self, node: Node | None, notes: Notes, *, what: str, known: Iterable[str], needs: Iterable[str] = ()
    ) -> None:
        self.notes = notes
        self.what = what
        self.line = node.line if node else 1
        self.whole_node = node
        self._fields = fields_of(node, notes, what)
        self._refuse_unknown(tuple(known))
        # Where nothing stands at all, that was noted one level up.
        for key in needs if isinstance(node, Fields) else ():
            if key not in self._fields.fields:
                notes.wrong(self.line, f'{what} needs "{key}".')

    @classmethod
    def of(cls, node: Node | None, notes: Notes, shape: Shape, what: str) -> Form:
        """A group of this shape: no other names, and all that it needs."""
        return cls(node, notes, what=what, known=shape, needs=needed(shape))

    def _refuse_unknown(self, known: tuple[str, ...]) -> None:
        for key in self._fields.fields:
            if key not in known:
                sentence = f'{self.what} has no "{key}"{suggestion(key, known)}'
                self.notes.wrong(self._fields.lines[key], sentence)

    def __contains__(self, key: str) -> bool:
        return key in self._fields.fields

    def node(self, key: str) -> Node | None:
        return self._fields.fields.get(key)

    def line_of(self, key: str) -> int:
        return self._fields.lines.get(key, self.line)

    def text(self, key: str, default: str = "") -> str:
        node = self.node(key)
        return default if node is None else text_of(node, self.notes, f'"{key}"')

    def name(self, key: str) -> str:
        """A name of our own making: small letters, figures and dashes, so that it is safe anywhere."""
        text = self.text(key)
        if text and not NAME.fullmatch(text):
            self.wrong(key, f'"{text}" is no name; use small letters, figures and dashes.')
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        node = self.node(key)
        return () if node is None else tuple(text_of(item, self.notes, f'"{key}"') for item in self.items(key))

    def items(self, key: str) -> tuple[Node, ...]:
        node = self.node(key)
        return () if node is None else items_of(node, self.notes, f'"{key}"')

    def wording(self, key: str) -> Wording:
        """A text in every language, and in no other."""
        node = self.node(key)
        if isinstance(node, Scalar):
            self.wrong(key, f'"{key}" must be given in each language: {" and ".join(self.notes.languages)}.')
            return {}
        languages = self.notes.languages
        form = Form(node, self.notes, what=f'"{key}"', known=languages)
        for language in languages:
            if language not in form and isinstance(node, Fields):
                self.notes.wrong(form.line, f'"{key}" is missing in "{language}".')
        return {language: form.text(language) for language in languages if language in form}

    def sent(self, key: str, *, may: Iterable[str] = (), to_staff: bool = False) -> Wording:
        """A wording that goes out as a text message."""
        wording = self.wording(key)
        lines = fields_of(self.node(key), Notes(""), key).lines
        for language, words in wording.items():
            line = lines.get(language, self.line)
            self.notes.sent.append(Sent(line, language, words, frozenset(may), to_staff))
        return wording

    def number(self, key: str, default: float = 0.0) -> float:
        node = self.node(key)
        if node is None:
            return default
        if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return float(node.value)
        self.wrong(key, f'"{key}" must be a number.')
        return default

    def whole(self, key: str, default: int = 0, *, least: int = 0) -> int:
        number = self.number(key, float(default))
        if number != int(number) or number < least:
            self.wrong(key, f'"{key}" must be a whole number, {least} or more.')
            return default
        return int(number)

    def truth(self, key: str) -> bool:
        node = self.node(key)
        if node is None or (isinstance(node, Scalar) and isinstance(node.value, bool)):
            return node is not None and node.value is True
        self.wrong(key, f'"{key}" must be true or false.')
        return False

    def duration(self, key: str, default: timedelta = timedelta()) -> timedelta:
        if key not in self:
            return default
        match = _DURATION.fullmatch(self.text(key))
        if not match or not int(match[1]):
            self.wrong(key, f'"{key}" must be a length of time like 30m, 4h or 2d.')
            return default
        return int(match[1]) * _UNITS[match[2]]

    def time(self, key: str) -> time:
        if key not in self:
            return time()
        moment = time_of(self.text(key))
        if moment is None:
            self.wrong(key, f'"{key}" must be a time of day like "09:00".')
        return moment or time()

    def one_of(self, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
        text = self.text(key, default.value)
        if text in {choice.value for choice in choices}:
            return choices(text)
        self.wrong(key, f'"{key}" cannot be "{text}"{suggestion(text, [choice.value for choice in choices])}')
        return default

    def forms(self, key: str) -> Iterator[tuple[str, int, Node]]:
        """The groups within a group: name, line, and what stands under it."""
        node = self.node(key)
        if node is not None:
            fields = fields_of(node, self.notes, f'"{key}"')
            for name, part in fields.fields.items():
                yield name, fields.lines[name], part

    def approved_by(self, key: str = "status") -> str:
        """Empty for `status: draft`; else who signed, and when."""
        node = self.node(key)
        if node is None or (isinstance(node, Scalar) and node.value == "draft"):
            return ""
        if isinstance(node, Scalar):
            self.wrong(key, f'"{key}" is draft, or a group with "approved_by" and "on".')
            return ""
        form = Form.of(node, self.notes, SIGNED, f'"{key}"')
        who, on = form.text("approved_by"), form.text("on")
        if on and not _is_date(on):
            form.wrong("on", '"on" must be a date like 2026-12-01.')
        return f"{who}, {on}" if who and on else ""

    def wrong(self, key: str, sentence: str) -> None:
        self.notes.wrong(self.line_of(key), sentence)


_DURATION = re.compile(r"([0-9]{1,4})([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)


def fields_of(node: Node | None, notes: Notes, what: str) -> Fields:
    if isinstance(node, Fields):
        return node
    if node is not None:
        notes.wrong(node.line, f"{what} must be a group of names with something after each.")
    return Fields({}, {}, node.line if node else 1, 1)


def items_of(node: Node, notes: Notes, what: str) -> tuple[Node, ...]:
    if isinstance(node, Items):
        return node.items
    notes.wrong(node.line, f"{what} must be a list.")
    return ()


def text_of(node: Node, notes: Notes, what: str) -> str:
    if isinstance(node, Scalar) and node.written.strip():
        return node.written.strip()
    notes.wrong(node.line, f"{what} must be a text." if not isinstance(node, Scalar) else f"{what} is empty.")
    return ""


def time_of(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    return time(int(match[1]), int(match[2])) if match else None


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
