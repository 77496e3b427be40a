"""Flows are published: everything becomes the next version, or nothing does."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from bot.errors import Refused
from bot.service import publish
from bot.store.tables import publication
from tests.clinic import Clinic


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

    def go(parts: object) -> None:
        start.wait()
        publish.publish(parts, clinic.flows, clinic.clock.now())  # type: ignore[arg-type]

    threads = [Thread(target=go, args=(parts,)) for parts in (clinic.parts, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert versions(clinic) == [1, 2]
