"""What holds, what does not, and what cannot be known yet."""

from __future__ import annotations

import pytest

from bot.core.condition import All, Compare, Condition, Name, Not, Some, Value, holds, names

KNOWN = {"pain": 6.0, "last.pain": 3.0, "new_pain": True, "language": "es", "lowest.pain": None}
WORSE = Compare(Name("pain"), ">=", Name("last.pain", 3.0))
MUCH_WORSE = Compare(Name("pain"), ">", Name("last.pain", 3.0))
NEW = Compare(Name("new_pain"), "is", Value(value=True))
SPANISH = Compare(Name("language"), "is", Value("es"))
UNKNOWN = Compare(Name("pain"), ">", Name("lowest.pain"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (WORSE, True),
        (MUCH_WORSE, False),
        (NEW, True),
        (Compare(Name("language"), "is not", Value("es")), False),
        (All((WORSE, NEW, SPANISH)), True),
        (All((WORSE, MUCH_WORSE)), False),
        (Some((MUCH_WORSE, NEW)), True),
        (Not(MUCH_WORSE), True),
        (UNKNOWN, False),
        (Not(UNKNOWN), False),  # what is unknown is not taken for its opposite
        (Some((UNKNOWN, NEW)), True),
        (All((UNKNOWN, NEW)), False),
        (Not(All((UNKNOWN, MUCH_WORSE))), True),
    ],
)
def test_only_what_is_certain_holds(condition: Condition, expected: bool) -> None:  # noqa: FBT001
    assert holds(condition, KNOWN.get) is expected


def test_a_condition_knows_what_it_asks_about() -> None:
    assert set(names(All((WORSE, Not(NEW), Some((SPANISH,)))))) == {"pain", "last.pain", "new_pain", "language"}
