"""`mendline oncall` shows fourteen days, says what is thin, and changes the rota."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.cli.conftest import NOW, Said, Terminal

TODAY = NOW.date().isoformat()


def staff(mendline: Terminal, number: int, *more: str) -> str:
    phone = f"+1507555019{number}"
    said = mendline("staff", "add", "--phone", phone, "--name", f"Nurse {number}", "--role", "nurse", "--json", *more)
    return str(said.json[0]["id"])


def nights(mendline: Terminal, *people: str) -> Said:
    return mendline("oncall", "add-shift", "--hours", "19:00-07:00", "--first-day", TODAY, "--json", *people)


def records(mendline: Terminal, what: str) -> list[dict[str, object]]:
    said = mendline("oncall", "--json")
    assert said.code == 0
    return [each for each in said.json if each["record"] == what]


def test_without_anybody_fourteen_days_are_a_gap(mendline: Terminal) -> None:
    (gap,) = records(mendline, "weakness")

    assert gap["what"] == "nobody"
    assert mendline("oncall", "--check").code == 1
    assert "NOBODY" in mendline("oncall").out


def test_who_stands_on_a_rung_is_on_call_and_alone(mendline: Terminal) -> None:
    one = staff(mendline, 1, "--on-call", "1")

    (stretch,) = records(mendline, "on_call")
    (alone,) = records(mendline, "weakness")
    (trouble,) = records(mendline, "trouble")

    assert [(post["staff"], post["by"]) for post in stretch["posts"]] == [(one, "standing")]  # type: ignore[attr-defined]
    assert (alone["what"], alone["staff"], trouble["staff"]) == ("alone", one, one)
    assert stretch["from"] == NOW.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert str(stretch["until"]).startswith((NOW + timedelta(days=14)).date().isoformat())
    assert mendline("oncall", "--check").code == 0


def test_a_shift_by_turns_an_override_and_a_holiday(mendline: Terminal) -> None:
    one, two = staff(mendline, 1), staff(mendline, 2)
    shift = nights(mendline, one, two).json[0]["id"]
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    times = ("--from", f"{tomorrow} 20:00", "--until", f"{tomorrow} 22:00")
    override = mendline("oncall", "override", *times, two, "--json").json[0]["id"]

    listed = mendline("oncall", "shifts", "--json").json
    by = {post["by"] for each in records(mendline, "on_call") for post in each["posts"]}  # type: ignore[attr-defined]

    assert [each["id"] for each in listed] == [shift, override]
    assert by == {"shift", "override"}
    assert mendline("oncall", "--check").code == 1  # by day nobody is there
    assert mendline("oncall", "give-back", override).code == 0
    assert mendline("oncall", "give-back", override).code == 1
    assert mendline("oncall", "holiday", tomorrow, "--name", "Closed").code == 0
    assert mendline("oncall", "holiday", tomorrow, "--remove").code == 0
    assert mendline("oncall", "holiday", tomorrow, "--remove").code == 1
    assert mendline("oncall", "end-shift", shift).code == 0
    assert mendline("oncall", "shifts", "--json").json == []
    assert mendline("audit", "verify").code == 0


def test_a_rung_is_changed(mendline: Terminal) -> None:
    one = staff(mendline, 1)

    assert mendline("oncall", "rung", one, "2").code == 0
    assert mendline("staff", "list", "--json").json[0]["on_call"] == 2
    assert mendline("oncall", "rung", one, "none").code == 0
    assert mendline("staff", "list", "--json").json[0]["on_call"] is None
    assert mendline("oncall", "rung", one, "0").code == 1
    assert mendline("oncall", "rung", one, "first").code == 2


def test_the_rota_is_carried_out_and_in(mendline: Terminal) -> None:
    one, two = staff(mendline, 1), staff(mendline, 2)
    nights(mendline, one, two)
    mendline("oncall", "holiday", "2026-12-25", "--name", "Christmas")
    before = mendline("oncall", "export").out
    file = mendline.data / "rota.jsonl"
    file.write_text(before, "utf-8")

    assert mendline("oncall", "import", str(file)).code == 0
    assert mendline("oncall", "export").out == before
    entry = json.loads(before.splitlines()[0])
    entry["shift"]["people"] = ["nobody"]
    file.write_text(json.dumps(entry), "utf-8")
    refused = mendline("oncall", "import", str(file))
    assert (refused.code, "Line 1: there is no staff member nobody" in refused.error) == (1, True)
    file.write_text('{"shift": {}}\n', "utf-8")
    assert mendline("oncall", "import", str(file)).code == 2
    file.write_text("what\n", "utf-8")
    assert mendline("oncall", "import", str(file)).code == 2
    assert mendline("oncall", "export").out == before  # nothing is lost by a file that is wrong


def test_mistakes_are_sentences(mendline: Terminal) -> None:
    one = staff(mendline, 1)
    first = ("--first-day", TODAY)
    wrong = {
        ("add-shift", "--hours", "7pm", *first, one): "hours are written like",
        ("add-shift", "--hours", "19:00-07:00", "--first-day", "soon", one): "is no date",
        ("add-shift", "--hours", "19:00-07:00", "--days", "sometimes", *first, one): "is no weekday",
        ("add-shift", "--hours", "19:00-07:00", "--timezone", "Mars", *first, one): "time zone",
        ("add-shift", "--hours", "19:00-07:00", *first, "nobody"): "no staff member",
        ("override", "--from", "now", "--until", "later", one): "is no moment",
        ("override", "--from", "2020-01-01 10:00", "--until", "2020-01-01 12:00", one): "is over",
        ("end-shift", "none"): "no shift none",
    }
    for arguments, words in wrong.items():
        said = mendline("oncall", *arguments)

        assert said.code in (1, 2), arguments
        assert words in said.error, said.error
