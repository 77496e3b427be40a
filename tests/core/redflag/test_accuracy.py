"""The floors below which hearing must not fall, on labelled texts, in each language.

dev.jsonl is the development set of the labelling guide, flows/labelled.jsonl holds texts by the author of the phrases,
and independent.jsonl texts by another author. All three taught the phrases or the ear: they guard against loss and say
nothing of new texts. The sealed sets are by other authors and were only counted, never read: their floors are just
below what they scored, and show how far hearing still is from the goal. kept.jsonl is the part of the hardest set, by
two more authors, that was not read, and counted while changes were weighed; voices.jsonl is the part that was read, and
guards nothing.
"""

from __future__ import annotations

import pytest

from bot.flowfile.redflags import fallback_table
from tests.core.redflag.evaluate import PLACES, Score, cases, score, shipped_phrases

LANGUAGES = ("en", "es")
SEALED_EMERGENCIES, SEALED_POSITIVES, SEALED_FALSE_ALARMS = 0.90, 0.90, 0.135
KEPT_EMERGENCIES, KEPT_POSITIVES, KEPT_FALSE_ALARMS = 0.86, 0.90, 0.17


def scored(name: str, language: str) -> Score:
    rows = [case for case in cases(PLACES[name]) if case.lang == language]
    return score(rows, shipped_phrases(), fallback_table())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dev", "labelled", "independent"])
def test_emergencies_are_heard_and_as_emergencies(name: str, language: str) -> None:
    found = scored(name, language)

    assert found.emergencies_heard >= 0.97 * found.emergencies, found.missed
    assert found.emergencies_as_such >= 0.95 * found.emergencies, found.lowered


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dev", "labelled", "independent"])
def test_red_flags_are_heard(name: str, language: str) -> None:
    found = scored(name, language)

    assert found.positives_heard >= 0.97 * found.positives, found.missed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dev", "labelled", "independent"])
def test_hard_negatives_seldom_alarm(name: str, language: str) -> None:
    found = scored(name, language)

    assert found.false_alarms <= 0.08 * found.negatives, found.alarms


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["sealed", "sealed2", "sealed3", "sealed4"])
def test_unseen_texts_are_heard_as_well_as_they_were(name: str, language: str) -> None:
    found = scored(name, language)

    assert found.emergencies_heard >= SEALED_EMERGENCIES * found.emergencies
    assert found.positives_heard >= SEALED_POSITIVES * found.positives
    assert found.false_alarms <= SEALED_FALSE_ALARMS * found.negatives


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hardest_unseen_texts_are_heard_as_well_as_they_were(language: str) -> None:
    found = scored("kept", language)

    assert found.emergencies_heard >= KEPT_EMERGENCIES * found.emergencies
    assert found.positives_heard >= KEPT_POSITIVES * found.positives
    assert found.false_alarms <= KEPT_FALSE_ALARMS * found.negatives
