"""A flow: a scripted conversation as steps that say something or ask something, read from a file by `flowfile`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.core.condition import Condition, names
from bot.core.redflag.table import Concern, Wording

PAST = frozenset({"last", "change", "lowest", "rise"})
"""What a condition may ask of earlier answers to a question: "last.pain", "change.pain" and so on."""

END = "end"
"""The target that ends a conversation; no step may bear this name."""


class Kind(StrEnum):
    """What sort of answer a question wants."""

    YES_NO = "yes_no"
    SCALE = "scale"
    NUMBER = "number"
    TEMPERATURE = "temperature"
    CHOICE = "choice"
    WORDS = "words"


class Worse(StrEnum):
    """Which end of a number is the bad one: of two numbers given ("8-9") the worse is kept."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `label` is how a person would name it; `also` holds other words people use for it; `value` is what
    it counts for in a score."""

    name: str
    label: Wording
    also: Mapping[str, tuple[str, ...]]
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What may be answered. Temperatures are kept in Fahrenheit; bounds are inclusive, in the question's unit."""

    kind: Kind
    low: float = 0.0
    high: float = 10.0
    unit: str = ""
    worse: Worse = Worse.HIGH
    options: tuple[Option, ...] = ()


# What a person can send, as classes. Together they cover everything: `understand` gives exactly one of them.
@dataclass(frozen=True, slots=True)
class Yes:
    pass


@dataclass(frozen=True, slots=True)
class No:
    pass


@dataclass(frozen=True, slots=True)
class Number:
    """In the question's own unit (temperatures: Fahrenheit)."""

    value: float


@dataclass(frozen=True, slots=True)
class Chosen:
    option: str


@dataclass(frozen=True, slots=True)
class Words:
    """Free text, accepted by a `words` question. The text itself stays with the reply, outside the core."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not an answer to this question. `why` is for staff: "two different answers",
    "out of range", "no answer in it"."""

    why: str


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer by the time a nudge was due, or by the end of waiting."""

    over: bool


AnswerClass = Yes | No | Number | Chosen | Words | Unclear | Silence


@dataclass(frozen=True, slots=True)
class When:
    """Which answers a branch takes: yes or no, a range of numbers with inclusive bounds, options, or any answer."""

    yes: bool | None = None
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()

    def takes(self, answer: AnswerClass) -> bool:
        match answer:
            case Yes() | No():
                return self._any or self.yes is isinstance(answer, Yes)
            case Number(value):
                return self._any or (self._numeric and self._spans(value))
            case Chosen(option):
                return self._any or option in self.options
            case Words():
                return self._any
            case _:
                return False

    @property
    def _any(self) -> bool:
        return self.yes is None and not self._numeric and not self.options

    @property
    def _numeric(self) -> bool:
        return self.low is not None or self.high is not None

    def _spans(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Branch:
    """What follows when an answer falls here: red flags, something to say, and where to go (None: the next step).

    The first branch that takes the answer and whose condition holds is taken. `task` is for staff: a routine matter.
    """

    when: When
    red_flags: tuple[Concern, ...] = ()
    say: Wording | None = None
    goto: str | None = None
    condition: Condition | None = None
    task: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Say:
    """Something said on the way. A step is passed over when `skip_if` holds."""

    name: str
    text: Wording
    goto: str | None = None
    line: int = 0
    skip_if: Condition | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, saved under the step's name. `again` is what an unclear reply hears before the question stands."""

    name: str
    text: Wording
    question: Question
    again: Wording
    branches: tuple[Branch, ...]
    nudge: Wording
    nudge_after: timedelta
    expires_after: timedelta
    line: int = 0
    skip_if: Condition | None = None
    part: str = ""


class By(StrEnum):
    """How a score is made of its answers."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Score:
    """A number made of earlier answers, saved under the step's name. Without all of them there is no score.

    `values` says what an option counts for, by question and option.
    """

    name: str
    of: tuple[str, ...]
    by: By
    branches: tuple[Branch, ...] = ()
    values: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    line: int = 0
    skip_if: Condition | None = None
    part: str = ""


Step = Say | Ask | Score


@dataclass(frozen=True, slots=True)
class Flow:
    """`approved_by` is empty while the wording is a draft. `sources` back the clinical content."""

    name: str
    title: str
    steps: tuple[Step, ...]
    approved_by: str = ""
    sources: tuple[str, ...] = ()

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)

    def after(self, name: str) -> str:
        """The name of the step that follows in the file, or END."""
        names = [step.name for step in self.steps]
        place = names.index(name) + 1
        return names[place] if place < len(names) else END

    def conditions(self) -> Iterator[Condition]:
        """Every condition that a step or a branch of this flow asks about."""
        for step in self.steps:
            branches = () if isinstance(step, Say) else step.branches
            yield from (each for each in (step.skip_if, *(branch.condition for branch in branches)) if each)

    def remembers(self, waiting: str = "") -> frozenset[str]:
        """The questions whose earlier answers may matter once this one is answered, or when the flow begins."""
        asked = (name.partition(".") for each in self._conditions_after(waiting) for name in names(each))
        return frozenset(question for what, _, question in asked if what in PAST)

    def _conditions_after(self, waiting: str) -> Iterator[Condition]:
        for step in self.steps:
            if step.skip_if:
                yield step.skip_if
            if isinstance(step, Score) or (isinstance(step, Ask) and step.name == waiting):
                yield from (branch.condition for branch in step.branches if branch.condition)


@dataclass(frozen=True, slots=True)
class Memory:
    """Of several flows: the questions `at` which earlier answers may matter, and those `of` which they are answers."""

    at: frozenset[str] = frozenset()
    of: frozenset[str] = frozenset()


def memory(flows: Iterable[Flow]) -> Memory:
    asked = [(step.name, flow.remembers(step.name)) for flow in flows for step in flow.steps if isinstance(step, Ask)]
    return Memory(
        at=frozenset(name for name, remembered in asked if remembered),
        of=frozenset[str]().union(*(remembered for _, remembered in asked)),
    )
