"""Signs of life: touched while a loop comes round, gone after an orderly end, left behind by a kill."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import signs
from bot.signs import Signs


def test_a_loop_that_comes_round_shows_it(tmp_path: Path) -> None:
    alive = Signs(tmp_path, "clock")
    alive.beat("decide")
    (first,) = signs.read(tmp_path)
    os.utime(tmp_path / "alive" / f"clock@decide@{first.host}@{first.pid}", ns=(0, 0))

    alive.beat("decide")

    (second,) = signs.read(tmp_path)
    assert (second.part, second.loop, second.pid) == ("clock", "decide", os.getpid())
    assert second.beat >= first.beat > 0
    assert second.began == first.began


def test_an_orderly_end_leaves_nothing_to_look_for(tmp_path: Path) -> None:
    alive = Signs(tmp_path, "clock")
    alive.beat("decide")
    alive.beat("pages")

    alive.leave()

    assert signs.read(tmp_path) == []


def test_who_begins_as_the_same_part_clears_the_dead_away_and_nobody_else(tmp_path: Path) -> None:
    code = "import sys, pathlib, bot.signs; bot.signs.Signs(pathlib.Path(sys.argv[1]), sys.argv[2]).beat('x')"
    for part in ("clock", "web"):
        subprocess.run([sys.executable, "-c", code, str(tmp_path), part], check=True)
    assert len(signs.read(tmp_path)) == 2  # they ended without a word

    Signs(tmp_path, "clock")

    assert [sign.part for sign in signs.read(tmp_path)] == ["web"]


def test_a_file_that_somebody_removed_is_made_anew(tmp_path: Path) -> None:
    alive = Signs(tmp_path, "clock")
    alive.beat("decide")
    next((tmp_path / "alive").iterdir()).unlink()

    alive.beat("decide")
    alive.beat("decide")

    assert len(signs.read(tmp_path)) == 1


def test_no_room_for_a_sign_is_no_reason_to_stop_working(tmp_path: Path) -> None:
    (tmp_path / "alive").write_text("a file where the folder should be")

    Signs(tmp_path, "clock").beat("decide")

    assert signs.read(tmp_path) == []


@pytest.mark.parametrize("name", ["notes.txt", "clock@decide@vm@x", "a@b@c"])
def test_files_that_are_no_signs_are_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / "alive").mkdir()
    (tmp_path / "alive" / name).write_text("hello")

    assert signs.read(tmp_path) == []
