"""Which red flags are heard, a JSON line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

BARE = Terminal()
FLOWS = Path(__file__).parents[2] / "flows"


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

    why, denied = said.json[0]["why"]
    assert denied["alerts"] is False
    assert (why["concept"], why["quote"], why["rule"], why["alerts"]) == ("fall", "fell", "fell", True)
    assert why["in_words"].startswith('"fell" is heard as fall by the rule fell and alerts')


def test_explain_says_why_a_denial_was_believed() -> None:
    said = BARE("screen", "--explain", typed="no fever today\nwhat if i cant breathe\n")

    (denied,), (supposed,) = (line["why"] for line in said.json)
    assert denied["in_words"] == (
        "\"fever\" is heard as infection by the rule fever and is let go (denied: 'no' before it)."
    )
    assert "does not alert (what if: 'if' before it); it is for staff to look at today" in supposed["in_words"]


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


LABELLED = """\
{"id": "a", "text": "I fell in the tub", "labels": ["fall"]}
{"id": "b", "text": "went splat in the garden", "labels": ["fall"]}
{"id": "c", "text": "the cake went splat", "labels": []}
{"id": "d", "text": "all good", "labels": []}
"""


def changed(folder: Path, *, rule: str) -> list[str]:
    """The shipped phrases with one more rule, and labelled texts beside them, as arguments of `screen`."""
    shipped = (FLOWS / "phrases.yaml").read_text("utf-8")
    (folder / "phrases.yaml").write_text(shipped.replace("rules:\n", f"rules:\n{rule}", 1), "utf-8")
    (folder / "labelled.jsonl").write_text(LABELLED, "utf-8")
    return ["screen", "--flows", str(folder)]


def test_a_change_of_phrases_shows_what_it_gains_and_where_it_alarms(tmp_path: Path) -> None:
    asked = changed(tmp_path, rule="  - {id: splat, concept: fall, hear: [went splat]}\n")

    said = BARE(*asked, "--compare", "packaged")

    assert said.out.splitlines() == [
        "gained: fall in b: went splat in the garden",
        '    "went splat" by splat',
        "false_alarm: fall in c: the cake went splat",
        '    "went splat" by splat',
        "4 labelled texts: 1 false alarm, 1 gained.",
    ]
    assert said.code == 1
    assert "lose or falsely alarm" in said.error


def test_a_change_that_only_gains_is_good(tmp_path: Path) -> None:
    asked = changed(tmp_path, rule="  - {id: splat, concept: fall, hear: [went splat ~3 garden]}\n")

    said = BARE(*asked, "--compare", "packaged", "--json")

    assert said.code == 0
    assert [(change["id"], change["change"]) for change in said.json] == [("b", "gained")]


def test_an_older_file_may_be_compared_with_and_what_it_heard_is_lost(tmp_path: Path) -> None:
    asked = changed(tmp_path, rule="  - {id: splat, concept: fall, hear: [went splat ~3 garden]}\n")
    older = tmp_path / "older.yaml"
    (tmp_path / "phrases.yaml").rename(older)
    (tmp_path / "phrases.yaml").write_text((FLOWS / "phrases.yaml").read_text("utf-8"), "utf-8")

    said = BARE(*asked, "--compare", str(older), "--json")

    assert [(change["id"], change["change"]) for change in said.json] == [("b", "lost")]
    assert said.code == 1


BAD_SETS = [("{", "needs an"), ('{"id": 1, "text": "x"}', "labels"), ("[1]", "needs an")]


@pytest.mark.parametrize(("line", "words"), BAD_SETS)
def test_a_labelled_line_that_is_wrong_is_named(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "set.jsonl").write_text(f"{line}\n", "utf-8")

    said = BARE("screen", "--compare", "packaged", "--labelled", str(tmp_path / "set.jsonl"))

    assert said.code == 2
    assert "set.jsonl:1" in said.error
    assert words in said.error


def test_labelled_texts_alone_are_wrong_use(tmp_path: Path) -> None:
    assert BARE("screen", "--labelled", str(tmp_path), typed="ok\n").code == 2


def test_a_file_to_compare_with_that_is_broken_or_missing_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("version: [", "utf-8")

    assert BARE("screen", "--compare", str(tmp_path / "old.yaml")).code == 2
    assert BARE("screen", "--compare", str(tmp_path / "none.yaml")).code == 2
