"""The canary goes the whole way, from the webhook to the acknowledgement; and nobody real ever hears or sees of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.carrier.signature import signed
from bot.core import canary
from bot.core.watch import Times
from bot.service.console import outcomes, worklist
from bot.service.console.worklist import Tab
from bot.store import alerts, health, patients, staff, views
from bot.store import canary as rows
from bot.worker.watchdog.ground import Ground
from bot.worker.watchdog.rounds import Rounds
from tests.clinic import Clinic

TABLES = (
    "alert",
    "alert_event",
    "answer",
    "consent_entry",
    "inbox",
    "outbox",
    "page_link",
    "plan_entry",
    "receipt",
    "session",
)


def rounds(clinic: Clinic, *, wait: Callable[[float], object] | None = None, **changed: object) -> Rounds:
    """Those of a watchdog whose clinic works while it waits."""
    ground = Ground(
        me="one",
        host="vm",
        data=Path(clinic.settings.data),
        base_url=clinic.parts.base_url,
        redis_url=lambda: "",
        ping_url="",
        database=clinic.parts.database,
        vault=clinic.parts.vault,
        keys=clinic.settings.keys,
        clock=clinic.clock,
        carriers=clinic.parts.carriers,
        carrier_status=lambda: 200,
        sign=lambda url, form: signed(url, form, clinic.carrier.token),
        times=replace(Times(), canary_step=timedelta(seconds=5)),
    )
    return Rounds(replace(ground, **changed), wait or (lambda _: clinic.settle()))  # type: ignore[arg-type]


def counted(clinic: Clinic) -> dict[str, int]:
    return {name: len(clinic.rows_of(name)) for name in TABLES}


def test_a_round_comes_home_and_leaves_nothing(clinic: Clinic) -> None:
    clinic.nurse()
    before = counted(clinic)

    flown = rounds(clinic)

    assert flown.ask() == []
    assert flown.passed_at == clinic.clock.real()
    clinic.settle()
    assert counted(clinic) == before
    assert clinic.carrier.messages() == []  # the carrier never heard of it


def test_while_it_flies_nobody_sees_it_counted_or_listed(clinic: Clinic) -> None:
    nurse = clinic.nurse()
    database, seen = clinic.parts.database, list[object]()

    def look(_: float) -> None:
        clinic.settle()
        flight = database.read(rows.flight)
        if flight.is_paged:
            seen.append(
                (
                    database.read(alerts.every),
                    worklist.worklist(clinic.parts, Tab.OPEN, nurse.id, "", clinic.clock.now()).items,
                    [each.id for each in database.read(staff.every)],
                    database.read(patients.every),
                    list(views.texts(database)) + list(views.messages(database)) + list(views.conversations(database)),
                    dict(database.read(health.counts).alerts),
                    [report.rows for report in outcomes.reports(clinic.parts, 30, clinic.clock.now())],
                )
            )

    held = rounds(clinic, wait=look)
    held._flight = lambda: (look(0), database.read(rows.flight))[1]  # type: ignore[method-assign]  # noqa: SLF001 - looked at between every two steps
    assert held.ask() == []

    assert seen
    for each in seen:
        assert each == ([], [], [nurse.id], (), [], {}, [[], [], [], [], [], []])


@pytest.mark.parametrize(
    ("breaks", "missing"),
    [
        (lambda clinic: setattr(clinic, "sends_by_itself", False), "the clock did not set its stage"),
        (lambda clinic: clinic.web.stop(), "its text was not taken"),
    ],
)
def test_what_does_not_come_in_time_is_named(clinic: Clinic, breaks: Callable[[Clinic], None], missing: str) -> None:
    breaks(clinic)

    (finding,) = rounds(clinic, times=replace(Times(), canary_step=timedelta(seconds=0.3))).ask()

    assert finding.part == "canary"
    assert missing in finding.what


def test_a_forged_signature_keeps_it_out_and_that_is_a_finding(clinic: Clinic) -> None:
    (finding,) = rounds(clinic, sign=lambda _url, _form: "forged").ask()

    assert "answered with 403" in finding.what


def test_of_two_watchdogs_one_sends_it_and_the_other_sees_it_come_home(clinic: Clinic) -> None:
    first, second = rounds(clinic), rounds(clinic, me="two")

    assert first.ask() == []
    assert second.ask() == []

    assert second.passed_at == first.passed_at
    clinic.clock.wait_real(minutes=20)
    clinic.settle()


def test_a_canary_that_never_comes_home_is_missed_by_the_other_watchdog_too(clinic: Clinic) -> None:
    failing, other = rounds(clinic, sign=lambda _url, _form: "forged"), rounds(clinic, me="two")
    found = []
    for _ in range(10):
        assert failing.ask() != []
        found.append([finding.what for finding in other.ask()])
        clinic.clock.wait_real(minutes=1)

    assert found[0] == []
    assert found[-1] == ["The canary's test alert: no round has come home lately"]


def test_its_page_may_go_to_a_real_phone_and_says_that_there_is_nothing_to_do(clinic: Clinic) -> None:
    operator = clinic.stranger()

    assert rounds(clinic, page_to=operator.number).ask() == []

    operator.hears("Mendline test page", "Nothing to do")


def test_an_alert_of_the_canary_never_pages_a_nurse_however_long_it_stands(clinic: Clinic) -> None:
    nurse = clinic.nurse()
    clinic.nurse(role="admin", rung=None)
    flown = rounds(clinic, me="three")
    flown._want("begun")  # noqa: SLF001 - a round that its watchdog never ends
    clinic.settle()
    flown._text(canary.NUMBER, canary.TEXT)  # noqa: SLF001 - the same

    clinic.clock.forward(hours=2)

    nurse.hears_nothing()
    assert clinic.parts.database.read(rows.flight).state == "open"
    assert clinic.carrier.messages() == []
