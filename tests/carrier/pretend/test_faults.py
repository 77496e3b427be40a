"""Faults strike what they were meant for, as often as was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.carrier.pretend.faults import KINDS, Faults, Stage, UnknownFault

ANA = {"to": "+15075550101", "from": "+15075550100", "body": "Good morning Ana"}


def test_a_fault_strikes_once_unless_told_otherwise() -> None:
    faults = Faults()
    faults.add("error_500")
    struck = [faults.take_one(Stage.REFUSE, ANA), faults.take_one(Stage.REFUSE, ANA)]

    assert [fault.kind if fault else None for fault in struck] == ["error_500", None]
    assert faults.all() == []


def test_a_count_of_none_lasts_until_cleared() -> None:
    faults = Faults()
    faults.add("hang", count=None)
    struck = [faults.take_one(Stage.ANSWER, ANA) for _ in range(3)]
    faults.clear()

    assert all(struck)
    assert faults.take_one(Stage.ANSWER, ANA) is None


@pytest.mark.parametrize(
    ("match", "strikes"),
    [
        ({"to": "+15075550101"}, True),
        ({"to": "+1507555010"}, False),
        ({"body": "MORNING"}, True),
        ({"body": "evening"}, False),
        ({"to": "+15075550101", "from": "+15075550199"}, False),
    ],
)
def test_a_match_narrows_a_fault(match: dict[str, str], *, strikes: bool) -> None:
    faults = Faults()
    faults.add("reset", match=match)

    assert bool(faults.take_one(Stage.REFUSE, ANA)) == strikes


def test_faults_of_the_same_kind_strike_one_message_after_the_other() -> None:
    faults = Faults()
    faults.add("landline")
    faults.add("landline")
    faults.add("doubled_callbacks")
    first, second = faults.take(Stage.JOURNEY, ANA), faults.take(Stage.JOURNEY, ANA)

    assert [fault.kind for fault in first] == ["landline", "doubled_callbacks"]
    assert [fault.kind for fault in second] == ["landline"]


def test_a_refusal_meant_for_the_list_spares_the_send() -> None:
    faults = Faults()
    faults.add("error_503", on="list")

    assert faults.take_one(Stage.REFUSE, ANA, operation="send") is None
    assert faults.take_one(Stage.REFUSE, ANA, operation="list")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gremlins"},
        {"kind": "hang", "count": 0},
        {"kind": "hang", "match": {"sid": "SM1"}},
        {"kind": "late_webhook", "seconds": -1},
        {"kind": "auth", "on": "sending"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnknownFault):
        Faults().add(**wrong)


DOCUMENT = Path(__file__).parents[3] / "bot" / "docs" / "pretend-carrier.md"


def test_every_fault_is_in_the_documentation() -> None:
    said = DOCUMENT.read_text("utf-8")

    assert [kind for kind in KINDS if f"`{kind}`" not in said] == []
    assert f"in {len(KINDS)} ways" in (Path(__file__).parents[3] / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "refused"},
        {"kind": "reset", "code": 30003},
        {"kind": "undelivered", "code": 3},
        {"kind": "failed", "code": "30008"},
    ],
)
def test_a_code_is_for_the_faults_that_take_one(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnknownFault, match="code"):
        Faults().add(**wrong)
