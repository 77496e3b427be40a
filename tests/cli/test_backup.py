"""An operator makes a backup, tries it, and brings a clinic back with it; and changes the key."""

from __future__ import annotations

import base64
from pathlib import Path

from bot.service.parts import Parts
from tests.cli.conftest import KEY, Terminal
from tests.cli.test_patients import add

NEW = base64.b64encode(b"n" * 32).decode()


def test_a_backup_is_made_tried_and_brought_back(mendline: Terminal, tmp_path: Path) -> None:
    mendline(*add(), "--consented")
    file, there = tmp_path / "copy", tmp_path / "there"

    made = mendline("backup", str(file))
    tried = mendline("restore", str(file), "--check")
    elsewhere = mendline.but(MENDLINE_DATA=str(there))
    restored = elsewhere("restore", str(file))

    assert (made.code, tried.code, restored.code) == (0, 0, 0), made.error + tried.error + restored.error
    assert f"rows are in {file}" in made.out
    assert "is whole" in tried.out
    assert "Recovery mode is on" in restored.out
    assert elsewhere("patients", "list", "--reveal", "--json").json[0]["name"] == "Ana Ruiz"
    assert elsewhere("audit", "verify").code == 0


def test_doctor_says_that_it_recovers_until_it_is_ended(mendline: Terminal, tmp_path: Path) -> None:
    mendline("backup", str(tmp_path / "copy"))
    elsewhere = mendline.but(MENDLINE_DATA=str(tmp_path / "there"))
    elsewhere("restore", str(tmp_path / "copy"))

    assert "texts wait until the carrier" in elsewhere("doctor").out
    assert elsewhere("restore", "--finish").code == 0
    assert "texts wait until the carrier" not in elsewhere("doctor").out
    assert elsewhere("restore", "--finish").code == 1


def test_a_backup_has_a_key_of_its_own_where_one_is_given(mendline: Terminal, tmp_path: Path) -> None:
    key, file = tmp_path / "key", str(tmp_path / "copy")
    key.write_text(NEW + "\n")
    elsewhere = mendline.but(MENDLINE_DATA=str(tmp_path / "there"), MENDLINE_KEYS=base64.b64encode(b"e" * 32).decode())

    assert mendline("backup", file, "--key-file", str(key)).code == 0

    without, with_it = elsewhere("restore", file), elsewhere("restore", file, "--key-file", str(key))
    assert (without.code, with_it.code) == (2, 0)
    assert "--key-file" in without.error
    assert elsewhere("patients", "list").code == 0


def test_what_cannot_be_done_is_a_sentence(mendline: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    mendline("backup", str(file))
    (tmp_path / "broken").write_bytes(file.read_bytes()[:-1])
    (tmp_path / "text").write_text("hello")

    for arguments, code, words in (
        (("backup", str(file)), 1, "is there already"),
        (("backup", str(tmp_path / "no" / "copy")), 2, "no such file or directory"),
        (("backup", str(tmp_path / "b"), "--key-file", str(tmp_path / "text")), 2, "base64 of 32 bytes"),
        (("restore",), 2, "Name the backup's file"),
        (("restore", str(tmp_path / "none")), 2, "no such file"),
        (("restore", str(tmp_path / "text")), 1, "no backup of Mendline"),
        (("restore", str(tmp_path / "broken")), 1, "cut off"),
        (("restore", str(file)), 1, "something in this database already"),
    ):
        said = mendline(*arguments)
        assert (said.code, words in said.error) == (code, True), (arguments, said)


def test_the_key_is_changed_while_a_process_serves(mendline: Terminal, parts: Parts) -> None:
    mendline(*add(), "--consented")
    parts.vault.check()  # it serves
    both, only = mendline.but(MENDLINE_KEYS=f"{NEW},{KEY}"), mendline.but(MENDLINE_KEYS=NEW)

    assert "mendline keys rotate" in both("doctor").out
    assert only("patients", "list").code == 2

    rotated = both("keys", "rotate", "--json")

    assert rotated.json[0]["wrapped"] == 2
    assert only("patients", "list", "--reveal", "--json").json[0]["name"] == "Ana Ruiz"
    assert "no longer in use" in both("doctor").out
    assert mendline("patients", "list").code == 2
    assert parts.vault.open("a.b", "1", parts.vault.seal("a.b", "1", "x")) == "x"
    assert both("keys", "rotate", "--json").json[0]["wrapped"] == 0
    assert only("audit", "verify").code == 0
