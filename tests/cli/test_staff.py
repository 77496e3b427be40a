"""An admin puts people on the team and on call."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Terminal

NURSE = ("staff", "add", "--phone", "(507) 555-0190", "--name", "N. One", "--role", "nurse")


def test_a_nurse_is_added_and_listed(mendline: Terminal) -> None:
    said = mendline(*NURSE, "--on-call", "1", "--email", "one@clinic.example", "--json")

    member = {"id": said.json[0]["id"], "name": "N. One", "role": "nurse", "on_call": 1, "stopped": False}
    assert said.code == 0
    assert mendline("staff", "list", "--json").json == [{**member, "contact": "…0190"}]
    assert mendline("staff", "list", "--reveal", "--json").json == [
        {**member, "contact": "+15075550190", "email": "one@clinic.example"}
    ]


def test_people_hear_who_is_paged(mendline: Terminal) -> None:
    on_call = mendline(*NURSE, "--on-call", "2")
    off_call = mendline("staff", "add", "--phone", "5075550191", "--name", "A", "--role", "admin")

    assert "Paged on rung 2." in on_call.out
    assert "Not on call" in off_call.out


def test_a_known_number_is_refused_with_its_id(mendline: Terminal) -> None:
    known = mendline(*NURSE, "--json").json[0]["id"]

    again = mendline(*NURSE)

    assert (again.code, again.error) == (1, f"this number belongs to a staff member already, {known}\n")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--phone", "12"), "--phone: that is not a phone number that can be texted"),
        (("--email", "nurse"), "--email: that is not an address"),
        (("--role", "viewer", "--on-call", "1"), "a viewer cannot be on call"),
        (("--role", "doctor"), "'doctor' is not one of 'nurse', 'admin', 'viewer'"),
        (("--on-call", "0"), "0 is not in the range"),
    ],
)
def test_a_mistake_is_a_sentence(mendline: Terminal, options: tuple[str, ...], sentence: str) -> None:
    said = mendline(*NURSE, *options)

    assert (said.code, said.out) == (2, "")
    assert sentence in said.error
    assert "Traceback" not in said.error


def test_an_empty_team_is_a_sentence(mendline: Terminal) -> None:
    assert mendline("staff", "list").out == "No staff yet.\n"


def test_somebody_is_taken_off_the_team_and_their_number_is_free(mendline: Terminal) -> None:
    known = mendline(*NURSE, "--on-call", "1", "--json").json[0]["id"]

    removed = mendline("staff", "remove", known)

    assert (removed.code, removed.out) == (0, "N. One is no longer on the team.\n")
    assert mendline("staff", "list").out == "No staff yet.\n"
    assert mendline("staff", "remove", known).code == 1
    assert mendline(*NURSE).code == 0


def test_the_only_admin_cannot_be_removed(mendline: Terminal) -> None:
    only = mendline("staff", "add", "--phone", "5075550191", "--name", "A. Dmin", "--role", "admin", "--json").json[0]

    refused = mendline("staff", "remove", str(only["id"]))

    assert refused.code == 1
    assert "A. Dmin is the only admin who can let others in" in refused.error
