"""Words are kept for as long as the practice's rule says, and then they go: here, and at the carrier."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.retention import Kept, Retention, may_begin
from bot.service import recovery
from bot.service.alert import resolve
from bot.service.console.thread import thread
from bot.service.safekeeping import retention
from bot.store.safekeeping.aging import PARTS
from bot.store.tables import alert, answer, forgetting, inbox, session
from tests.clinic import TUESDAY, Clinic, Handset

RULES = "keep:\n  texts: 30d\n  alerts: 60d\n  answers: 90d\n"


@pytest.fixture
def ruled(clinic: Clinic) -> Clinic:
    clinic.publish_with("practice.yaml", "keep:\n", RULES)
    return clinic


def words(clinic: Clinic, column: str, *, pages: bool = False) -> list[str]:
    """What stands in a sealed column, in the order in which it was written; of pages alone, or of all but pages."""
    table, name = column.split(".")
    rows = sorted(clinic.rows_of(table), key=lambda row: str(row["id"]))
    wanted = [row for row in rows if row[name] is not None and (row.get("kind") == "page") == pages]
    return [clinic.parts.vault.open(column, str(row["id"]), row[name]) for row in wanted]  # type: ignore[arg-type]


def days(clinic: Clinic, count: int) -> None:
    """Each with its tick, as in a clinic that runs."""
    for _ in range(count):
        clinic.clock.forward(days=1)
    for handset in clinic.handsets:
        handset.forgets()


def resolves_all(clinic: Clinic, nurse: Handset) -> None:
    for each in clinic.alerts:
        if each.resolved_at is None:
            resolve(clinic.parts, each.code, nurse.id, "the zebra is well", clinic.clock.now())


@pytest.fixture
def patient(ruled: Clinic) -> Handset:
    """Who was in need, was helped, and then said STOP, so that nothing more is asked or raised."""
    nurse = ruled.nurse()
    patient = ruled.patient()
    patient.texts("zebra i cant breathe")
    patient.texts("STOP")
    resolves_all(ruled, nurse)
    days(ruled, 1)
    resolves_all(ruled, nurse)
    return patient


def test_words_go_on_their_day_and_not_before(ruled: Clinic, patient: Handset) -> None:
    before = ruled.rows(inbox)

    days(ruled, 28)
    assert words(ruled, "inbox.body") == ["zebra i cant breathe", "STOP"]
    days(ruled, 2)

    assert words(ruled, "inbox.body") == ["", ""]
    assert set(words(ruled, "outbox.body")) == {""}
    assert set(words(ruled, "session.answers")) <= {"{}"}
    assert [row["closed"] for row in ruled.rows(session) if row["closed"]] == []
    kept = ("id", "sid", "contact_id", "received_at", "state", "understood", "media_count", "handled_at")
    assert [[row[name] for name in kept] for row in ruled.rows(inbox)] == [
        [row[name] for name in kept] for row in before
    ]
    shown = ruled.parts.database.read(
        lambda tx: thread(tx, ruled.parts, ruled.parts.scripts.live(), str(before[0]["contact_id"]), {})
    )
    assert {line.pieces[0].text for line in shown if line.side != "note"} == {"(words no longer kept)"}
    assert patient.number in words(ruled, "contact.phone")  # whose words they were is still known


def test_quotes_and_notes_of_alerts_have_a_rule_of_their_own(ruled: Clinic, patient: Handset) -> None:
    days(ruled, 35)
    assert "zebra i cant breathe" in words(ruled, "alert.quote")
    days(ruled, 27)

    assert set(words(ruled, "alert.quote")) == {""}
    assert set(words(ruled, "alert.disposition")) == {""}
    assert [row["state"] for row in ruled.rows(alert)] == ["resolved"] * len(ruled.alerts)
    assert patient.waiting == []


def test_what_an_open_alert_needs_stays_until_it_is_resolved(ruled: Clinic) -> None:
    nurse, patient, other = ruled.nurse(), ruled.patient(), ruled.patient()
    for each in (patient, other):
        each.texts(f"zebra {each.id} i cant breathe")
        each.texts("STOP")
    mine = {each.code for each in ruled.alerts if each.patient_id == patient.id}
    for each_alert in ruled.alerts:
        if each_alert.code not in mine:
            resolve(ruled.parts, each_alert.code, nurse.id, "seen", ruled.clock.now())

    days(ruled, 33)
    left = [text for text in words(ruled, "inbox.body") if text]
    assert left == [f"zebra {patient.id} i cant breathe", "STOP"]
    assert f"zebra {patient.id} i cant breathe" in words(ruled, "alert.quote")

    resolves_all(ruled, nurse)
    days(ruled, 1)
    assert set(words(ruled, "inbox.body")) == {""}


def test_answers_go_when_their_rule_says_so_and_count_until_then(ruled: Clinic) -> None:
    nurse, patient = ruled.nurse(), ruled.patient()
    ruled.clock.forward(hours=22)
    patient.texts("3")
    patient.texts("STOP")
    days(ruled, 1)
    resolves_all(ruled, nurse)

    days(ruled, 60)
    assert words(ruled, "inbox.body")[0] == ""
    assert [row["number"] for row in ruled.rows(answer)] == [3.0]
    assert ruled.rows(inbox)[0]["understood"] != ""
    days(ruled, 31)

    assert [(row["number"], row["step"] != "") for row in ruled.rows(answer)] == [(None, True)]
    assert {row["understood"] for row in ruled.rows(inbox)} == {""}


def test_the_carrier_blanks_its_copy_after_a_week_and_knows_that_there_was_one(ruled: Clinic, patient: Handset) -> None:
    def carried() -> list[str]:
        return [m.body for m in ruled.carrier.messages() if patient.number in (m.sender, m.recipient)]

    count = len(carried())
    assert "zebra i cant breathe" in carried()
    days(ruled, 9)

    assert carried() == [""] * count
    assert ruled.rows(forgetting) == []
    assert "zebra i cant breathe" in words(ruled, "inbox.body")


def test_the_words_of_pages_go_after_a_year(ruled: Clinic, patient: Handset) -> None:
    assert patient.waiting == []
    assert "" not in words(ruled, "outbox.body", pages=True)
    ruled.publish_with("practice.yaml", "pages: 365d", "pages: 7d")

    days(ruled, 8)

    assert set(words(ruled, "outbox.body", pages=True)) == {""}


@pytest.mark.parametrize("gap", [4, 400])
def test_after_a_gap_or_a_clock_that_jumped_a_day_is_waited(ruled: Clinic, patient: Handset, gap: int) -> None:
    """What is gone does not come back, and a machine that starts with a wrong clock tells nobody."""
    assert patient.waiting == []
    days(ruled, 28)

    ruled.clock.jump(days=gap)
    ruled.settle()
    assert words(ruled, "inbox.body") == ["zebra i cant breathe", "STOP"]
    days(ruled, 1)

    assert words(ruled, "inbox.body") == ["", ""]


def test_a_clock_set_back_takes_nothing_and_goes_on(ruled: Clinic, patient: Handset) -> None:
    days(ruled, 2)
    ruled.clock.jump(days=-400)
    days(ruled, 2)

    assert "zebra i cant breathe" in words(ruled, "inbox.body")
    assert patient.waiting == []
    assert retention.last_day(ruled.parts) == ruled.clock.now().date()


def test_nothing_goes_while_a_restored_backup_is_not_complete(ruled: Clinic, patient: Handset) -> None:
    assert patient.waiting == []
    days(ruled, 28)
    ruled.parts.database.write(lambda tx: recovery.begin(tx, ruled.clock.now().isoformat(), ruled.moment))
    ruled.clock.jump(days=2)
    retention.due(ruled.parts, ruled.moment)

    assert words(ruled, "inbox.body") == ["zebra i cant breathe", "STOP"]


def test_two_clocks_and_more_rows_than_a_batch(ruled: Clinic, patient: Handset) -> None:
    stranger = ruled.stranger()
    for number in range(retention.BATCH + 5):
        stranger.texts(f"hello {number}", at_once=True)
    days(ruled, 30)
    assert patient.waiting == []
    ruled.clock.jump(days=1)
    other = ruled.another_process()

    for _ in range(3):
        retention.due(ruled.parts, ruled.moment)
        retention.due(other, ruled.moment)

    assert set(words(ruled, "inbox.body")) == {""}


def test_without_rules_everything_stays(clinic: Clinic) -> None:
    clinic.publish_with("practice.yaml", "  at_carrier: 7d", "  at_carrier: 9999d")
    stranger = clinic.stranger()
    stranger.texts("hello")

    days(clinic, 40)

    assert words(clinic, "inbox.body") == ["hello"]


def test_every_rule_has_its_rows_and_its_sentence() -> None:
    assert set(PARTS) == set(Kept)
    assert len(Retention().sentences()) == len(Kept)
    names = [part.name for parts in PARTS.values() for part in parts]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("days_since", "expected"), [(None, False), (0, False), (1, True), (3, True), (4, False), (-1, False), (400, False)]
)
def test_a_day_is_begun_only_when_the_last_one_is_near(days_since: int | None, expected: bool) -> None:  # noqa: FBT001
    today = TUESDAY.date()
    last = None if days_since is None else today - timedelta(days=days_since)

    assert may_begin(last, today) is expected
