"""What is printed: moments, masked numbers, JSON that survives anything, and tables that cannot steer a terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.cli import output


def test_a_moment_is_utc_with_z() -> None:
    at = datetime(2026, 11, 20, 9, 0, 0, 5000, tzinfo=timezone(timedelta(hours=-6)))

    assert output.moment(at) == "2026-11-20T15:00:00.005Z"
    assert output.moment(None) is None


def test_a_number_shows_its_last_four_digits() -> None:
    assert output.number("+15075550101", reveal=False) == "…0101"
    assert output.number("+15075550101", reveal=True) == "+15075550101"


@pytest.mark.parametrize("text", ["Lucía", "\ud83d", 'a "b"\n'])
def test_json_gives_back_what_went_in(text: str) -> None:
    line = output.json_line({"id": text})

    assert json.loads(line.encode()) == {"id": text}
    assert "\n" not in line


def test_a_table_is_a_hundred_columns_wide_and_shows_no_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    at = output.moment(datetime(2026, 11, 20, tzinfo=UTC))
    record = {
        "when": at,
        "who": None,
        "what": "x" * 300,
        "body": "a\x1b[2Jb\nc [red]",
        "on": True,
        "concepts": ["a", "b"],
    }

    output.say_table([record], tuple(record), empty="Nothing yet.")

    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= output.TABLE_WIDTH
    assert "\x1b" not in printed
    assert "2026-11-20T00:00Z" in printed


def test_an_id_is_never_cut_in_two(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"id": "0" * 26, "body": "word " * 40, "to": "+15075550101"}

    output.say_table([record], tuple(record), empty="")

    assert record["id"] in capsys.readouterr().out


def test_an_empty_table_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    output.say_table([], ("id",), empty="Nothing yet.")

    assert capsys.readouterr().out == "Nothing yet.\n"


def test_a_reader_who_stops_early_is_no_mistake() -> None:
    code = "from bot.cli import output; output.say_json({'id': n} for n in range(100000))"

    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" | head -n 1; exit ${PIPESTATUS[0]}', sys.executable, code],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, '{"id": 0}\n', "")
