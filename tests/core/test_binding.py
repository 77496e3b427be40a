"""Which question a reply belongs to, by its words and by the time at which it came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.binding import Bound, bind, hangs_on_receipt, readings
from bot.core.flow import AnswerClass, Kind, No, Number, Question, Yes
from bot.core.reply import understand
from bot.core.session import Closed

NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
CLOSED = Closed("pain", "2", NOON, "text 1")

BOUND = [
    # words, seconds after the closing, the next question has arrived: where it belongs
    ("2", 3, True, Bound.SENT_AGAIN),
    (" 2 ", 3, False, Bound.SENT_AGAIN),
    ("2", 60, False, Bound.SENT_AGAIN),
    ("2", 60, True, Bound.HERE),
    ("2", 121, False, Bound.HERE),
    ("7", 3, True, Bound.HERE),
    ("7", -5, True, Bound.SENT_BEFORE),
    ("2", -5, True, Bound.SENT_AGAIN),
    ("sorry I meant 3", 3, True, Bound.CORRECTS),
    ("sorry I meant 3", 3000, True, Bound.CORRECTS),
    ("oops 7", 30, True, Bound.CORRECTS),
    ("oops 7", 3000, True, Bound.HERE),
    ("quise decir 3", 30, True, Bound.CORRECTS),
    ("perdón, era no", 30, True, Bound.CORRECTS),
    ("I meant to call you about the brace, it rubs under my left arm and I would like a pad", 30, True, Bound.HERE),
]


@pytest.mark.parametrize(("words", "seconds", "has_arrived", "to"), BOUND)
def test_where_a_reply_belongs(words: str, seconds: int, has_arrived: bool, to: Bound) -> None:  # noqa: FBT001 - a column
    assert bind(words, CLOSED, at=NOON + timedelta(seconds=seconds), has_arrived=has_arrived).to is to


def test_without_a_question_before_it_or_a_time_everything_belongs_here() -> None:
    assert bind("sorry I meant 3", None, at=NOON, has_arrived=False).to is Bound.HERE
    assert bind("2", CLOSED, at=None, has_arrived=False).to is Bound.HERE


HANGS = [("2", 3, False), ("2", 60, True), ("2", 121, False), ("7", 60, False)]


@pytest.mark.parametrize(("words", "seconds", "hangs"), HANGS)
def test_the_receipt_is_looked_up_only_where_it_decides(words: str, seconds: int, hangs: bool) -> None:  # noqa: FBT001 - a column
    assert hangs_on_receipt(words, CLOSED, NOON + timedelta(seconds=seconds)) is hangs


LEFT: list[tuple[str, Kind, AnswerClass]] = [
    ("sorry i meant 3", Kind.SCALE, Number(3)),
    ("3 sorry i meant 4", Kind.SCALE, Number(4)),
    ("i meant to put 7 not 3", Kind.SCALE, Number(7)),
    ("7, i meant", Kind.SCALE, Number(7)),
    ("*3", Kind.SCALE, Number(3)),
    ("me equivoqué era 8", Kind.SCALE, Number(8)),
    ("no i meant yes", Kind.YES_NO, Yes()),
    ("sorry wrong button, yes", Kind.YES_NO, Yes()),
    ("perdon era no", Kind.YES_NO, No()),
    ("digo no", Kind.YES_NO, No()),
]


@pytest.mark.parametrize(("words", "kind", "answer"), LEFT)
def test_what_a_correction_says(words: str, kind: Kind, answer: AnswerClass) -> None:
    bond = bind(words, CLOSED, at=NOON + timedelta(seconds=30), has_arrived=True)

    assert understand(Question(kind), bond.words) == answer


READ = [
    ("1 and 7", Kind.SCALE, [Number(1), Number(7)]),
    ("2, 8", Kind.SCALE, [Number(2), Number(8)]),
    ("7 o 8", Kind.SCALE, [Number(7), Number(8)]),
    ("7-8", Kind.SCALE, [Number(7), Number(8)]),
    ("me 2 john 9", Kind.SCALE, [Number(2), Number(9)]),
    ("no and yes", Kind.YES_NO, [No(), Yes()]),
    ("no y sí", Kind.YES_NO, [No(), Yes()]),
    ("purple", Kind.SCALE, []),
    ("1 2 3 4 5 6 7 8 9", Kind.SCALE, []),
]


@pytest.mark.parametrize(("words", "kind", "found"), READ)
def test_every_part_is_read(words: str, kind: Kind, found: list[AnswerClass]) -> None:
    assert list(readings(Question(kind), words)) == found
