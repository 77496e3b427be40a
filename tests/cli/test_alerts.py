"""A nurse closes the loop from the command line."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.redflag.table import Tier
from bot.service.parts import Parts
from bot.store import alerts as store
from bot.store.alerts import NewAlert
from tests.cli.conftest import NOW, Terminal


def raised(parts: Parts, code: str = "4F7") -> None:
    def work(tx: Connection) -> None:
        words, concepts = "cant feel when i wipe", ("cauda_equina",)
        new = NewAlert(Tier.EMERGENCY, concepts, Cause.FREE_TEXT, words, (), contact_id=None, patient_id=None)
        store.add(tx, parts.vault, parts.ids(), new, code=code, raised_at=NOW)

    parts.database.write(work)


@pytest.fixture
def nurse(mendline: Terminal, parts: Parts) -> str:
    """Her id; one alert is open."""
    raised(parts)
    added = mendline("staff", "add", "--phone", "5075550190", "--name", "N. One", "--role", "nurse", "--json")
    return str(added.json[0]["id"])


def test_an_alert_is_acknowledged_once(mendline: Terminal, nurse: str) -> None:
    first, again = mendline("alerts", "ack", "4f7", "--by", nurse), mendline("alerts", "ack", "4F7", "--by", nurse)

    assert first.code == 0
    assert first.out == "Alert 4F7 is acknowledged. Without a disposition it comes back at 2026-11-20T16:00:00.000Z.\n"
    assert (again.code, again.error) == (1, "alert 4F7 is acknowledged already\n")


def test_an_acknowledged_alert_is_resolved_with_what_was_found(mendline: Terminal, nurse: str) -> None:
    acknowledged = mendline("alerts", "ack", "4F7", "--by", nurse, "--json").json[0]
    resolved = mendline("alerts", "resolve", "4F7", "--by", nurse, "--disposition", "Sent to the ER", "--json").json[0]

    assert (acknowledged["state"], acknowledged["acknowledged_by"]) == ("acknowledged", nurse)
    assert acknowledged["acknowledged_at"] == "2026-11-20T15:00:00.000Z"
    assert (resolved["state"], resolved["disposition"], resolved["next_action_at"]) == (
        "resolved",
        "Sent to the ER",
        None,
    )


def test_the_list_holds_what_is_not_resolved(mendline: Terminal, nurse: str, parts: Parts) -> None:
    raised(parts, "0A1")
    mendline("alerts", "resolve", "4F7", "--by", nurse, "--disposition", "Well")

    assert [each["code"] for each in mendline("alerts", "list", "--json").json] == ["0A1"]
    assert [each["code"] for each in mendline("alerts", "list", "--all", "--json").json] == ["4F7", "0A1"]
    assert "0A1" in mendline("alerts", "list").out


def test_the_list_hides_what_was_said(mendline: Terminal, nurse: str) -> None:
    assert "wipe" not in mendline("alerts", "list", "--json").out + mendline("alerts", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("ack", "FFF", "--by", "{nurse}"), 1, "there is no open alert FFF"),
        (("ack", "4F7", "--by", "nobody"), 1, "there is no such staff member"),
        (("resolve", "4F7", "--by", "{nurse}", "--disposition", "  "), 1, "a resolved alert needs a disposition"),
        (("resolve", "4F7", "--by", "{nurse}"), 2, "Missing option '--disposition'"),
        (("ack", "4F7"), 2, "Missing option '--by'"),
    ],
)
def test_a_mistake_is_a_sentence(
    mendline: Terminal, nurse: str, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    said = mendline("alerts", *(word.format(nurse=nurse) for word in arguments))

    assert (said.code, said.out) == (code, "")
    assert sentence in said.error


def test_no_alerts_is_a_sentence(mendline: Terminal) -> None:
    assert mendline("alerts", "list").out == "No open alerts.\n"
