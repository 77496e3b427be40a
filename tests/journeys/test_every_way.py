"""Every way through the shipped conversations, and every two ways in a row, through the real webhook.

What the patient hears and what staff are alerted to is what the engine said when the flows were proved.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.flow import Ask, Kind, Unclear
from bot.core.redflag.screen import screen
from bot.core.wording import render
from bot.flowfile.check import check
from bot.flowfile.library import Library, load
from bot.flowfile.phrases import fallback_phrases
from bot.flowfile.proof.cover import Way, conversations, is_quick
from bot.flowfile.proof.explore import Edge, explore
from bot.flowfile.proof.given import samples
from tests.clinic import FLOWS, MORNING, Clinic, Handset

WORDS = {
    "cauda_equina": "i cant feel anything when i wipe",
    "hardware": "i heard a loud pop in my back and it hurts",
}
"""A text in which the screen hears this concept and no other."""


def _library() -> Library:
    library = load(FLOWS).library
    assert library is not None
    return library


LIBRARY = _library()


def _is_typed(edge: Edge) -> bool:
    """Red flags beside an answer are the screen's own matter; here they come by themselves. A question for words
    takes any words for its answer, so there they never do."""
    if not edge.given.heard:
        return is_quick(edge)
    ask = LIBRARY.flows[edge.turn.session.flow].step(edge.source.session.step or "")
    by_itself = isinstance(edge.given.answer, Unclear) and isinstance(ask, Ask) and ask.question.kind is not Kind.WORDS
    return is_quick(edge) and by_itself


def _ways(name: str, *, pairs: bool) -> list[Way]:
    explored = explore(LIBRARY.flows[name], LIBRARY)
    moment = next(moment for moment in explored.opening if explored.moments[moment].in_hours)
    return conversations(explored, moment, pairs=pairs, only=_is_typed)


def _text(edge: Edge, language: str) -> str:
    if edge.given.heard:
        return WORDS[edge.given.heard[0].concept]
    ask = LIBRARY.flows[edge.turn.session.flow].step(edge.source.session.step or "")
    return samples(ask, edge.given, language)[0]  # type: ignore[arg-type]


def test_the_texts_used_here_are_heard_as_what_they_are() -> None:
    for concept, text in WORDS.items():
        assert [each.concept for each in screen(text, fallback_phrases()).concerns] == [concept]


def test_the_flows_are_sound() -> None:
    assert check(FLOWS).is_sound


@pytest.mark.parametrize(("name", "pairs"), [("day-13", True), ("day-11", False), ("day-14", False), ("weekly", False)])
def test_what_was_proved_is_what_happens(open_clinic: Callable[..., Clinic], name: str, *, pairs: bool) -> None:
    day = LIBRARY.plan.days_of(name)[0]
    clinic = open_clinic(at=MORNING)
    ways = _ways(name, pairs=pairs)
    patients = [clinic.patient(day=day, language=("en", "es")[n % 2], name=f"P {n}") for n, _ in enumerate(ways)]
    clinic.clock.forward(minutes=6)
    for place, (way, patient) in enumerate(zip(ways, patients, strict=True)):
        patient.forgets()
        for edge in way:
            _take(clinic, patient, edge, ("en", "es")[place % 2])


def _take(clinic: Clinic, patient: Handset, edge: Edge, language: str) -> None:
    heard = "\n".join(patient.texts(_text(edge, language)))
    patient.forgets()
    raised = {concept for each in clinic.alerts if each.patient_id == patient.id for concept in each.concepts}

    assert [w["en"] for w in edge.turn.say if render(w[language], LIBRARY.practice.values) not in heard] == []
    assert {concern.concept for concern in edge.turn.red_flags} <= raised
