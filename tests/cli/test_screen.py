"""Which red flags are heard, a JSON line each."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal

BARE = Terminal()


def test_plain_lines_are_named_by_number() -> None:
    said = BARE("screen", typed="I cant pee\nall good\nfever 102\n")

    assert said.code == 0
    assert said.json == [
        {"id": 1, "severity": "emergency", "labels": ["cauda_equina"], "review": [], "opt_out": False},
        {"id": 2, "severity": "none", "labels": [], "review": [], "opt_out": False},
        {"id": 3, "severity": "urgent", "labels": ["infection"], "review": [], "opt_out": False},
    ]


def test_json_lines_keep_their_ids() -> None:
    said = BARE("screen", "--json", typed='{"id": "a", "text": "STOP. i cant breathe"}\n{"id": 7, "text": "ok"}\n')

    assert [(each["id"], each["severity"], each["opt_out"]) for each in said.json] == [
        ("a", "emergency", True),
        (7, "none", False),
    ]


def test_what_is_let_go_is_listed_for_review() -> None:
    said = BARE("screen", typed="what if i cant breathe\n")

    assert (said.json[0]["severity"], said.json[0]["review"]) == ("none", ["pe"])


def test_explain_shows_the_words_the_rule_and_the_denial() -> None:
    said = BARE("screen", "--explain", typed="no fever but i fell\n")

    (why,) = said.json[0]["why"]
    assert (why["concept"], why["quote"], why["rule"], why["alerts"]) == ("fall", "fell", "fell", True)


def test_bad_json_is_wrong_use() -> None:
    said = BARE("screen", "--json", typed='{"id": 1, "text": "fine"}\nnot json\n')

    assert (said.code, said.error) == (2, "Line 2 is not JSON.\n")


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert BARE("screen", "--flows", str(tmp_path / "nowhere"), typed="ok\n").code == 2


def test_broken_phrases_are_reported_and_the_packaged_ones_listen(tmp_path: Path) -> None:
    (tmp_path / "phrases.yaml").write_text("version: [", "utf-8")

    said = BARE("screen", "--flows", str(tmp_path), typed="i cant pee\n")

    assert said.json[0]["labels"] == ["cauda_equina"]
    assert "phrases.yaml:" in said.error
    assert "packaged copy" in said.error


def test_the_example_in_the_help_is_true() -> None:
    said = BARE("screen", typed="I fell but no fever\n")

    assert said.out.strip() in BARE("screen", "--help").out
