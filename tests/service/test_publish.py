"""Flows are published: everything becomes the next version, or nothing does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from bot.errors import Refused
from bot.flowfile.check import Checked
from bot.flowfile.library import from_sources
from bot.flowfile.proof.promise import PROMISES
from bot.service import publish, replay
from bot.service.parts import Parts
from bot.store.tables import publication
from tests.clinic import MORNING, Clinic


def versions(clinic: Clinic) -> list[object]:
    return sorted(row["version"] for row in clinic.rows(publication))  # type: ignore[type-var]


def test_a_change_is_the_next_version_and_the_same_again_is_none(clinic: Clinic) -> None:
    clinic.publish()
    assert versions(clinic) == [1]

    clinic.publish_with("notices.yaml", "We do not know this number.", "We do not know you.")
    clinic.publish()

    assert versions(clinic) == [1, 2]
    assert clinic.parts.scripts.live().version == 2


@pytest.mark.parametrize("name", ["redflags.yaml", "phrases.yaml", "notices.yaml", "checkins/day-03.yaml", "plan.yaml"])
def test_a_broken_file_publishes_nothing(clinic: Clinic, name: str) -> None:
    (clinic.flows / name).write_text("broken: [", "utf-8")

    with pytest.raises(Refused, match=name):
        clinic.publish()

    assert versions(clinic) == [1]


def test_two_at_once_make_no_version_twice(clinic: Clinic) -> None:
    other, start = clinic.another_process(), Barrier(2)
    notices = clinic.flows / "notices.yaml"
    notices.write_text(notices.read_text("utf-8").replace("We do not know this number.", "Who are you?"), "utf-8")

    told: list[str] = []

    def go(parts: Parts) -> None:
        start.wait()
        try:
            publish.publish(parts, clinic.flows, clinic.clock.now())
        except Refused as refused:  # the one who lost is told so, unless the other had already won
            told.append(str(refused))

    threads = [Thread(target=go, args=(parts,)) for parts in (clinic.parts, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert versions(clinic) == [1, 2]
    assert len(told) < 2
    assert all("publish again" in words for words in told)


def test_what_was_proved_is_kept_with_the_version(clinic: Clinic) -> None:
    clinic.publish_with("notices.yaml", "We do not know this number.", "We do not know you.")

    newest = publish.history(clinic.parts)[0]

    assert newest.version == 2
    assert newest.proof["hash"]
    assert newest.proof["states"] > 1000  # type: ignore[operator]
    assert set(newest.proof["promises"]) == set(PROMISES)  # type: ignore[call-overload]


def test_whoever_comes_second_is_told_who_was_first(clinic: Clinic) -> None:
    clinic.publish()
    clinic.publish_with("notices.yaml", "We do not know this number.", "We do not know you.")
    notices = clinic.flows / "notices.yaml"
    notices.write_text(notices.read_text("utf-8").replace("We do not know you.", "Who are you?"), "utf-8")

    with pytest.raises(Refused, match="somebody else has published version 2 since you began"):
        publish.publish(clinic.parts, clinic.flows, clinic.clock.now(), publish.Signature("Bo"), based_on=1)

    assert versions(clinic) == [1, 2]


def test_an_earlier_version_comes_back_as_a_new_one(clinic: Clinic) -> None:
    clinic.publish_with("notices.yaml", "We do not know this number.", "We do not know you.")

    version = publish.roll_back(clinic.parts, 1, clinic.clock.now(), publish.Signature("Al"))

    assert version == 3
    assert publish.library_of(clinic.parts, 3).sources == publish.library_of(clinic.parts, 1).sources
    with pytest.raises(Refused, match="there is no version 9"):
        publish.roll_back(clinic.parts, 9, clinic.clock.now(), publish.Signature())


@pytest.mark.parametrize(
    ("signature", "sentence"),
    [
        (publish.Signature("Al"), "a named clinician must sign these changes"),
        (publish.Signature("Dr. Bo", "dr. bo "), "Dr. Bo cannot both publish and sign"),
    ],
)
def test_on_a_live_system_red_flag_rules_take_two_people(
    clinic: Clinic, signature: publish.Signature, sentence: str
) -> None:
    live = replace(clinic.parts, is_live=True)
    pain = clinic.flows / "parts" / "pain.yaml"
    pain.write_text(pain.read_text("utf-8").replace("8..10", "7..10").replace("0..7", "0..6"), "utf-8")

    with pytest.raises(Refused, match=sentence) as refused:
        publish.publish(live, clinic.flows, clinic.clock.now(), signature)

    assert "the pain limit for an alert moves from 8 to 7" in str(refused.value)
    assert publish.publish(live, clinic.flows, clinic.clock.now(), publish.Signature("Al", "Dr. Bo")) == 2
    assert publish.history(clinic.parts)[0].signed_by == "Dr. Bo"


def test_on_a_live_system_a_new_time_needs_no_clinician(clinic: Clinic) -> None:
    live = replace(clinic.parts, is_live=True)
    plan = clinic.flows / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace('at: "18:15"', 'at: "18:10"'), "utf-8")

    assert publish.publish(live, clinic.flows, clinic.clock.now(), publish.Signature("Al")) == 2


def test_last_months_replies_are_run_through_a_draft(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    for reply in ("7", "no", "no", "no"):
        patient.texts(reply)
    patient.forgets()
    library, phrases = clinic.parts.scripts.live().whole, clinic.parts.scripts.live().phrases
    pain = library.sources["parts/pain.yaml"].replace("8..10", "7..10").replace("0..7", "0..6")
    draft = from_sources({**library.sources, "parts/pain.yaml": pain}).library
    assert draft is not None
    since = clinic.clock.now() - timedelta(days=30)

    same = replay.replay(clinic.parts, replay.Reading(library, phrases), since)
    count, differ = replay.replay(clinic.parts, replay.Reading(draft, phrases), since)

    assert same == (4, [])
    assert count == 4
    assert [(each.step, each.gained, each.lost, each.understood) for each in differ] == [
        ("pain", ("uncontrolled_pain",), (), ("pain = 7", "pain = 7"))
    ]


def test_a_language_that_enrolled_patients_read_stays(clinic: Clinic) -> None:
    """Whoever is in the middle of a conversation in Spanish is not told of an emergency in English."""
    whole = clinic.parts.scripts.live().whole
    english = replace(whole, practice=replace(whole.practice, languages=("en",)))
    draft = {**whole.sources, "more.yaml": ""}
    clinic.patient(language="es")

    with pytest.raises(Refused, match='one enrolled patient reads "es", and these flows no longer speak it'):
        publish.put_live(clinic.parts, draft, Checked((), english), clinic.clock.now(), publish.NOBODY, based_on=None)

    assert versions(clinic) == [1]
