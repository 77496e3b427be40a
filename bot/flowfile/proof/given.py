"""What a patient may send at a question, as classes that cover everything, each with texts that are understood so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.core.condition import Name, Value, comparisons
from bot.core.flow import AnswerClass, Ask, Chosen, Flow, Kind, No, Number, Score, Silence, Unclear, Words, Yes
from bot.core.redflag.table import Concern, RedFlagTable, Tier
from bot.core.reply import understand

SILENCE = "(silence)"
_UNREADABLE = ("purple", "asdf qwer", "???", "👀👀", ".")
_PLAIN: Mapping[tuple[type, str], tuple[str, ...]] = {
    (Yes, "en"): ("yes", "yeah"),
    (Yes, "es"): ("sí", "si claro"),
    (No, "en"): ("no", "not at all"),
    (No, "es"): ("no", "para nada"),
    (Words, "en"): ("we had visitors today",),
    (Words, "es"): ("hoy hubo visita",),
}


@dataclass(frozen=True, slots=True)
class Given:
    """One class: what the engine is told, and the red flags that the screen hears in the same text."""

    name: str
    answer: AnswerClass
    heard: tuple[Concern, ...] = ()

    @property
    def is_answer(self) -> bool:
        return not isinstance(self.answer, Unclear | Silence)


def classes(flow: Flow, ask: Ask, table: RedFlagTable) -> tuple[Given, ...]:
    """Every class of this question, from its kind, its branches and the comparisons that the flow makes of it."""
    answers = (*_answers(flow, ask), Given("unclear", Unclear("no answer in it")))
    silences = (Given("silence", Silence(over=False)), Given("silence to the end", Silence(over=True)))
    return (*answers, *silences, *_red_flags(table), *_beside(answers, table))


def _answers(flow: Flow, ask: Ask) -> Iterator[Given]:
    match ask.question.kind:
        case Kind.YES_NO:
            yield from (Given("yes", Yes()), Given("no", No()))
        case Kind.CHOICE:
            yield from (Given(option.name, Chosen(option.name)) for option in ask.question.options)
        case Kind.WORDS:
            yield Given("words", Words())
        case _:
            yield from (Given(f"{value:g}", Number(value)) for value in numbers(flow, ask))


def numbers(flow: Flow, ask: Ask) -> list[float]:
    """The ends and the middle of every range, what lies just between two, and the limits that conditions compare with.

    A short span, such as 0 to 10, is taken whole, unless nothing follows from which number it is.
    """
    low, high = ask.question.low, ask.question.high
    ends = {end for branch in ask.branches for end in (branch.when.low, branch.when.high) if end is not None}
    limits = {limit + step for limit in _limits(flow, ask.name) for step in (-1.0, 0.0, 1.0)}
    found = {low, high, *limits, *(round(end + step, 6) for end in ends for step in (-1.0, -0.5, 0.0, 0.5, 1.0))}
    if high - low <= 10 and (len(ask.branches) > 1 or _counts(flow, ask.name)):
        found |= {float(value) for value in range(int(low), int(high) + 1)}
    return sorted({float(value) for value in found if low <= value <= high})


def _counts(flow: Flow, name: str) -> bool:
    """Does a score from which something follows take this answer in?"""
    return any(isinstance(step, Score) and step.branches and name in step.of for step in flow.steps)


def _limits(flow: Flow, name: str) -> Iterator[float]:
    for condition in flow.conditions():
        for compare in comparisons(condition):
            right = compare.right
            if compare.left == Name(name) and isinstance(right, Value) and isinstance(right.value, float):
                yield right.value


def concerns(table: RedFlagTable) -> tuple[Concern, ...]:
    """One red flag of each tier that the table has."""
    first: dict[Tier, Concern] = {}
    for name in table.concepts:
        first.setdefault(table.handling(Concern(name)).tier, Concern(name))
    return tuple(first[tier] for tier in Tier if tier in first)


def _red_flags(table: RedFlagTable) -> tuple[Given, ...]:
    unclear = Unclear("no answer in it")
    return tuple(
        Given(f"a red flag in free words ({table.handling(concern).tier.value})", unclear, (concern,))
        for concern in concerns(table)
    )


def _beside(answers: tuple[Given, ...], table: RedFlagTable) -> tuple[Given, ...]:
    """A red flag beside the mildest answer: it must be heard all the same."""
    mild = next((given for given in reversed(answers) if given.is_answer), None)
    if mild is None:
        return ()
    return tuple(Given(f"{mild.name}, and a red flag", mild.answer, (concern,)) for concern in concerns(table))


def samples(ask: Ask, given: Given, language: str) -> tuple[str, ...]:
    """Texts of this class in this language; English ones for a language whose words are not known here."""
    match given.answer:
        case Silence():
            return (SILENCE,)
        case Unclear():
            return unreadable(ask)
        case Number(value):
            return (f"{value:.10g}",)
        case Chosen(name):
            return _of_option(ask, name, language)
        case plain:
            return _PLAIN.get((type(plain), language)) or _PLAIN[type(plain), "en"]


def _of_option(ask: Ask, name: str, language: str) -> tuple[str, ...]:
    """Its number, and its label."""
    place, option = next((n, each) for n, each in enumerate(ask.question.options, 1) if each.name == name)
    return (str(place), option.label.get(language, name))


def unreadable(ask: Ask) -> tuple[str, ...]:
    """A text that says nothing to this question, whatever its options are called."""
    found = (text for text in _UNREADABLE if isinstance(understood(ask, text), Unclear))
    return (next(found, ""),)


def understood(ask: Ask, text: str) -> AnswerClass:
    return _understood(_Asked(ask), text)


class _Asked:
    """A question by what makes it the same question, so that its samples are read once a programme."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        question = ask.question
        options = tuple(
            (option.name, *sorted(option.label.values()), *sorted(map(str, option.also.values())))
            for option in question.options
        )
        self._same = (question.kind, question.low, question.high, question.unit, question.worse, options)

    def __hash__(self) -> int:
        return hash(self._same)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._same == other._same


@lru_cache(maxsize=4096)
def _understood(asked: _Asked, text: str) -> AnswerClass:
    return understand(asked.ask.question, text)
