"""Somebody leaves the team: they come in nowhere, what they had goes to others, and what they did stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from bot.core.rota import Shift, Turn
from bot.service.oncall import changing
from tests.clinic import Clinic
from tests.web.console.desk import Desk, desk_of
from tests.web.console.ward import Ward


@pytest.fixture
def ward(clinic: Clinic) -> Iterator[Ward]:
    ward = Ward(clinic)
    yield ward
    ward.hush()


@pytest.fixture
def admin(ward: Ward) -> Desk:
    return desk_of(ward.clinic, ward.chen)


def removed(admin: Desk, staff_id: str) -> str:
    answer = admin.sends(f"/team/{staff_id}/remove", form_on=f"/team/{staff_id}/remove")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_it_says_what_it_means_before_it_is_done(ward: Ward, admin: Desk) -> None:
    page = admin.sees(f"/team/{ward.ana.id}/remove")

    assert "Remove Ana Ruiz, RN from the team?" in page
    assert "Ana Ruiz, RN" in admin.sees("/team")


def test_whoever_left_is_out_at_once_on_every_way(clinic: Clinic, ward: Ward, admin: Desk) -> None:
    ana = desk_of(clinic, ward.ana)
    ward.maria.texts("i cant feel when i wipe")
    link = re.search(r"/a/[\w-]+", ward.ana.hears("EMERGENCY"))
    assert link
    assert clinic.browser.get(link[0]).status_code == 200

    removed(admin, ward.ana.id)

    assert ana.browser.get("/").status_code in (302, 303)
    assert clinic.browser.get(link[0]).status_code == 404
    ward.ana.texts(f"ack {clinic.alert.code}")
    assert clinic.alert.state.value == "open"
    assert "Ana Ruiz" not in admin.sees("/team").partition("<tbody>")[2].partition("</tbody>")[0]


def test_what_they_had_goes_to_who_is_on_call_and_their_name_stays(clinic: Clinic, ward: Ward, admin: Desk) -> None:
    ward.maria.texts("i cant feel when i wipe")
    clinic.acknowledges(ward.ana, clinic.alert.code)
    ward.hush()

    said = removed(admin, ward.ana.id)
    clinic.clock.forward(seconds=1)

    assert "Alerts that are open again and paged to whoever is on call: 1." in said
    assert clinic.alert.state.value == "open"
    ward.james.hears("EMERGENCY", clinic.alert.code)
    ward.ana.hears_nothing()
    page = admin.sees(f"/alerts/{clinic.alert.id}")
    assert "Acknowledged by Ana Ruiz, RN" in page
    assert "whoever had it has left the team, Ana Ruiz, RN" in page
    assert "Ana Ruiz" in admin.sees("/audit")


def test_a_ladder_that_waits_for_them_goes_on_at_once(clinic: Clinic, ward: Ward, admin: Desk) -> None:
    ward.maria.texts("i cant feel when i wipe")
    ward.ana.hears("EMERGENCY")

    removed(admin, ward.ana.id)
    clinic.clock.forward(seconds=1)

    ward.james.hears("EMERGENCY")


def test_the_rota_is_told_of_the_shifts_they_leave(clinic: Clinic, ward: Ward, admin: Desk) -> None:
    nights = Shift(
        id="",
        rung=1,
        days=frozenset(range(7)),
        starts=time(19),
        ends=time(7),
        zone=ZoneInfo("America/Chicago"),
        people=(ward.ana.id,),
        turn=Turn.DAILY,
        first_day=date(2026, 11, 24),
    )
    changing.add_shift(clinic.parts, nights, by=None, now=clinic.clock.now())
    for member in (ward.ana, ward.james):
        changing.set_rung(clinic.parts, member.id, None, clinic.clock.now())
    clinic.clock.forward(minutes=20)
    ward.hush()

    said = removed(admin, ward.ana.id)
    clinic.clock.forward(seconds=2)

    assert "Shifts that still name them, and lack somebody: 1." in said
    assert any("nobody is on call" in why for alert in clinic.alerts for why in alert.why)
    assert "somebody who has left" in admin.sees("/on-call")
    ward.hush()


def test_nobody_locks_themselves_out(clinic: Clinic, ward: Ward, admin: Desk) -> None:
    assert "You cannot remove yourself" in admin.browser.get(f"/team/{ward.chen.id}/remove").text
    second = clinic.nurse(name="Bea Lund", role="admin", rung=None)

    removed(admin, second.id)

    assert "Dr. Wei Chen" in admin.sees("/team")
