"""What must hold of the words: how to reply comes last, nothing signs anybody off, nothing private, no odd links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.core.flow import Ask, Kind, Say, Step
from bot.core.keyword import keyword
from bot.core.redflag.table import Wording
from bot.core.wording import render
from bot.flowfile.library import Library
from bot.flowfile.problem import Problem
from bot.flowfile.proof.explore import Explored
from bot.flowfile.proof.given import classes, samples, understood
from bot.flowfile.proof.promise import Ledger
from bot.flowfile.words import SAMPLES

LONGEST_TURN = 1600
"""Characters that Twilio takes in one message (docs: Message resource, Body)."""

_ORDER: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:Reply|Tell us|Text us)\b(?!.*\b(?:Reply|Tell us|Text us)\b)"),
    "es": re.compile(r"\b(?:Responda|Díganos|Escriba)\b(?!.*\b(?:Responda|Díganos|Escriba)\b)"),
}
_YES_OR_NO: Mapping[str, str] = {"en": "YES or NO", "es": "SÍ o NO"}
_NUMBER: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"number|how many", re.IGNORECASE),
    "es": re.compile(r"número|cuánt", re.IGNORECASE),
}
_SENTENCE = re.compile(r"[^.?!]+[.?!]?")
_SHOUTED = re.compile(r"(?<![\w-])[A-ZÁÉÍÓÚÑ]{3,}(?![\w-])")
_PRIVATE = re.compile(
    r"\b(?:fusions?|fusi[oó]n(?:es)?|cauda equina|cola de caballo|embol\w+|thrombos\w+|trombos\w+|diagnos\w+"
    r"|diagnós\w+|depressi\w+|depresi\w+|suicid\w+|cancer|cáncer|infection|infección|hiv|vih|psychiat\w+|psiqui\w+"
    r"|stenosis|estenosis|scoliosis|escoliosis|laminectom\w+|spondyl\w+|espondil\w+)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|health|io|co|us|info|es|mx|ly|gl))\b", re.IGNORECASE
)
_DAY = re.compile(r"(?:day|día) (\d+)\b")


class Texts:
    """The texts of one flow."""

    def __init__(self, explored: Explored, library: Library, ledger: Ledger) -> None:
        self._explored = explored
        self._flow = explored.flow
        self._library = library
        self._ledger = ledger
        self._values = {**SAMPLES, **library.practice.values}

    def judge(self) -> None:
        for step in self._flow.steps:
            for wording in _wordings(step):
                self._judge(step, wording)
            if isinstance(step, Ask):
                self._format(step)
                self._samples(step)
        self._length()

    def _judge(self, step: Step, wording: Wording) -> None:
        place = self._library.place(self._flow, step)
        judge_words(wording, place, self._library, self._ledger)
        for language, text in wording.items():
            self._day(step, language, text)

    def _day(self, step: Step, language: str, text: str) -> None:
        planned = self._library.plan.days_of(self._flow.name)
        for said in _DAY.findall(text):
            self._ledger.saw("day", example=(text,))
            if planned and planned != [int(said)]:
                days = ", ".join(map(str, planned))
                sentence = f'the text in "{language}" says day {said}, but the plan sends it on day {days}.'
                self._broke("day", step, sentence)

    def _format(self, ask: Ask) -> None:
        for language, text in ask.text.items():
            if language not in _ORDER:
                continue
            self._ledger.saw("format", example=(text,))
            order = _ORDER[language].search(text)
            how = text[order.start() :] if order else ""
            if len([part for part in _SENTENCE.findall(how) if part.strip()]) > 2 or not _tells(ask, language, how):
                self._broke("format", ask, f'the question in "{language}" does not end with how to reply.')

    def _samples(self, ask: Ask) -> None:
        """Red flags beside an answer are the screen's matter, and are tested with the screen."""
        for given in classes(self._flow, ask, self._library.table):
            if given.heard or given.name.startswith("silence"):
                continue
            for language in self._library.practice.languages:
                for text in samples(ask, given, language):
                    got = understood(ask, text)
                    self._ledger.saw("samples", example=(f"< {text}", f"# {ask.name}: {given.name}"))
                    if type(got) is not type(given.answer) or (given.is_answer and got != given.answer):
                        self._broke("samples", ask, f'"{text}" in "{language}" is not understood as {given.name}.')

    def _length(self) -> None:
        lines = {step.name: step for step in self._flow.steps}
        seen: set[tuple[int, ...]] = set()
        for edge in self._explored.edges:
            ids = tuple(map(id, edge.turn.say))
            if ids in seen:
                continue
            seen.add(ids)
            for language in self._library.practice.languages:
                body = "\n".join(render(wording.get(language, ""), self._values) for wording in edge.turn.say)
                self._ledger.saw("length", example=(body,))
                if len(body) > LONGEST_TURN:
                    step = lines[edge.source.session.step or ""]
                    self._broke("length", step, f"what follows this question is {len(body)} characters long.")

    def _broke(self, promise: str, step: Step, sentence: str) -> None:
        file, line = self._library.place(self._flow, step)
        self._ledger.broke(promise, Problem(file, line, sentence))


def judge_words(wording: Wording, place: tuple[str, int], library: Library, ledger: Ledger) -> None:
    """What must hold of any text that a patient gets in the course of the programme."""
    file, line = place
    website = library.practice.website
    for language, text in wording.items():
        for promise in ("keywords", "lock_screen", "links"):
            ledger.saw(promise, example=(text,))
        for word in _SHOUTED.findall(text):
            if keyword(word):
                sentence = f'the text in "{language}" offers {word}, which carriers take as a wish about the programme.'
                ledger.broke("keywords", Problem(file, line, sentence))
        private = _PRIVATE.search(text)
        if private:
            sentence = f'"{private[0]}" in "{language}" tells a lock screen why somebody is a patient.'
            ledger.broke("lock_screen", Problem(file, line, sentence))
        for host in _LINK.findall(text):
            if host.lower() != website and not host.lower().endswith(f".{website}"):
                own = website or "the website of practice.yaml, which is not set"
                ledger.broke("links", Problem(file, line, f"a link leads to {host}; only {own} may be linked."))


def _tells(ask: Ask, language: str, how: str) -> bool:
    """Does the end of the text say how this question is answered?"""
    question = ask.question
    match question.kind:
        case Kind.YES_NO:
            return _YES_OR_NO[language] in how
        case Kind.SCALE:
            return all(re.search(rf"\b{end:g}\b", how) for end in (question.low, question.high))
        case Kind.CHOICE:
            return all(re.search(rf"\b{place}\b", how) for place, _ in enumerate(question.options, 1))
        case Kind.NUMBER | Kind.TEMPERATURE:
            return bool(_NUMBER[language].search(how))
        case Kind.WORDS:
            return bool(how)


def _wordings(step: Step) -> Iterator[Wording]:
    if isinstance(step, Say):
        yield step.text
    elif isinstance(step, Ask):
        yield from (step.text, step.again, step.nudge)
    if not isinstance(step, Say):
        yield from (branch.say for branch in step.branches if branch.say)
