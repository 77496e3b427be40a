"""Words side by side, phrases tried out, the plan moved, files made and renamed: each through its page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from bot.flowfile.check import check_sources
from bot.service.drafts import listening
from bot.service.drafts.folder import digest
from tests.clinic import Clinic
from tests.web.editor.test_editor import DAY_9, Office

WOUND = "parts/wound.yaml"


@pytest.fixture
def office(clinic: Clinic) -> Iterator[Office]:
    yield Office(clinic)
    for handset in clinic.handsets:
        handset.forgets()


def test_words_stand_side_by_side_with_what_they_cost(office: Office) -> None:
    page = office.one.sees(f"/flows/wording/{WOUND}")

    assert "Look at your cut." in page
    assert "Mire su herida." in page
    assert "segment" in page
    assert "grade" in page
    assert "áíÍ cost 2 segments (70 signs instead of 160)" in page


def test_words_saved_change_nothing_else_in_the_file(office: Office) -> None:
    before = office.folder.text(WOUND)
    fields = {"en:steps.wound.text": "Is your cut red or hot? Reply YES or NO.", "base": digest(before)}
    office.one.sends(f"/flows/wording/{WOUND}", **fields)
    after = office.folder.text(WOUND)
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]

    assert [new.strip() for _, new in changed] == ['en: "Is your cut red or hot? Reply YES or NO."']

    answer = office.one.sends(f"/flows/wording/{WOUND}", **{**fields, "en:steps.wound.text": "Other words."})

    assert answer.status_code == 409
    assert "was changed by somebody else" in answer.text
    assert office.folder.text(WOUND) == after


def test_what_a_text_costs_is_measured_as_it_is_typed(office: Office) -> None:
    status, told = office.asks(office.one, "/flows/measure", text="á" + "a" * 100, language="es")

    assert status == 200
    assert "2 segments" in told["line"]
    assert "á costs 1 segment" in told["line"]


def test_translations_go_out_and_come_back(office: Office) -> None:
    po = office.one.sees("/flows/translation/es.po")
    assert "Mire su herida." in po

    changed = po.replace("Mire su herida.", "Mire bien su herida.").encode()
    token = re.search(r'name="form_token" value="(\w+)"', office.one.sees("/flows/new"))
    assert token
    fields = {"form_token": token[1], "language": "es", "po": (io.BytesIO(changed), "es.po")}
    answer = office.one.browser.post("/flows/translation", data=fields)

    assert "1 file changed: parts/wound.yaml" in answer.text
    assert "Mire bien su herida." in office.folder.text(WOUND)


def test_a_text_is_heard_as_it_would_be_in_life(office: Office) -> None:
    page = office.one.sends("/flows/phrases", do="hear", text="my calf is swollen").text

    assert "<b>dvt</b> in “calf is swollen”" in page


def test_a_new_phrase_shows_what_it_gains_and_is_kept_when_wanted(office: Office) -> None:
    known = {"concept": "dvt", "phrase": "everything ~1 there"}
    page = office.one.sends("/flows/phrases", do="try", **known).text
    tried = listening.try_phrase(office.folder, known["concept"], known["phrase"])

    assert tried.changes
    assert f"{tried.texts} labelled messages: {len(tried.changes)} heard otherwise." in page

    base = digest(office.folder.text("phrases.yaml"))
    office.one.sends("/flows/phrases", do="keep", rule="warm-leg", base=base, concept="dvt", phrase="leg ~2 warm")

    assert '- id: warm-leg\n    concept: dvt\n    hear:\n      - "leg ~2 warm"' in office.folder.text("phrases.yaml")


def test_a_phrase_that_cannot_be_read_is_refused_with_a_sentence(office: Office) -> None:
    answer = office.one.sends("/flows/phrases", do="try", concept="dvt", phrase="leg ~ $nothing_of_this_name")

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_an_item_of_the_plan_moves_to_another_day_and_the_enrolled_are_counted(office: Office) -> None:
    office.clinic.patient()
    before = office.folder.text("plan.yaml")
    page = office.one.sees("/flows/plan")
    assert "Publishing would change no planned message" in page

    office.one.sends("/flows/plan", item="tip-smoking", day="15", base=digest(before))
    page = office.one.sees("/flows/plan")

    taken = office.one.sends("/flows/plan", item="tip-heat", day="8", base=digest(office.folder.text("plan.yaml")))
    assert taken.status_code == 409
    assert "It was not moved" in taken.text
    assert "Publishing would change 1 planned message of 1 patient" in page.replace("messages of", "message of")
    assert before.replace('smoking, day: 10, at: "15:00"', 'smoking, day: 15, at: "15:00"') == office.folder.text(
        "plan.yaml"
    )


@pytest.mark.parametrize("template", ["checkin", "question", "part"])
def test_a_new_file_from_a_template_passes_the_proof(office: Office, template: str) -> None:
    office.one.sends("/flows/new", template=template, name="asks-anew", title='The "new" one')
    sources, _ = office.folder.sources()

    assert [file for file in sources if "asks-anew" in file]
    assert check_sources(sources).problems == ()


def test_a_copy_differs_in_its_name_alone(office: Office) -> None:
    office.one.sends("/flows/duplicate", form_on="/flows/new", file=DAY_9, name="day-19")
    copy = office.folder.text("checkins/day-19.yaml")

    assert copy == office.text.replace("flow: day-09", "flow: day-19")


def test_renamed_everything_follows(office: Office) -> None:
    office.one.sends("/flows/rename", form_on="/flows/new", file=WOUND, name="cut")
    office.one.sends("/flows/rename", form_on="/flows/new", file=DAY_9, name="day-nine")
    sources, _ = office.folder.sources()
    golden = office.clinic.flows / "golden"

    assert "- use: cut" in sources["checkins/day-nine.yaml"]
    assert "flow: day-nine}" in sources["plan.yaml"]
    assert WOUND not in sources
    assert not list(golden.glob("day-09.*"))
    assert (golden / "day-nine.en.01.chat").read_text("utf-8").startswith("# flow: day-nine\n")
    assert check_sources(sources).problems == ()


def test_a_name_that_is_taken_or_none_is_refused(office: Office) -> None:
    for name, said in (("wound", "there is a file parts/wound.yaml already"), ("../out", "is no name")):
        answer = office.one.sends("/flows/duplicate", form_on="/flows/new", file=DAY_9, name=name)

        assert answer.status_code == 409
        assert said.lower() in answer.text.lower()
