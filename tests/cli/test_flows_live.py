"""An admin publishes, looks back, tells what differs, goes back, and runs old replies through a draft."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import FLOWS, Terminal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FLOWS, tmp_path / "flows")


@pytest.fixture
def admin(mendline: Terminal, folder: Path) -> Terminal:
    """An admin who edits a copy of what is live."""
    return mendline.but(MENDLINE_FLOWS=str(folder))


def lowered(folder: Path) -> None:
    """The limit for an alert is 7 and no longer 8."""
    pain = folder / "parts" / "pain.yaml"
    pain.write_text(pain.read_text("utf-8").replace("8..10", "7..10").replace("0..7", "0..6"), "utf-8")


def test_a_draft_is_told_in_words_published_and_taken_back(admin: Terminal, folder: Path) -> None:
    assert admin("flows", "diff").lines == ["no changes, none of them (*) for a clinician to sign."]
    lowered(folder)

    told = admin("flows", "diff")
    published = admin("flows", "publish", "--by", "A. Admin", "--signed-by", "Dr. B", "--note", "lower")
    again = admin("flows", "publish", "--by", "A. Admin")
    listed = admin("flows", "history", "--json")
    back = admin("flows", "rollback", "--by", "A. Admin")

    assert told.lines[0] == "* parts/pain.yaml: the pain limit for an alert moves from 8 to 7."
    assert published.lines == ["Version 2 is live."]
    assert again.lines == ["Version 2 is live already; nothing has changed."]
    newest = listed.json[0]
    assert (newest["version"], newest["published_by"], newest["signed_by"], newest["note"]) == (
        2,
        "A. Admin",
        "Dr. B",
        "lower",
    )
    assert newest["states"] > 1000
    assert len(newest["hash"]) == 64
    assert back.lines == ["Version 3 is live: the flows of version 1 again."]
    assert (
        admin("flows", "diff", "2", "3").lines[0] == "* parts/pain.yaml: the pain limit for an alert moves from 7 to 8."
    )


def test_what_does_not_pass_is_not_published(admin: Terminal, folder: Path) -> None:
    pain = folder / "parts" / "pain.yaml"
    pain.write_text(pain.read_text("utf-8").replace("- when: 8..10", "- when: 9..10"), "utf-8")

    said = admin("flows", "publish")

    assert said.code == 1
    assert "parts/pain.yaml:" in said.error
    assert [each["version"] for each in admin("flows", "history", "--json").json] == [1]


def test_the_second_of_two_admins_is_told(admin: Terminal, folder: Path) -> None:
    lowered(folder)
    admin("flows", "publish", "--by", "First")
    (folder / "tips.yaml").write_text(
        (folder / "tips.yaml").read_text("utf-8").replace("Walk a little every", "Walk every"), "utf-8"
    )

    said = admin("flows", "publish", "--by", "Second", "--based-on", "1")

    assert (said.code, "First has published version 2 since you began" in said.error) == (1, True)


def test_there_is_nothing_to_replay_yet(admin: Terminal) -> None:
    said = admin("flows", "replay", "--json")

    assert (said.code, said.json) == (0, [{"replies": 0, "differ": 0, "lost": 0}])


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("rollback",), 2, "There is no earlier version to go back to."),
        (("rollback", "9"), 1, "there is no version 9"),
        (("diff", "9"), 1, "there is no version 9"),
        (("graph", "dya-01"), 2, "FLOW: there is no 'dya-01'; did you mean day-01?"),
        (("schema", "flwo"), 2, "KIND: there is no 'flwo'; did you mean flow?"),
        (("export", "klingon"), 2, "'klingon' is no language"),
        (("import", "nowhere.po", "--lang", "es"), 2, "FILE: nowhere.po cannot be read"),
    ],
)
def test_a_mistake_is_a_sentence(admin: Terminal, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    said = admin("flows", *arguments)

    assert (said.code, sentence.lower() in said.error.lower()) == (code, True), said


def test_golden_conversations_say_what_changed(admin: Terminal, folder: Path) -> None:
    for kept in (folder / "golden").glob("*.chat"):
        if not kept.name.startswith("day-09"):
            kept.unlink()
    assert admin("flows", "test").code == 0
    very_ill = folder / "parts" / "very-ill.yaml"
    very_ill.write_text(very_ill.read_text("utf-8").replace("Do you feel very ill", "Do you feel really ill"), "utf-8")

    changed = admin("flows", "test")
    kept_anew = admin("flows", "test", "--keep")

    assert changed.code == 1
    assert any(line.strip().startswith("+ > Do you feel really ill") for line in changed.lines)
    assert kept_anew.code == 0
    assert admin("flows", "test").code == 0


def test_a_drawing_and_a_po_file_are_written(admin: Terminal, tmp_path: Path) -> None:
    drawn = admin("flows", "graph", "day-11", "--to", str(tmp_path / "day-11.svg"))
    words = admin("flows", "export", "es", "--to", str(tmp_path / "es.po"))
    taken = admin("flows", "import", str(tmp_path / "es.po"), "--lang", "es")

    assert (tmp_path / "day-11.svg").read_text("utf-8").startswith("<svg ")
    assert (drawn.code, words.code) == (0, 0)
    assert taken.lines == ["no files changed, no texts not taken in."]


def test_a_surgery_date_is_moved_only_when_asked_twice(admin: Terminal) -> None:
    added = admin(
        "patients",
        "add",
        "--phone",
        "+15075550101",
        "--name",
        "Ana",
        "--timezone",
        "America/Chicago",
        "--surgery",
        "2026-11-10",
        "--consented",
        "--json",
    )
    patient = added.json[0]["id"]

    shown = admin("patients", "move", patient, "--surgery", "2026-11-12")
    done = admin("patients", "move", patient, "--surgery", "2026-11-12", "--yes")
    again = admin("patients", "move", patient, "--surgery", "2026-11-12")

    assert shown.lines[-1] == "Nothing is done yet: say it again with --yes."
    assert done.lines[-1] == "Done."
    assert again.lines == ["No message changes."]
    assert "messages wait" in admin("patients", "pause", patient).out
    assert "lie ahead" in admin("patients", "resume", patient).out
    assert admin("patients", "resume", patient).code == 1
