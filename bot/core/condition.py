"""A condition over what is known in a conversation: answers, the day after surgery, the language, earlier answers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Known = str | float | bool | None
"""A value that a name may stand for; None while nothing is known, such as yesterday's pain on the first day."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Name:
    """Stands for a value, with a number added to it: "last.pain + 3"."""

    name: str
    plus: float = 0.0


@dataclass(frozen=True, slots=True)
class Value:
    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Compare:
    """`sign` is one of `COMPARISONS`, "is" or "is not"."""

    left: Name
    sign: str
    right: Name | Value


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Condition, ...]


Condition = Compare | Not | All | Some


Lookup = Callable[[str], Known]
"""What a name stands for now."""


def holds(condition: Condition, known: Lookup) -> bool:
    """Only what is certain holds: a comparison with something unknown neither holds nor fails, and so does not hold."""
    return _truth(condition, known) is True


def names(condition: Condition) -> Iterator[str]:
    """Every name that the condition asks about."""
    match condition:
        case Compare(left, _, right):
            yield left.name
            if isinstance(right, Name):
                yield right.name
        case Not(part):
            yield from names(part)
        case All(parts) | Some(parts):
            for part in parts:
                yield from names(part)


def comparisons(condition: Condition) -> Iterator[Compare]:
    match condition:
        case Compare():
            yield condition
        case Not(part):
            yield from comparisons(part)
        case All(parts) | Some(parts):
            for part in parts:
                yield from comparisons(part)


def _truth(condition: Condition, known: Lookup) -> bool | None:
    match condition:
        case Compare(left, sign, right):
            return _compare(_worth(left, known), sign, _worth(right, known))
        case Not(part):
            truth = _truth(part, known)
            return None if truth is None else not truth
        case All(parts):
            return _among([_truth(part, known) for part in parts], decides=False)
        case Some(parts):
            return _among([_truth(part, known) for part in parts], decides=True)


def _among(truths: list[bool | None], *, decides: bool) -> bool | None:
    if decides in truths:
        return decides
    return None if None in truths else not decides


def _worth(term: Name | Value, known: Lookup) -> Known:
    if isinstance(term, Value):
        return term.value
    value = known(term.name)
    return value + term.plus if term.plus and isinstance(value, int | float) else value


def _compare(left: Known, sign: str, right: Known) -> bool | None:
    if left is None or right is None:
        return None
    if sign in COMPARISONS:
        return COMPARISONS[sign](float(left), float(right))
    return (left == right) is (sign == "is")
