"""Reads which answers a branch takes, and sees that together they take every answer exactly once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.core.flow import Kind, Question, When, Worse
from bot.flowfile.form import Form, text_of
from bot.flowfile.problem import listed, suggestion
from bot.flowfile.yaml import Items, Scalar

_NUMERIC = frozenset({Kind.SCALE, Kind.NUMBER, Kind.TEMPERATURE})
_ANY = "any"


@dataclass(frozen=True, slots=True)
class _Range:
    """One branch's numbers as written. `step` is the finest unit the file writes them in: 1 for 7, 0.1 for 100.4."""

    place: int
    low: float
    high: float
    step: float
    written: str


def read_whens(answers: Sequence[Form], question: Question, numbers: Mapping[str, float], ask: Form) -> list[When]:
    """One `When` for each answer, in order. What is wrong with any of them, or with all together, is noted."""
    if not answers:
        ask.wrong("answers", "a question needs at least one answer.")
        return []
    if any(_is_any(answer) for answer in answers):
        return _read_any(answers)
    if question.kind in _NUMERIC:
        return _read_ranges(answers, question, numbers, ask)
    if question.kind is Kind.CHOICE:
        return _read_options(answers, question, ask)
    if question.kind is Kind.YES_NO:
        return _read_yes_no(answers, ask)
    for answer in answers:
        answer.wrong("when", 'a question that wants words has one answer: "when: any".')
    return [When() for _ in answers]


def _is_any(answer: Form) -> bool:
    node = answer.node("when")
    return isinstance(node, Scalar) and node.written == _ANY


def _read_any(answers: Sequence[Form]) -> list[When]:
    if len(answers) > 1:
        answers[1].wrong("when", '"any" takes every answer, so it must be the only one.')
    return [When() for _ in answers]


def _read_yes_no(answers: Sequence[Form], ask: Form) -> list[When]:
    said = [answer.text("when") for answer in answers]
    for answer, word in zip(answers, said, strict=True):
        if word not in {"yes", "no"}:
            answer.wrong("when", f'an answer to this question is "yes" or "no", not "{word}".')
    _refuse_twice(answers, said)
    for word in ("yes", "no"):
        if word not in said:
            ask.wrong("answers", f'nothing is said of the answer "{word}".')
    return [When(yes=word == "yes") for word in said]


def _read_options(answers: Sequence[Form], question: Question, ask: Form) -> list[When]:
    names = [option.name for option in question.options]
    chosen = [_options(answer) for answer in answers]
    for answer, words in zip(answers, chosen, strict=True):
        for word in words:
            if word not in names:
                answer.wrong("when", f'there is no option "{word}"{suggestion(word, names)}')
    _refuse_twice(answers, [word for words in chosen for word in words])
    missing = [name for name in names if not any(name in words for words in chosen)]
    if missing:
        ask.wrong("answers", f"nothing is said of the answer {listed(missing).replace(' or ', ' and ')}.")
    return [When(options=words) for words in chosen]


def _options(answer: Form) -> tuple[str, ...]:
    node = answer.node("when")
    if isinstance(node, Items):
        return answer.texts("when")
    return () if node is None else (text_of(node, answer.notes, '"when"'),)


def _refuse_twice(answers: Sequence[Form], words: Sequence[str]) -> None:
    for word in sorted({word for word in words if words.count(word) > 1}):
        last = [answer for answer in answers if word in _options(answer)][-1]
        last.wrong("when", f'the answer "{word}" is taken twice.')


def _read_ranges(answers: Sequence[Form], question: Question, numbers: Mapping[str, float], ask: Form) -> list[When]:
    ranges = [_range(place, answer, question, numbers) for place, answer in enumerate(answers)]
    known = sorted((span for span in ranges if span), key=lambda span: (span.low, span.high))
    if len(known) < len(answers):
        return [When(low=question.low, high=question.high) for _ in answers]
    _refuse_gaps(known, answers, question, ask)
    whens = {span.place: _when(span, before, after, question) for before, span, after in _neighbours(known)}
    return [whens[place] for place in range(len(answers))]


_BOUND = r"-?[0-9]+(?:\.[0-9]+)?|[a-z][a-z0-9_]*"
_SPAN = re.compile(rf"(?P<low>{_BOUND})?\.\.(?P<high>{_BOUND})?", re.ASCII)
_BELOW = re.compile(rf"below (?P<high>{_BOUND})", re.ASCII)
_ONE = re.compile(rf"(?P<one>{_BOUND})", re.ASCII)


def _range(place: int, answer: Form, question: Question, numbers: Mapping[str, float]) -> _Range | None:
    written = answer.text("when")
    match = _SPAN.fullmatch(written) or _BELOW.fullmatch(written) or _ONE.fullmatch(written)
    if match is None or written == "..":
        answer.wrong("when", f'"{written}" is no range; write 0..7, 8.., ..3, 5 or "below 4".')
        return None
    groups = match.groupdict()
    low = _bound(groups.get("low") or groups.get("one"), question.low, answer, numbers)
    high = _bound(groups.get("high") or groups.get("one"), question.high, answer, numbers)
    if low is None or high is None:
        return None
    if written.startswith("below "):
        high = math.nextafter(high, -math.inf)
    return _possible(_Range(place, low, high, _step(written), written), answer, question)


def _bound(written: str | None, default: float, answer: Form, numbers: Mapping[str, float]) -> float | None:
    """A number, or the name of one of the practice's."""
    if written is None:
        return default
    if not written[0].isalpha():
        return float(written)
    # Without any numbers the practice could not be read, and that is said where it stands.
    if written not in numbers and numbers:
        answer.wrong("when", f'the practice has no number "{written}"{suggestion(written, numbers)}')
    return numbers.get(written)


def _step(written: str) -> float:
    decimals = max((len(part) for part in re.findall(r"[0-9]\.([0-9]+)", written)), default=0)
    return 10.0**-decimals


def _possible(span: _Range, answer: Form, question: Question) -> _Range | None:
    if span.low > span.high:
        answer.wrong("when", f'"{span.written}" holds no number: its first is more than its last.')
        return None
    if span.low < question.low or span.high > question.high:
        limits = f"{question.low:g} to {question.high:g}"
        answer.wrong("when", f'"{span.written}" goes beyond what may be answered here, {limits}.')
        return None
    return span


def _refuse_gaps(known: Sequence[_Range], answers: Sequence[Form], question: Question, ask: Form) -> None:
    """Neighbours meet when no number of the file's own fineness lies between them: 0..7 and 8..10 do."""
    if known[0].low > question.low:
        ask.wrong("answers", f"no answer takes {question.low:g}, the least this question allows.")
    if known[-1].high < question.high:
        ask.wrong("answers", f"no answer takes {question.high:g}, the most this question allows.")
    for before, after in pairwise(known):
        if after.low <= before.high:
            answers[after.place].wrong("when", f'"{before.written}" and "{after.written}" overlap.')
        elif after.low - before.high > min(before.step, after.step) * 1.001:
            ask.wrong("answers", f'no answer takes what lies between "{before.written}" and "{after.written}".')


def _neighbours(known: Sequence[_Range]) -> list[tuple[_Range | None, _Range, _Range | None]]:
    return list(zip((None, *known[:-1]), known, (*known[1:], None), strict=True))


def _when(span: _Range, before: _Range | None, after: _Range | None, question: Question) -> When:
    """A value between two neighbours, like 7.5 between 0..7 and 8..10, goes to the worse of the two."""
    low, high = span.low, span.high
    if question.worse is Worse.HIGH and before:
        low = math.nextafter(before.high, math.inf)
    if question.worse is Worse.LOW and after:
        high = math.nextafter(after.low, -math.inf)
    return When(low=low, high=high)
