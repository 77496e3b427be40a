"""How long and how hard to read texts are, a JSON line each."""

from __future__ import annotations

from tests.cli.conftest import Terminal

BARE = Terminal()


def test_plain_lines_are_named_by_number() -> None:
    said = BARE("wording", typed="Good morning.\n\ncafé más\n")

    assert said.code == 0
    assert [list(each) for each in said.json] == [["id", "encoding", "segments", "units", "grade"]] * 3
    assert [(each["id"], each["encoding"], each["segments"], each["units"]) for each in said.json] == [
        (1, "GSM-7", 1, 13),
        (2, "GSM-7", 1, 0),
        (3, "UCS-2", 1, 8),
    ]


def test_json_lines_keep_their_ids_and_their_newlines() -> None:
    said = BARE("wording", "--json", typed='{"id": "a", "text": "one\\ntwo"}\n{"id": 7, "text": "\\ud83d"}\n')

    assert [(each["id"], each["units"]) for each in said.json] == [("a", 7), (7, 1)]


def test_the_grade_is_the_languages() -> None:
    text = "Llame al 911 si no puede orinar.\n"

    english, spanish = BARE("wording", typed=text), BARE("wording", "--language", "es", typed=text)

    assert english.json[0]["grade"] != spanish.json[0]["grade"]


def test_bad_json_is_wrong_use() -> None:
    said = BARE("wording", "--json", typed='{"id": 1, "text": "fine"}\nnot json\n')

    assert (said.code, said.error) == (2, "Line 2 is not JSON.\n")


def test_help_teaches_what_each_number_means() -> None:
    said = BARE("wording", "--help")

    assert said.code == 0
    for word in ("encoding", "segments", "units", "grade", "Flesch-Kincaid", "Fernandez-Huerta"):
        assert word in said.out


def test_the_example_in_the_help_is_true() -> None:
    said = BARE("wording", typed="How bad is your pain? Reply 0 to 10.\n")

    assert said.out.strip() in BARE("wording", "--help").out


def test_an_unknown_language_is_wrong_use() -> None:
    assert BARE("wording", "--language", "fr").code == 2
