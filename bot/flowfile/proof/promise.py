"""What a proof says: each promise in words, how often it was seen to hold, and where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.flowfile.problem import Problem

PROMISES: Mapping[str, str] = {
    "alerts": "Every red answer alerts in the same turn, and the patient first hears what the table says.",
    "silent": "After an emergency the script falls silent.",
    "severity": "Severity never falls as an answer gets worse.",
    "comfort": "Nobody is comforted after a red flag.",
    "yes": "YES means trouble in every question about a red flag.",
    "free_words": "A red flag in free words is heard at every question, also beside an answer.",
    "ends": "Every conversation can end from wherever it is.",
    "bounded": "No question comes twice in one conversation.",
    "timeout": "Every question lets go after a silence, with one reminder before.",
    "person": "The second reply in a row that cannot be read goes to a person.",
    "stop": "STOP ends every conversation at once, at every question.",
    "help": "HELP is answered at every question, and the question stands.",
    "late": "An answer that comes after its question has let go is read by a person.",
    "picture": "A picture goes to staff at every question, and the question stands.",
    "reachable": "Every step is come to, and every answer is taken, in some conversation.",
    "total": "Every answer is taken by some branch.",
    "saved": "Every answer is saved under one name and one type in all flows.",
    "same_alarm": "A question of one name raises the same red flags in all flows.",
    "samples": "Every kind of answer has texts that are understood as that.",
    "format": "Every question ends with how to reply.",
    "length": "No turn is longer than a carrier takes.",
    "keywords": "No text offers a word that carriers take as opting out.",
    "lock_screen": "No text shows a diagnosis on a lock screen.",
    "links": "Links lead to the clinic's own host only.",
    "asked": "Every danger is asked about in the first fourteen days.",
    "floor": "No red flag is less urgent than in the packaged table, unless a clinician signed it.",
    "night": "What is told while the office is closed is not what is told while staff are there.",
    "day": "A text that names a day names the day on which it is sent.",
    "heard": "Red flags in free words are heard in every language of the practice.",
}


@dataclass(slots=True)
class Kept:
    """One promise over the whole programme: how often it was looked at, an example, and what breaks it."""

    seen: int = 0
    example: tuple[str, ...] = ()
    broken: list[Problem] = field(default_factory=list)


class Ledger:
    """Where the findings of a proof are entered."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {name: Kept() for name in PROMISES}

    def saw(self, promise: str, times: int = 1, *, example: Iterable[str] = ()) -> None:
        kept = self.kept[promise]
        kept.seen += times
        if not kept.example:
            kept.example = tuple(example)

    def broke(self, promise: str, problem: Problem) -> None:
        if problem not in self.kept[promise].broken:
            self.kept[promise].broken.append(problem)

    def add(self, other: Ledger) -> None:
        """Enter all that stands in another ledger."""
        for name, kept in other.kept.items():
            self.saw(name, kept.seen, example=kept.example)
            for problem in kept.broken:
                self.broke(name, problem)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted({problem for kept in self.kept.values() for problem in kept.broken}))
