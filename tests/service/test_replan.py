"""A patient's calendar laid anew: another surgery date, a readmission, an answer, a window that was missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.errors import Refused
from bot.service import replan
from bot.store.tables import plan_entry, session
from tests.clinic import MORNING, Clinic

TODAY = date(2026, 11, 24)


@pytest.fixture
def morning(open_clinic: Callable[..., Clinic]) -> Clinic:
    return open_clinic(at=MORNING)


def planned(clinic: Clinic, state: str = "planned") -> dict[str, date]:
    rows = [row for row in clinic.rows(plan_entry) if row["state"] == state]
    return {str(row["item"]): row["local_day"] for row in rows}  # type: ignore[misc]


def test_a_move_shows_every_message_that_changes_and_does_nothing_yet(clinic: Clinic) -> None:
    patient = clinic.patient(day=20)
    before = planned(clinic)

    changes = replan.what_moves(clinic.parts, patient.id, TODAY - timedelta(days=18), clinic.clock.now())

    assert planned(clinic) == before
    moved = {change.item: change for change in changes}
    assert moved["checkin-21"].before is not None
    assert moved["checkin-21"].after - moved["checkin-21"].before == timedelta(days=2)  # type: ignore[operator]
    assert moved["tip-brace"].before is None  # day 18 is today: it lies ahead again
    assert len(changes) == len(before) + 1


def test_a_move_is_done_once_and_what_was_sent_stays_sent(morning: Clinic) -> None:
    patient = morning.patient(day=3)
    morning.clock.forward(hours=1)
    patient.forgets()

    replan.move(morning.parts, patient.id, TODAY - timedelta(days=1), morning.clock.now())
    again = replan.what_moves(morning.parts, patient.id, TODAY - timedelta(days=1), morning.clock.now())

    patient.hears("day 1")  # today is day 1 now, and its window is open
    assert again == ()
    assert planned(morning, "sent") == {"checkin-03": TODAY, "checkin-01": TODAY}
    assert planned(morning)["checkin-02"] == TODAY + timedelta(days=1)
    assert planned(morning)["checkin-03"] == TODAY + timedelta(days=2)
    assert sorted(str(row["state"]) for row in morning.rows(session)) == ["active", "expired"]


def test_a_second_operation_begins_the_plan_again(clinic: Clinic) -> None:
    patient = clinic.patient(day=100)
    assert "checkin-01" not in planned(clinic)

    replan.move(clinic.parts, patient.id, TODAY, clinic.clock.now())

    assert planned(clinic)["checkin-01"] == TODAY + timedelta(days=1)
    assert planned(clinic)["checkin-365"] == TODAY + timedelta(days=365)


def test_back_in_hospital_nothing_goes_out_and_at_home_only_what_lies_ahead(morning: Clinic) -> None:
    patient = morning.patient(day=3)

    assert replan.pause(morning.parts, patient.id, morning.clock.now()) > 50
    morning.clock.forward(days=3)
    patient.hears_nothing()
    with pytest.raises(Refused, match="nothing is planned"):
        replan.pause(morning.parts, patient.id, morning.clock.now())

    replan.resume(morning.parts, patient.id, morning.clock.now())

    assert "checkin-05" not in planned(morning)
    morning.clock.forward(hours=1)
    patient.hears("day 6")
    with pytest.raises(Refused, match="not paused"):
        replan.resume(morning.parts, patient.id, morning.clock.now())


def test_while_paused_a_red_flag_is_heard_as_ever(clinic: Clinic) -> None:
    patient = clinic.patient(day=3)
    replan.pause(clinic.parts, patient.id, clinic.clock.now())

    patient.texts("i cant feel anything when i wipe")

    patient.hears("911")
    assert clinic.alert.concepts == ("cauda_equina",)


def test_a_new_plan_reaches_those_who_are_enrolled(clinic: Clinic) -> None:
    clinic.patient(day=3)
    clinic.publish_with("plan.yaml", "item: checkin-04, day: 4,", "item: checkin-04b, day: 4,")

    assert replan.follow_plan(clinic.parts, clinic.clock.now()) == 2
    assert replan.follow_plan(clinic.parts, clinic.clock.now()) == 0
    assert "checkin-04b" in planned(clinic)
    assert "checkin-04" in planned(clinic, "canceled")


TIP = '{item: tip-wound, day: 3, at: "15:00", until: "17:00", tip: wound}'


def missed(clinic: Clinic, what: str) -> None:
    """Nothing runs from noon to night: the tip's window passes."""
    clinic.publish_with("plan.yaml", TIP, TIP.replace("tip: wound", f"tip: wound, missed: {what}"))


@pytest.mark.parametrize(
    ("what", "next_morning"),
    [
        ("skip", ["Spine Clinic, day 4"]),
        ("late", ["Spine Clinic, day 4", "Look at your cut twice a day"]),
        ("merge", ["Look at your cut twice a day"]),
    ],
)
def test_a_window_that_was_missed(morning: Clinic, what: str, next_morning: list[str]) -> None:
    missed(morning, what)
    patient = morning.patient(day=3)
    morning.clock.forward(hours=1)
    patient.forgets()

    morning.clock.jump(hours=22)  # 08:55 the next day
    morning.clock.forward(hours=5)
    before_three = patient.forgets()
    morning.clock.forward(hours=2)

    heard = before_three + patient.forgets()
    assert any("Look at your cut twice a day" in body for body in before_three) is (what == "merge")
    assert [any(text in body for body in heard) for text in next_morning] == [True] * len(next_morning)
    assert any("Look at your cut twice a day" in body for body in heard) is (what != "skip")
    if what == "merge":
        assert any("twice a day" in body and "day 4" in body for body in heard)
        assert "tip-wound" in planned(morning, "sent")


def test_an_answer_begins_a_count_of_its_own(morning: Clinic) -> None:
    waits = "after: {flow: day-13, answer: visit, is: no}"
    more = f'  - {{item: after-yes, day: 2, at: "18:00", until: "19:30", tip: visit, {waits}}}\n'
    plan = morning.flows / "plan.yaml"
    plan.write_text(plan.read_text("utf-8") + more, "utf-8")
    morning.publish()
    patient = morning.patient(day=13)
    morning.clock.forward(hours=1)
    patient.forgets()
    assert "after-yes" not in planned(morning)

    for reply in ("no", "no"):
        patient.texts(reply)
    patient.forgets()

    assert planned(morning)["after-yes"] == TODAY + timedelta(days=2)
