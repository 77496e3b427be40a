"""`kill -9` while somebody publishes: the old version is whole, or the new one is, and calendars follow."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from bot.core.hours import zone
from bot.flowfile.library import from_sources
from bot.service import publish
from bot.store import marks, patients, plan, publications
from bot.store.plan import PlanState
from tests.clinic import Clinic
from tests.flowfile.small import PLAN, small

NEVER = 0
ITEM = '  - {{item: later, day: {day}, at: "10:00", until: "13:00", flow: sample}}\n'


def draft(folder: Path, number: int) -> dict[str, str]:
    """Another calendar and another wording for each number."""
    sources = small()
    sources["plan.yaml"] = PLAN.replace("touches_a_day", ITEM.format(day=20 + number) + "touches_a_day")
    sources["tips.yaml"] = sources["tips.yaml"].replace("Walk a little.", f"Walk {number} minutes.")
    folder.mkdir(exist_ok=True)
    for name, text in sources.items():
        (folder / name).write_text(text, "utf-8")
    return sources


@contextmanager
def publisher(clinic: Clinic, folder: Path) -> Iterator[Callable[[int], str]]:
    """Publishes the folder in a process of its own, which is killed at this point; what it said before."""
    command = [sys.executable, "-m", "tests.service.publishing", clinic.settings.database_url]
    command += [str(clinic.settings.data), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    ) as process:
        assert process.stdin
        assert process.stdout

        def publish_until(point: int) -> str:
            print(point, file=process.stdin, flush=True)
            return process.stdout.readline().strip()  # type: ignore[union-attr]

        yield publish_until
        process.stdin.close()


def stands(clinic: Clinic) -> dict[str, str]:
    """The sources of what is live, which must be whole."""
    found = clinic.parts.database.read(lambda tx: publications.get(tx, publications.newest_version(tx)))
    assert found is not None
    assert found.digest == publications.digest(found.sources)
    assert from_sources(found.sources).library is not None
    assert publish.history(clinic.parts)[0].proof["hash"]
    return dict(found.sources)


def calendar(clinic: Clinic) -> list[date]:
    parts = clinic.parts
    entries = parts.database.read(lambda tx: [e for p in patients.every(tx) for e in plan.of_patient(tx, p.id)])
    return [e.local_day for e in entries if e.item == "later" and e.state is PlanState.PLANNED]


def test_killed_anywhere_the_old_version_is_whole_or_the_new_one_is(
    open_clinic: Callable[..., Clinic], tmp_path: Path
) -> None:
    clinic, folder = open_clinic(), tmp_path / "draft"
    surgery = clinic.clock.now().astimezone(zone("America/Chicago")).date() - timedelta(days=3)
    clinic.patient(day=3)
    clinic.sends_by_itself = False
    before, outcomes = draft(folder, 0), []
    with publisher(clinic, folder) as publish_until:
        assert publish_until(NEVER).isdigit()
        for point in itertools.count(1):
            wanted = draft(folder, point)
            if publish_until(point) != "killed":
                break

            now = stands(clinic)
            assert now in (before, wanted)
            outcomes.append(now == wanted)
            clinic.sends_by_itself = True
            clinic.settle()  # the clock, in another process, goes on where that one died
            clinic.sends_by_itself = False
            assert calendar(clinic) == [surgery + timedelta(days=_day(now))]
            assert clinic.parts.database.read(lambda tx: marks.find(tx, publications.AHEAD_OF_PLANS)) is None
            before = now

    assert stands(clinic) == wanted
    assert outcomes == sorted(outcomes)  # first it is always the old one; from the commit on the new one
    assert {False, True} == set(outcomes)
    assert len(outcomes) >= 10


def _day(sources: dict[str, str]) -> int:
    return int(sources["plan.yaml"].partition("item: later, day: ")[2].partition(",")[0])
