"""The floors below which hearing must not fall, on labelled texts, in each language.

dev.jsonl is the development set of the labelling guide, own.jsonl our own texts, in many voices; both were looked at
while the phrases were written, so they guard against loss and say nothing of new texts. held_out.jsonl was written
last and no phrase was changed after it was scored: its floors are what it scored.
"""

from __future__ import annotations

import pytest

from bot.flowfile.redflags import fallback_table
from tests.core.redflag.evaluate import DATA, Score, cases, score, shipped_phrases

LANGUAGES = ("en", "es")


def scored(name: str, language: str) -> Score:
    rows = [case for case in cases(DATA / f"{name}.jsonl") if case.lang == language]
    return score(rows, shipped_phrases(), fallback_table())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dev", "own"])
def test_emergencies_are_heard_and_as_emergencies(name: str, language: str) -> None:
    found = scored(name, language)

    assert found.emergencies_heard >= 0.99 * found.emergencies, found.missed
    assert found.emergencies_as_such >= 0.95 * found.emergencies, found.lowered


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dev", "own"])
def test_red_flags_are_heard(name: str, language: str) -> None:
    found = scored(name, language)

    assert found.positives_heard >= 0.97 * found.positives, found.missed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dev", "own"])
def test_hard_negatives_seldom_alarm(name: str, language: str) -> None:
    found = scored(name, language)

    assert found.false_alarms <= 0.08 * found.negatives, found.alarms


@pytest.mark.parametrize("language", LANGUAGES)
def test_unseen_texts_are_heard_as_well_as_they_were(language: str) -> None:
    found = scored("held_out", language)

    assert found.emergencies_heard >= HELD_OUT_EMERGENCIES * found.emergencies
    assert found.positives_heard >= HELD_OUT_POSITIVES * found.positives
    assert found.false_alarms <= HELD_OUT_FALSE_ALARMS * found.negatives


HELD_OUT_EMERGENCIES, HELD_OUT_POSITIVES, HELD_OUT_FALSE_ALARMS = 0.85, 0.85, 0.15
