"""The flow editor's doors: drafts that last, a save that loses nobody's work, the checker's own words, publishing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.errors import Refused
from bot.flowfile.check import check_sources
from bot.service.console import signing_in
from bot.service.drafts import publishing
from bot.service.drafts.folder import Folder, digest
from bot.store import publications
from tests.clinic import Clinic
from tests.web.console.desk import Desk, desk_of

DAY_9 = "checkins/day-09.yaml"
CHANGED = ('title: "Day 9: the wound"', 'title: "Day 9: how is your wound?"')
RED = """\
  - ask: cough_blood
    kind: yes_no
    text:
      en: "Do you cough up blood? Reply YES or NO."
      es: "¿Tose con sangre? Responda SÍ o NO."
    answers:
      - when: yes
        red_flag: {flag}
      - when: no
"""


class Office:
    """Two admins and a nurse, each at a browser."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        clinic.flows  # noqa: B018 - the folder is copied when it is first asked for
        self.folder = Folder(clinic.site.flows)
        self.chen = clinic.nurse(name="Dr. Wei Chen", role="admin", rung=None)
        self.lind = clinic.nurse(name="Vera Lind", role="admin", rung=None)
        self.ana = clinic.nurse(name="Ana Ruiz, RN")
        self.one, self.two = desk_of(clinic, self.chen), desk_of(clinic, self.lind)

    def asks(self, desk: Desk, path: str, **fields: str) -> tuple[int, dict[str, Any]]:
        cookie = desk.browser.get_cookie("mendline")
        assert cookie is not None
        answer = desk.browser.post(path, data=fields, headers={"X-Form-Token": signing_in.form_token(cookie.value)})
        return answer.status_code, answer.get_json()

    def types(self, desk: Desk, text: str, base: str, file: str = DAY_9, **more: str) -> dict[str, Any]:
        status, told = self.asks(desk, "/flows/check", file=file, text=text, base=base, **more)
        assert status == 200, told
        return told

    @property
    def text(self) -> str:
        return self.folder.text(DAY_9)

    def with_question(self, flag: str = "pe") -> str:
        return self.text.replace("  - use: close", RED.format(flag=flag) + "  - use: close")


@pytest.fixture
def office(clinic: Clinic) -> Iterator[Office]:
    yield Office(clinic)
    for handset in clinic.handsets:
        handset.forgets()


def test_what_is_typed_outlives_the_browser_and_the_file_stays_as_it_was(office: Office) -> None:
    before = office.text
    office.types(office.one, before.replace(*CHANGED), digest(before))

    page = office.one.elsewhere()
    page.signs_in(office.chen.number)

    assert "how is your wound?" in page.sees(f"/flows/edit/{DAY_9}")
    assert "your draft, not saved" in page.sees("/flows")
    assert "Dr. Wei Chen is changing it" in office.two.sees("/flows")
    assert "how is your wound?" not in office.two.sees(f"/flows/edit/{DAY_9}")
    assert office.text == before


def test_saved_is_what_was_typed_to_the_letter(office: Office) -> None:
    text = "# A note of mine.\n" + office.text.replace(*CHANGED)
    status, told = office.asks(office.one, "/flows/save", file=DAY_9, text=text, base=digest(office.text))

    assert (status, told["base"]) == (200, digest(text))
    assert (office.clinic.flows / DAY_9).read_text("utf-8") == text
    assert "changed, not live" in office.one.sees("/flows")


def test_the_second_to_save_is_told_and_shown_the_difference(office: Office) -> None:
    before = office.text
    mine, theirs = before.replace(*CHANGED), before.replace("S37", "S38")
    office.asks(office.two, "/flows/save", file=DAY_9, text=theirs, base=digest(before))
    status, told = office.asks(office.one, "/flows/save", file=DAY_9, text=mine, base=digest(before))

    assert status == 409
    assert "was changed by somebody else since you opened it" in told["sentence"]
    assert told["theirs"]["text"] == theirs
    assert "+sources: [S10, S11, S38]" in told["theirs"]["difference"]
    assert office.text == theirs

    status, _ = office.asks(office.one, "/flows/save", file=DAY_9, text=mine, base=told["theirs"]["base"])

    assert (status, office.text) == (200, mine)


def test_a_file_edited_elsewhere_shows_up(office: Office) -> None:
    before = office.text
    place = office.clinic.flows / DAY_9
    place.write_text(before.replace(*CHANGED), "utf-8")
    state = office.one.browser.get(f"/flows/state/{DAY_9}?live=1&base={digest(before)}").get_json()
    told = office.types(office.one, before + "# mine\n", digest(before))

    assert "how is your wound?" in state["text"]
    assert "how is your wound?" in told["theirs"]["text"]


def test_the_editor_says_what_the_command_line_says(office: Office) -> None:
    text = office.with_question().replace("red_flag: pe\n", 'say: {en: "All good!", es: "Muy bien"}\n')
    told = office.types(office.one, text, digest(office.text), proof="1")
    sources = {**office.folder.sources()[0], DAY_9: text}
    same = [[each.line, each.sentence] for each in check_sources(sources).problems if each.file == DAY_9]

    assert same
    assert [[each["line"], each["sentence"]] for each in told["problems"]] == same


def test_a_red_flag_that_does_not_exist_is_refused_with_its_line(office: Office) -> None:
    text = office.with_question("blood_clot")
    told = office.types(office.one, text, digest(office.text))
    line = text.splitlines().index("        red_flag: blood_clot") + 1

    assert [each["line"] for each in told["problems"]] == [line]
    assert "blood_clot" in told["problems"][0]["sentence"]
    assert told["graph"] is None


def test_the_drawing_knows_lines_parts_and_red_flag_exits(office: Office) -> None:
    text = office.with_question()
    graph = office.types(office.one, text, digest(office.text))["graph"]
    boxes = {box["name"]: box for box in graph["boxes"]}
    line = text.splitlines().index("  - ask: cough_blood") + 1

    assert (boxes["cough_blood"]["file"], boxes["cough_blood"]["line"]) == (DAY_9, line)
    assert boxes["wound"]["file"] == "parts/wound.yaml"
    assert boxes["wound"]["here"] == text.splitlines().index("  - use: wound") + 1
    assert boxes["!pe"]["kind"] == "emergency"
    assert {"from": "cough_blood", "to": "!pe", "label": "yes", "alarm": True} in graph["ways"]


def talk(office: Office, *acts: dict[str, str], **more: str) -> dict[str, Any]:
    fields = {"file": DAY_9, "text": office.with_question(), "flow": "day-09", "acts": json.dumps(acts)}
    status, told = office.asks(office.one, "/flows/talk", **{**fields, **more})
    assert status == 200, told
    return told


def says(text: str) -> dict[str, str]:
    return {"do": "text", "text": text}


def test_the_phone_talks_the_draft_and_says_how_each_reply_was_understood(office: Office) -> None:
    told = talk(office, says("no"), says("nope"), says("YES"))
    by = [(bubble["voice"], bubble["note"] or bubble["step"]) for bubble in told["bubbles"]]

    assert by[:5] == [
        ("stage", ""),
        ("mendline", "wound"),
        ("patient", "wound = no"),
        ("mendline", "very_ill"),
        ("patient", "very_ill = no"),
    ]
    assert [bubble["tier"] for bubble in told["bubbles"] if bubble["voice"] == "alert"] == ["emergency"]
    assert ["cough_blood", "!pe"] in told["path"]
    assert all(bubble["segments"] >= 1 for bubble in told["bubbles"] if bubble["voice"] == "mendline")


def test_silence_a_day_later_stop_and_spanish_are_one_click_each(office: Office) -> None:
    told = talk(office, {"do": "silence"}, {"do": "day"}, says("STOP"), {"do": "day"}, language="es")
    heard = " | ".join(bubble["text"] for bubble in told["bubbles"])

    assert "Falta su respuesta." in heard
    assert "was not answered in time" in heard
    assert "Day 10" in heard
    assert "día 10" in heard
    assert "nothing is sent after STOP" in heard
    assert (told["day"], told["step"]) == (11, "")


def test_a_talk_is_kept_as_a_golden_conversation_and_never_over_another(office: Office) -> None:
    fields = {"file": DAY_9, "text": office.text, "flow": "day-09", "language": "en", "name": "well"}
    fields["acts"] = json.dumps([says("no"), says("no")])
    status, told = office.asks(office.one, "/flows/golden", **fields)
    kept = (office.clinic.flows / "golden" / "day-09.en.well.chat").read_text("utf-8")

    assert (status, told["file"]) == (200, "golden/day-09.en.well.chat")
    assert kept.startswith("# flow: day-09\n# language: en\n> ")
    assert kept.endswith("# done\n")
    assert office.asks(office.one, "/flows/golden", **fields)[0] == 409


def test_completion_has_the_schema_and_every_name(office: Office) -> None:
    words = office.one.browser.get(f"/flows/words/{DAY_9}").get_json()

    assert words["kind"] == "flow"
    assert "The conversation, from top to bottom." in json.dumps(words["schema"])
    assert "very-ill" in words["names"]["use"]
    assert "clinic_phone" in words["placeholders"]
    assert "cauda_equina" in words["names"]["red_flag"]


def test_a_path_out_of_the_folder_is_no_file(office: Office) -> None:
    for file in ("../requirements.lock", "checkins/../plan.yaml", "golden/day-09.en.01.chat", "nothing.yaml"):
        assert office.one.browser.get(f"/flows/edit/{file}").status_code == 404


def test_the_review_says_what_changes_and_publishing_takes_what_was_looked_at(office: Office) -> None:
    office.asks(office.one, "/flows/save", file=DAY_9, text=office.with_question(), base=digest(office.text))
    page = office.one.sees("/flows/publish")
    seen = publications.digest(office.folder.sources()[0])

    assert 'the step "cough_blood" is new.' in page
    assert "golden" in page.lower()
    assert "Every promise holds" in page

    office.one.sends("/flows/publish", digest="another", based_on="1")
    assert office.clinic.parts.scripts.live().version == 1
    nurse = desk_of(office.clinic, office.ana)
    nurse.sends("/flows/sign", form_on="/flows/publish", digest=seen)
    answer = office.one.sends("/flows/publish", digest=seen, based_on="1", note="coughing was never asked")
    history = office.one.sees(answer.headers["Location"])

    assert office.clinic.parts.scripts.live().version == 2
    assert "cough_blood" in [step.name for step in office.clinic.parts.scripts.live().whole.flows["day-09"].steps]
    assert "coughing was never asked" in history
    assert "Ana Ruiz, RN" in history

    office.one.sends("/flows/versions/1/roll-back", form_on="/flows/versions")
    assert office.clinic.parts.scripts.live().version == 3
    assert "there is nothing to publish" not in office.one.sees("/flows/publish")


def test_golden_conversations_that_go_otherwise_are_shown_and_kept_when_that_is_wanted(office: Office) -> None:
    office.folder.save(DAY_9, office.with_question(), digest(office.text))
    seen = publications.digest(office.folder.sources()[0])
    page = office.one.sees("/flows/publish")
    assert "go otherwise now. Is that what you want?" in page
    assert "+ > Do you cough up blood?" in page

    office.one.sends("/flows/goldens", form_on="/flows/publish", digest=seen)

    assert "go as they were kept." in office.one.sees("/flows/publish")
    kept = (office.clinic.flows / "golden").glob("day-09.en.*.chat")
    assert any("Do you cough up blood?" in each.read_text("utf-8") for each in kept)


def test_on_a_live_clinic_two_people_stand_behind_a_clinical_change(office: Office) -> None:
    parts = replace(office.clinic.parts, is_live=True)
    now = office.clinic.clock.now()
    office.folder.save(DAY_9, office.with_question(), digest(office.text))
    seen = publishing.review(parts, office.folder, now)

    def goes_live(by: str) -> int:
        return publishing.publish(parts, office.folder, seen.digest, now, based_on=seen.version, by=by)

    assert seen.clinical == seen.changes != ()
    with pytest.raises(Refused, match="a named clinician must sign"):
        goes_live(office.lind.id)
    publishing.sign(parts, office.folder, seen.digest, office.lind.id, now)
    with pytest.raises(Refused, match="a named clinician must sign"):
        goes_live(office.lind.id)
    publishing.sign(parts, office.folder, seen.digest, office.ana.id, now)

    assert goes_live(office.lind.id) == 2


def test_a_signature_holds_for_the_very_texts_that_were_read(office: Office) -> None:
    office.folder.save(DAY_9, office.with_question(), digest(office.text))
    seen = publications.digest(office.folder.sources()[0])
    office.one.sends("/flows/sign", form_on="/flows/publish", digest=seen)
    office.folder.save(DAY_9, office.text + "# more\n", digest(office.text))

    assert "Signed by" not in office.one.sees("/flows/publish")


def test_a_file_that_would_be_too_long_is_refused_and_nothing_is_lost(office: Office) -> None:
    long = office.text + "# " + "x" * 70_000
    status, told = office.asks(office.one, "/flows/save", file=DAY_9, text=long, base=digest(office.text))

    assert status == 409
    assert "64 KiB at most" in told["sentence"]
