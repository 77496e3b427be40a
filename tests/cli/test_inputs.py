"""What people type is made sure of: tables of what is taken, and the sentence for what is not."""

from __future__ import annotations

from datetime import date

import pytest

from bot.cli import inputs
from bot.errors import UserError

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+15075550101", "+15075550101"),
        ("(507) 555-0101", "+15075550101"),
        ("507.555.0101", "+15075550101"),
        ("1 507 555 0101", "+15075550101"),
        (" +1 (507) 555-0101 ", "+15075550101"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_becomes_e164(typed: str, number: str) -> None:
    assert inputs.phone(typed) == number


@pytest.mark.parametrize("typed", ["", "911", "5550101", "507-555-010", "+1507555010155", "1-800-FLOWERS", "Ana", "+"])
def test_what_cannot_be_texted_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match=r"^--phone: that is not a phone number that can be texted"):
        inputs.phone(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("+15075550102 Luis Ruiz", "+15075550102 Luis Ruiz"),
        ("(507) 555-0102 Luis Ruiz", "+15075550102 Luis Ruiz"),
        ("507-555-0102, Luis  Ruiz (son)", "+15075550102 Luis Ruiz (son)"),
        ("+15075550102", "+15075550102"),
    ],
)
def test_an_emergency_contact_keeps_its_name(typed: str, kept: str) -> None:
    assert inputs.emergency_contact(typed) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("Luis Ruiz +15075550102", "write the number first"), ("12 Luis", "not a phone number")],
)
def test_an_emergency_contact_nobody_could_call_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(UserError, match=f"--emergency-contact: .*{sentence}"):
        inputs.emergency_contact(typed)


@pytest.mark.parametrize("typed", ["2026-11-20", "2024-11-21", "2027-11-20", " 2026-11-20 "])
def test_a_likely_day_of_surgery_is_taken(typed: str) -> None:
    assert inputs.surgery(typed, TODAY) == date.fromisoformat(typed.strip())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("11/20/2026", "is not a date; write it year first, like 2026-11-20"),
        ("2026-02-30", "is not a date"),
        ("tomorrow", "is not a date"),
        ("2024-11-01", "too far from today"),
        ("2027-12-01", "too far from today"),
        ("1958-03-04", "too far from today"),
    ],
)
def test_a_slip_in_the_day_of_surgery_is_refused(typed: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        inputs.surgery(typed, TODAY)


def test_a_zone_is_refused_with_the_likely_one() -> None:
    with pytest.raises(UserError, match=r"did you mean America/Chicago\?"):
        inputs.timezone("chicago")


@pytest.mark.parametrize("typed", ["", "   ", "a\x1b[2J", "x" * 201])
def test_a_name_nobody_could_read_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match=r"^--name: "):
        inputs.name(typed)


@pytest.mark.parametrize("typed", ["nurse", "a b@c.d", "@clinic.example", "nurse@clinic"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match=r"^--email: "):
        inputs.email(typed)


@pytest.mark.parametrize(("typed", "hint"), [("day-1", "did you mean day-01?"), ("zzz", "it may be day-01, day-02.")])
def test_an_unknown_word_is_refused_with_the_likely_one(typed: str, hint: str) -> None:
    with pytest.raises(UserError) as refused:
        inputs.one_of(typed, ("day-02", "day-01"), option="FLOW")

    assert str(refused.value) == f"FLOW: there is no {typed!r}; {hint}"


def test_texts_are_named_by_their_lines_or_by_their_ids() -> None:
    plain = list(inputs.texts([b"one\r\n", b"\n", b"caf\xff"], as_json=False))
    given = list(inputs.texts([b'{"id": "a", "text": "one"}\n', b"\n", b'{"id": null, "text": ""}'], as_json=True))

    assert plain == [(1, "one"), (2, ""), (3, "caf�")]
    assert given == [("a", "one"), (None, "")]


@pytest.mark.parametrize("line", [b"{", b"[1]", b'{"id": 1}', b'{"text": "x"}', b'{"id": 1, "text": 2}', b"[" * 99999])
def test_a_line_that_is_no_text_is_refused_by_its_number(line: bytes) -> None:
    with pytest.raises(UserError, match=r"^Line 1 "):
        list(inputs.texts([line], as_json=True))
