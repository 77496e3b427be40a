"""A folder of flows that must never be published: each is refused on the line that is marked, in the words it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.flowfile.check import check_sources
from tests.flowfile.small import marked_line, small

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
SAYS = "# says: "


def test_there_are_many() -> None:
    assert len(BAD) >= 60


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_bad_file_is_refused_on_the_right_line(file: Path) -> None:
    text = file.read_text("utf-8")
    sentence = text.rstrip("\n").rpartition(SAYS)[2]

    checked = check_sources({**small(), "sample.yaml": text})

    found = [(problem.line, problem.sentence) for problem in checked.problems if problem.file == "sample.yaml"]
    assert any(line == marked_line(text) and sentence in said for line, said in found), found
    assert not checked.is_sound


def test_all_of_them_fit_in_little_memory() -> None:
    """In megabytes, of a process that does nothing else: what tests before it took is not the checker's."""
    check_all = (
        "from bot.bench.machine import own_peak\n"
        "from bot.flowfile.check import check_sources\n"
        "from tests.flowfile.test_bad_folder import BAD, small\n"
        "for file in BAD:\n"
        "    check_sources({**small(), 'sample.yaml': file.read_text('utf-8')})\n"
        "print(own_peak())\n"
    )
    done = subprocess.run([sys.executable, "-c", check_all], capture_output=True, text=True, check=True)

    assert float(done.stdout) < 300
