"""The on-call page: fourteen days, gaps in plain view, and the rota changed with one tap or a form."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from bot.core.rota import Shift
from bot.store.oncall import rota
from tests.clinic import Clinic
from tests.journeys.test_rota import CHICAGO, TODAY, local, shift, takes
from tests.web.console.desk import Desk, desk_of
from tests.web.console.ward import Ward

FORM = {
    "starts": "19:00",
    "ends": "07:00",
    "rung": "1",
    "zone": "America/Chicago",
    "first_day": TODAY.isoformat(),
    "last_day": "",
    "turn": "weekly",
    "on_holidays": "as_usual",
}


@pytest.fixture
def ward(clinic: Clinic) -> Ward:
    return Ward(clinic)


def shifts(clinic: Clinic) -> tuple[Shift, ...]:
    return clinic.parts.database.read(rota.shifts)


def overrides(clinic: Clinic) -> list[tuple[str, int]]:
    found = clinic.parts.database.read(lambda tx: rota.overrides(tx, after=clinic.clock.now()))
    return [(each.staff_id, each.rung) for each in found]


def sends_first(desk: Desk, words: str) -> int:
    """Press the first button of the page that reads so."""
    page = desk.sees("/on-call")
    form = next(
        each
        for each in re.findall(r"<form.*?</form>", page, re.DOTALL)
        if f"{words}<span" in re.sub(r"<svg.*?</svg>", "", each, flags=re.DOTALL)
    )
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return desk.browser.post(action[1], data=fields).status_code


def test_an_admin_plans_the_nights_and_sees_them_on_each_day(clinic: Clinic, ward: Ward) -> None:
    desk = desk_of(clinic, ward.chen)
    answer = desk.browser.post(
        "/on-call/shifts",
        data={**FORM, "form_token": token(desk), "days": list("0123456"), "people": [ward.ana.id, ward.james.id, ""]},
    )

    assert answer.status_code == 303
    assert [each.people for each in shifts(clinic)] == [(ward.ana.id, ward.james.id)]
    page = desk.sees("/on-call")
    assert page.count("19:00–07:00") >= 13
    assert "weekly turns" in page
    assert any(row["act"] == "rota changed" for row in clinic.rows_of("audit_entry"))


def token(desk: Desk) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', desk.sees("/on-call"))
    assert found is not None
    return found[1]


def test_a_shift_that_makes_no_sense_comes_back_with_a_sentence(clinic: Clinic, ward: Ward) -> None:
    desk = desk_of(clinic, ward.chen)

    for wrong, words in (
        ({"days": []}, "weekdays"),
        ({"people": []}, "somebody who keeps it"),
        ({"zone": "Mars"}, "time zone"),
    ):
        data = {**FORM, "form_token": token(desk), "days": ["0"], "people": [ward.ana.id], **wrong}
        answer = desk.browser.post("/on-call/shifts", data=data)

        assert answer.status_code in (409, 422)
        assert words in answer.text
    assert shifts(clinic) == ()


def test_a_gap_is_marked_and_a_nurse_takes_it_with_one_tap(clinic: Clinic, ward: Ward) -> None:
    clinic.parts.database.write(lambda tx: tx.exec_driver_sql("UPDATE staff SET rung = NULL"))
    shift(clinic, ward.ana, hours="07:00-19:00")
    desk = desk_of(clinic, ward.james)

    page = desk.sees("/on-call")
    assert "Nobody is on call Tue 24 Nov 19:00 to Wed 25 Nov 07:00." in page
    assert "Nobody on this rung" in page
    assert sends_first(desk, "Take") == 303

    assert overrides(clinic) == [(ward.james.id, 1)]
    assert "took over" in desk.sees("/on-call")
    assert sends_first(desk, "Give back") == 303
    assert overrides(clinic) == []
    ward.hush()


def test_a_nurse_hands_her_own_shift_over_and_the_colleague_is_told(clinic: Clinic, ward: Ward) -> None:
    shift(clinic, ward.ana, hours="07:00-19:00")
    desk = desk_of(clinic, ward.ana)
    fields = {
        "rung": "1",
        "opens": "2026-11-25T13:00:00Z",
        "closes": "2026-11-26T01:00:00Z",
        "instead_of": ward.ana.id,
        "taker": ward.james.id,
    }

    assert desk.browser.post("/on-call/take", data={**fields, "form_token": token(desk)}).status_code == 303

    ward.james.hears("You are on call from Wed 25 Nov 07:00", "Wed 25 Nov 19:00")
    other = desk_of(clinic, ward.james)
    stolen = {**fields, "opens": "2026-11-26T13:00:00Z", "closes": "2026-11-27T01:00:00Z", "taker": ward.chen.id}
    refused = other.browser.post("/on-call/take", data={**stolen, "form_token": token(other)})
    assert refused.status_code == 409
    assert "give your own away" in refused.text


def test_holidays_rungs_and_the_end_of_a_shift(clinic: Clinic, ward: Ward) -> None:
    made = shift(clinic, ward.ana, first_day=TODAY + timedelta(days=1))
    desk = desk_of(clinic, ward.chen)

    def post(path: str, **fields: str) -> int:
        return desk.browser.post(path, data={**fields, "form_token": token(desk)}).status_code

    assert post("/on-call/holidays", day="2026-11-26", name="Thanksgiving") == 303
    assert "Thanksgiving" in desk.sees("/on-call")
    assert post("/on-call/holidays/2026-11-26/remove") == 303
    assert "Thanksgiving" not in desk.sees("/on-call")
    assert post("/on-call/holidays", day="soon", name="Never") == 422
    assert post("/on-call/holidays", day="9999-12-31", name="Never") == 422
    assert post("/on-call/holidays/never/remove") == 422
    assert post("/on-call/holidays/2026-11-27/remove") == 404
    assert post("/on-call/take", rung="1", opens="9999-12-31T23:00:00Z", closes="9999-12-31T23:59:00Z") == 422
    assert post("/on-call/take", rung="", opens="", closes="") == 422
    assert post(f"/on-call/rungs/{ward.james.id}", rung="") == 303
    assert post(f"/on-call/rungs/{ward.james.id}", rung="-1") == 422
    assert post(f"/on-call/shifts/{made}/end") == 303
    assert shifts(clinic) == ()
    assert post("/on-call/shifts/none/end") == 404


def test_a_viewer_sees_the_rota_and_no_button(clinic: Clinic, ward: Ward) -> None:
    shift(clinic, ward.ana)

    page = desk_of(clinic, ward.viewer).sees("/on-call")

    assert "Ana Ruiz, RN" in page
    assert "/on-call/take" not in page
    assert "/on-call/shifts" not in page


def test_phones_that_do_not_ring_are_named(clinic: Clinic, ward: Ward) -> None:
    ward.james.texts("STOP")
    ward.hush()
    clinic.carrier.fault("landline", match={"to": ward.ana.number}, count=None)
    ward.maria.texts("i cant breathe")
    clinic.settle()

    page = desk_of(clinic, ward.chen).sees("/on-call")

    assert "James Okafor, RN: this phone has texted STOP" in page
    assert "Ana Ruiz, RN: the last text to this phone did not arrive" in page
    assert "Nobody is on call" in page
    ward.hush()


def test_each_turn_stands_on_the_day_on_which_it_begins(clinic: Clinic, ward: Ward) -> None:
    from bot.service.oncall import calendar, outlook

    shift(clinic, ward.ana, hours="07:00-19:00", first_day=date(2026, 11, 1))
    shift(clinic, ward.james, hours="19:00-07:00", first_day=date(2026, 11, 1))
    takes(clinic, ward.chen, local("22:00"), local("23:00"))

    found = clinic.parts.database.read(lambda tx: outlook.look(tx, clinic.parts, clinic.clock.now()))
    today = calendar.days(found, CHICAGO, ward.chen.id)[0]

    (turns,) = [turns for rung, turns in today.rungs if rung == 1]
    assert [(f"{t.opens.astimezone(CHICAGO):%H:%M}", t.posts[0].staff_id) for t in turns] == [
        ("13:30", ward.ana.id),
        ("19:00", ward.james.id),
        ("22:00", ward.chen.id),
        ("23:00", ward.james.id),
    ]
    first = [bar for bar in today.bars if bar.rung == 1]
    assert sum(bar.width for bar in first) == round(1000 * 10.5 / 24)
    assert [bar.is_mine for bar in first] == [False, False, True, False]
    ward.hush()
