"""What the database holds, with exactly the fields of the contract."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.enrollment import Channel, MessageKind
from bot.core.redflag.table import Tier
from bot.core.session import Session
from bot.service.parts import Parts
from bot.store import alerts, contacts, inbox, outbox, patients, sessions, staff
from bot.store.alerts import NewAlert
from bot.store.inbox import Inbound
from bot.store.outbox import Draft
from tests.cli.conftest import NOW, Terminal
from tests.cli.test_patients import add

AT = "2026-11-20T15:00:00.000Z"
FIELDS = {
    "inbox": ["id", "sid", "contact", "received_at", "state", "attempts"],
    "outbox": [
        *("id", "kind", "channel", "contact", "occurrence", "state"),
        *("reason", "sid", "attempts", "due_at", "sent_at"),
    ],
    "alerts": [
        *("code", "patient", "tier", "concepts", "state", "raised_at", "cause"),
        *("next_action_at", "acknowledged_by", "acknowledged_at", "disposition"),
    ],
    "sessions": ["id", "contact", "flow", "version", "step", "state"],
    "plan": ["patient", "item", "local_day", "due_at", "state", "reason"],
}
REVEALED = {"inbox": ["body"], "outbox": ["to", "body"], "alerts": ["quote"], "sessions": [], "plan": []}


@pytest.fixture
def patient(mendline: Terminal, parts: Parts) -> str:
    """The id of Ana, who is enrolled; with a text, a page by e-mail, an alert and a conversation of hers."""
    patient_id: str = mendline(*add(), "--consented", "--json").json[0]["id"]
    nurse = ("--phone", "5075550190", "--name", "N. One", "--email", "one@clinic.example", "--role", "nurse")
    staff_id = mendline("staff", "add", *nurse, "--json").json[0]["id"]
    parts.database.write(lambda tx: _busy_morning(tx, parts, patient_id, staff_id))
    return patient_id


def _busy_morning(tx: Connection, parts: Parts, patient_id: str, staff_id: str) -> None:
    vault = parts.vault
    text = Inbound(sid="SM" + "a" * 32, phone="+15075550101", body="it is a 9")
    inbox.keep(tx, inbox.new(vault, parts.ids(), text, now=NOW), text, next_attempt_at=NOW)
    ana, member = patients.get(tx, patient_id), staff.get(tx, staff_id)
    assert member is not None
    _page(tx, parts, member.contact_id, staff_id)
    concepts, words = ("uncontrolled_pain",), "it is a 9"
    new = NewAlert(Tier.SAME_DAY, concepts, Cause.ANSWER, words, (), contact_id=None, patient_id=patient_id)
    alerts.add(tx, vault, parts.ids(), new, code="4F7", raised_at=NOW)
    sessions.begin(
        tx,
        vault,
        parts.ids(),
        contact_id=contacts.get(tx, ana.contact_id).id,
        patient_id=patient_id,
        occurrence="x",
        session=Session("day-01", version=1, step="pain"),
        nudge_at=None,
        expires_at=None,
        now=NOW,
    )


def _page(tx: Connection, parts: Parts, contact_id: str, staff_id: str) -> None:
    outbox.write(
        tx,
        parts.vault,
        Draft(
            id=parts.ids(),
            kind=MessageKind.PAGE,
            channel=Channel.EMAIL,
            contact_id=contact_id,
            occurrence="page:1",
            body="Same day alert 4F7",
            due_at=NOW,
            created_at=NOW,
            staff_id=staff_id,
        ),
    )


@pytest.mark.parametrize("view", FIELDS)
def test_the_fields_are_the_contracts(mendline: Terminal, patient: str, view: str) -> None:
    hidden, revealed = mendline("show", view, "--json"), mendline("show", view, "--json", "--reveal")

    assert list(hidden.json[0]) == FIELDS[view]
    assert list(revealed.json[0]) == FIELDS[view] + REVEALED[view]


@pytest.mark.parametrize("view", FIELDS)
def test_what_was_written_and_whole_numbers_stay_hidden(mendline: Terminal, patient: str, view: str) -> None:
    printed = mendline("show", view, "--json").out + mendline("show", view).out

    for secret in ("507555", "it is a 9", "Same day alert", "one@clinic", "Ana"):
        assert secret not in printed


@pytest.mark.parametrize("view", FIELDS)
@pytest.mark.parametrize("options", [(), ("--reveal",)])
def test_a_table_is_readable_at_a_hundred_columns(
    mendline: Terminal, patient: str, view: str, options: tuple[str, ...]
) -> None:
    said = mendline("show", view, *options)

    assert said.code == 0
    assert max(map(len, said.lines)) <= 100


def test_a_text_is_shown_with_its_state(mendline: Terminal, patient: str) -> None:
    shown = mendline("show", "inbox", "--json", "--reveal").json[0]

    assert {**shown, "id": ""} == {
        "id": "",
        "sid": "SM" + "a" * 32,
        "contact": "+15075550101",
        "received_at": AT,
        "state": "received",
        "attempts": 1,
        "body": "it is a 9",
    }


def test_a_page_by_mail_shows_its_address_only_when_asked(mendline: Terminal, patient: str) -> None:
    hidden, shown = (
        mendline("show", "outbox", "--json").json[0],
        mendline("show", "outbox", "--json", "--reveal").json[0],
    )

    assert (hidden["kind"], hidden["channel"], hidden["contact"]) == ("page", "email", "…0190")
    assert (hidden["state"], hidden["sid"], hidden["due_at"], hidden["sent_at"]) == ("pending", None, AT, None)
    assert (shown["contact"], shown["to"], shown["body"]) == (
        "+15075550190",
        "one@clinic.example",
        "Same day alert 4F7",
    )


def test_an_alert_names_the_patient_by_id(mendline: Terminal, patient: str) -> None:
    assert mendline("show", "alerts", "--json").json == [
        {
            "code": "4F7",
            "patient": patient,
            "tier": "same_day",
            "concepts": ["uncontrolled_pain"],
            "state": "open",
            "raised_at": AT,
            "cause": "answer",
            "next_action_at": AT,
            "acknowledged_by": None,
            "acknowledged_at": None,
            "disposition": None,
        }
    ]


def test_a_session_says_where_it_stands(mendline: Terminal, patient: str) -> None:
    shown = mendline("show", "sessions", "--json").json[0]

    assert {name: shown[name] for name in FIELDS["sessions"][1:]} == {
        "contact": "…0101",
        "flow": "day-01",
        "version": 1,
        "step": "pain",
        "state": "active",
    }


def test_the_plan_is_the_patients_days(mendline: Terminal, patient: str) -> None:
    shown = mendline("show", "plan", "--json").json

    assert {each["patient"] for each in shown} == {patient}
    assert {each["state"] for each in shown} <= {"planned", "skipped"}
    assert shown[0]["local_day"] == "2026-11-13"  # the baseline, a week before the surgery
    assert all(each["due_at"].endswith("Z") for each in shown)


def test_pages_of_rows_join_without_a_gap(mendline: Terminal, parts: Parts) -> None:
    def work(tx: Connection) -> None:
        for number in range(1003):
            text = Inbound(sid=f"SM{number:032x}", phone="+15075550101", body="")
            kept = inbox.new(parts.vault, parts.ids(), text, now=NOW + timedelta(seconds=number))
            inbox.keep(tx, kept, text, next_attempt_at=NOW)

    parts.database.write(work, patience=30)

    whole, newest = mendline("show", "inbox", "--json"), mendline("show", "inbox", "--json", "--last", "2")
    table = mendline("show", "inbox")
    sids = [each["sid"] for each in whole.json]
    assert sids == [f"SM{number:032x}" for number in range(1003)]
    assert [each["sid"] for each in newest.json] == sids[-2:]
    assert table.lines[-1] == "These are the newest 100: --last shows more, --json all."


@pytest.mark.parametrize("view", FIELDS)
def test_an_empty_view_is_a_sentence(mendline: Terminal, view: str) -> None:
    assert mendline("show", view).out == "Nothing yet.\n"
    assert mendline("show", view, "--json").out == ""
