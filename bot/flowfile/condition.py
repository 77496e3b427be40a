"""Reads a condition, such as "pain >= 5 and new_pain is yes", and sees that its names and types are right."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.core.condition import COMPARISONS, All, Compare, Condition, Name, Not, Some, Value
from bot.core.flow import PAST, Kind, Question
from bot.flowfile.form import Form
from bot.flowfile.problem import listed, suggestion


@dataclass(frozen=True, slots=True)
class Type:
    """What a name stands for: a number, or one of a few words."""

    is_number: bool = False
    words: tuple[str, ...] = ()


NUMBER = Type(is_number=True)
YES_NO = Type(words=("yes", "no"))
_NUMERIC = frozenset({Kind.SCALE, Kind.NUMBER, Kind.TEMPERATURE})


@dataclass(slots=True)
class Names:
    """What a condition may ask about at this place of a flow: facts, the practice's numbers, and answers so far."""

    languages: Collection[str]
    numbers: Mapping[str, float]
    bands: Collection[str] = ()
    answers: dict[str, Type] = field(default_factory=dict)

    def learn(self, name: str, question: Question) -> None:
        """From here on this question has been asked. Free words cannot be compared with anything."""
        if question.kind in _NUMERIC:
            self.answers[name] = NUMBER
        elif question.kind is Kind.YES_NO:
            self.answers[name] = YES_NO
        elif question.kind is Kind.CHOICE:
            self.answers[name] = Type(words=tuple(option.name for option in question.options))

    def type_of(self, name: str) -> Type | None:
        what, _, question = name.partition(".")
        if question:
            return NUMBER if self._is_past(what, question) else None
        facts = {"day": NUMBER, "language": Type(words=tuple(self.languages)), "in_hours": YES_NO}
        return facts.get(name) or self.answers.get(name)

    def _is_past(self, what: str, question: str) -> bool:
        if what == "band":
            return question in self.bands
        return what in PAST and self.answers.get(question) is NUMBER

    @property
    def all(self) -> list[str]:
        numeric = [name for name, type_ in self.answers.items() if type_ is NUMBER]
        past = [f"{what}.{name}" for name in numeric for what in sorted(PAST)]
        return ["day", "language", "in_hours", *self.answers, *past, *(f"band.{name}" for name in self.bands)]


def read_condition(form: Form, key: str, names: Names) -> Condition | None:
    """None where there is none, and where it is wrong: the reason is noted with its line."""
    written = form.text(key) if key in form else ""
    if not written:
        return None
    try:
        return _Reading(written, names).whole()
    except _Wrong as wrong:
        form.wrong(key, str(wrong))
        return None


class _Wrong(Exception):
    """Carries a sentence to `read_condition`, and no further."""


_TOKEN = re.compile(
    r"\s*(?:(?P<word>[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)?)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<sign>[<>]=?|[()+-]))"
)
_HOW = 'write it like "pain >= 5 and new_pain is yes"'


def _tokens(written: str) -> list[str]:
    found, place = [], 0
    while place < len(written):
        match = _TOKEN.match(written, place)
        if match is None:
            raise _Wrong(f'"{written[place:].strip()}" cannot be read in a condition; {_HOW}.')
        found.append(match[0].strip())
        place = match.end()
    return found


class _Reading:
    """One condition, from left to right: "or" binds least, then "and", then "not"."""

    def __init__(self, written: str, names: Names) -> None:
        self._left = _tokens(written)
        self._names = names

    def whole(self) -> Condition:
        condition = self._some()
        if self._left:
            raise _Wrong(f'"{self._left[0]}" stands where "and", "or" or the end should; {_HOW}.')
        return condition

    def _some(self) -> Condition:
        parts = [self._every()]
        while self._took("or"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self) -> Condition:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Condition:
        if self._took("not"):
            return Not(self._one())
        if self._took("("):
            inner = self._some()
            if not self._took(")"):
                raise _Wrong('a "(" is never closed in this condition.')
            return inner
        return self._comparison()

    def _comparison(self) -> Compare:
        name = self._next("a name")
        type_ = self._type(name)
        left = Name(name, self._plus(type_))
        sign = self._sign(name, type_)
        return Compare(left, sign, self._right(name, type_))

    def _type(self, name: str) -> Type:
        type_ = self._names.type_of(name)
        if type_ is None:
            raise _Wrong(f'nothing called "{name}" is known at this place{suggestion(name, self._names.all)}')
        return type_

    def _plus(self, type_: Type) -> float:
        if not type_.is_number or not self._left or self._left[0] not in {"+", "-"}:
            return 0.0
        sign = -1 if self._next("a sign") == "-" else 1
        return sign * self._number(self._next("a number"))

    def _sign(self, name: str, type_: Type) -> str:
        sign = self._next("a comparison")
        if sign == "is":
            return "is not" if self._took("not") else "is"
        if sign not in COMPARISONS:
            raise _Wrong(f'after "{name}" comes "is", "is not" or one of {listed(COMPARISONS)}, not "{sign}".')
        if not type_.is_number:
            raise _Wrong(
                f'"{name}" is no number, so it cannot be compared by "{sign}"; write "{name} is {type_.words[0]}".'
            )
        return sign

    def _right(self, name: str, type_: Type) -> Name | Value:
        word = self._next("a value")
        if not type_.is_number:
            if word not in type_.words:
                raise _Wrong(f'"{name}" is never "{word}"; it is {listed(type_.words)}.')
            return Value(word == "yes" if type_ is YES_NO else word)
        if word[0].isdigit() or word in self._names.numbers:
            return Value(self._number(word))
        if not self._type(word).is_number:
            raise _Wrong(f'"{name}" is a number and "{word}" is not, so they cannot be compared.')
        return Name(word, self._plus(NUMBER))

    def _number(self, word: str) -> float:
        if word in self._names.numbers:
            return self._names.numbers[word]
        if not word[0].isdigit():
            raise _Wrong(f'"{word}" is no number; {_HOW}.')
        return float(word)

    def _next(self, what: str) -> str:
        if not self._left:
            raise _Wrong(f"{what} is missing at the end of this condition; {_HOW}.")
        return self._left.pop(0)

    def _took(self, token: str) -> bool:
        if self._left[:1] == [token]:
            self._left.pop(0)
            return True
        return False
