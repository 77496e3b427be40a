"""An admin checks and plays conversations, without a database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import FLOWS, Terminal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FLOWS, tmp_path / "flows")


@pytest.fixture
def editor(folder: Path) -> Terminal:
    """An admin who works in a copy of the shipped flows."""
    return Terminal({"MENDLINE_FLOWS": str(folder)})


def broken(folder: Path) -> tuple[Path, int]:
    """A flow with a key misspelt, and the line of it."""
    file = folder / "checkins" / "day-13.yaml"
    lines = file.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.strip().startswith("kind:"))
    lines[place] = lines[place].replace("kind:", "knid:")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file, place + 1


def test_the_shipped_flows_are_complete(editor: Terminal, folder: Path) -> None:
    said, as_json = editor("flows", "check"), editor("flows", "check", "--json")

    assert (said.code, said.lines[-1].split(",")[0]) == (0, f"{folder}: no problems")
    assert as_json.json[-1]["problems"] == 0


@pytest.mark.parametrize("by_file", [False, True])
def test_a_mistake_is_told_by_file_and_line(editor: Terminal, folder: Path, *, by_file: bool) -> None:
    file, line = broken(folder)

    said = editor("flows", "check", str(file if by_file else folder))

    assert said.code == 1
    assert any(each.startswith(f"{file}:{line}: ") and "knid" in each for each in said.lines)


def test_problems_as_json_end_in_a_summary(editor: Terminal, folder: Path) -> None:
    file, line = broken(folder)

    said = editor("flows", "check", "--json")

    *problems, summary = said.json
    assert said.code == 1
    keys = ["file", "line", "sentence", "warning", "conversation"]
    assert [list(each) for each in problems] == [keys] * len(problems)
    assert (str(file), line) in {(each["file"], each["line"]) for each in problems}
    assert summary == {
        "path": str(folder),
        "problems": sum(not each["warning"] for each in problems),
        "warnings": sum(each["warning"] for each in problems),
        "states": 0,  # what cannot be read cannot be explored
        "edges": 0,
        "hash": None,
    }


def test_a_path_that_is_not_there(editor: Terminal) -> None:
    said = editor("flows", "check", "nowhere")

    assert (said.code, said.error) == (2, "There is no nowhere: name a folder of flows, or set MENDLINE_FLOWS.\n")


def test_a_red_flag_shows_as_an_alert(editor: Terminal) -> None:
    said = editor("flows", "play", "day-01", "--reply", "9")

    assert said.code == 0
    assert said.lines[0].startswith("> ")
    assert "< 9" in said.lines
    assert "! same_day uncontrolled_pain" in said.lines
    assert said.lines[-1].startswith("# ")


def test_free_words_are_heard_as_in_life(editor: Terminal) -> None:
    said = editor("flows", "play", "day-01", "--reply", "i cant feel anything when i wipe")

    assert any(line.startswith("! emergency cauda_equina") for line in said.lines)


def test_a_pipe_talks_line_by_line_and_in_spanish(editor: Terminal) -> None:
    options = editor("flows", "play", "day-01", "--lang", "es", "--reply", "3", "--reply", "no")
    piped = editor("flows", "play", "day-01", "--lang", "es", typed="3\nno\n")

    assert piped == options
    assert "<" in {line[0] for line in piped.lines}


def test_some_days_say_more(editor: Terminal) -> None:
    plain, weekly = editor("flows", "play", "day-07"), editor("flows", "play", "day-07", "--day", "7")

    assert len(weekly.lines) == len(plain.lines) + 1


def test_a_conversation_is_kept_as_it_was_printed(editor: Terminal, tmp_path: Path) -> None:
    kept = tmp_path / "day-01.chat"

    said = editor("flows", "play", "day-01", "--reply", "3", "--save", str(kept))

    assert kept.read_text("utf-8") == f"# flow: day-01\n# language: en\n{said.out}"


def test_earlier_answers_and_closed_hours_can_be_tried(editor: Terminal, tmp_path: Path) -> None:
    kept = tmp_path / "worse.chat"

    said = editor("flows", "play", "day-03", "--earlier", "pain=2", "--closed", "--reply", "5", "--save", str(kept))

    assert "! same_day uncontrolled_pain" in said.lines
    assert any("Our office is closed" in line for line in said.lines)
    assert kept.read_text("utf-8").startswith("# flow: day-03\n# language: en\n# office: closed\n# earlier pain: 2\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("day-01", "--earlier", "pain"), "--earlier: 'pain' is not like \"pain=5,2\"."),
        (("dya-01",), "FLOW: there is no 'dya-01'; did you mean day-01?\n"),
        (("day-01", "--lang", "fr"), "--lang: there is no 'fr'; it may be en, es.\n"),
        (("day-01", "--reply", "3", "--save", "/nowhere/x"), "--save: /nowhere/x cannot be written "),
    ],
)
def test_a_mistake_is_a_sentence(editor: Terminal, arguments: tuple[str, ...], sentence: str) -> None:
    said = editor("flows", "play", *arguments)

    assert said.code == 2
    assert said.error.startswith(sentence)


def test_broken_flows_are_not_played(editor: Terminal, folder: Path) -> None:
    file, line = broken(folder)

    said = editor("flows", "play", "day-01")

    assert (said.code, said.out) == (1, "")
    assert f"{file}:{line}: " in said.error
