"""The strict reader: what plain words mean, and that nothing makes it fall over."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flowfile.library import from_sources
from bot.flowfile.problem import Notes
from bot.flowfile.yaml import Fields, Items, Scalar, read
from tests.flowfile.small import FLOW, small


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("Y", "Y"),
        ("22:30", "22:30"),
        ("2026-11-20", "2026-11-20"),
        ("8..10", "8..10"),
        ("38..", "38.."),
        ("..3", "..3"),
        ("1_000", "1_000"),
        ("1e9", "1e9"),
        ("0x1F", "0x1F"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("8", 8),
        ("-8", -8),
        ("007", 7),
        ("100.4", 100.4),
        (".5", 0.5),
        ("'8'", "8"),
        ('"true"', "true"),
        ("", None),
    ],
)
def test_a_plain_word_means_what_anyone_would_think(written: str, value: object) -> None:
    notes = Notes("f.yaml")

    node = read(f"a: {written}\n", notes)

    assert isinstance(node, Fields)
    found = node.fields["a"]
    assert isinstance(found, Scalar)
    assert (found.value, type(found.value)) == (value, type(value))
    assert notes.problems == ()


def test_every_value_knows_its_line_and_column() -> None:
    node = read("a:\n  - one\n  -   two\nb: {c: three}\n", Notes("f.yaml"))

    assert isinstance(node, Fields)
    assert node.lines == {"a": 1, "b": 4}
    items = node.fields["a"]
    assert isinstance(items, Items)
    assert [(item.line, item.column) for item in items.items] == [(2, 5), (3, 7)]


def test_a_mark_at_the_beginning_and_windows_line_ends_do_no_harm() -> None:
    notes = Notes("f.yaml")

    node = read("\ufeffa: one\r\nb: two\r\n", notes)

    assert isinstance(node, Fields)
    assert list(node.fields) == ["a", "b"]
    assert notes.problems == ()


@pytest.mark.parametrize("text", ["", "# nothing but a remark\n", "\n\n"])
def test_an_empty_file_is_called_so(text: str) -> None:
    notes = Notes("f.yaml")

    assert read(text, notes) is None
    assert [str(problem) for problem in notes.problems] == ["f.yaml:1: the file is empty."]


@pytest.mark.parametrize(
    "text",
    [
        'a: "open',
        "a: [1, 2",
        "{",
        "- a\nb: c",
        "? [a]\n: b",
        "a: b: c",
        "a: |\n x\n  y\n z",
        "'",
        "a:\n - b\n  c: d",
        "`a",
    ],
)
def test_broken_text_is_a_problem_and_no_traceback(text: str) -> None:
    notes = Notes("f.yaml")

    read(text, notes)

    assert notes.problems == () or all(problem.line >= 1 for problem in notes.problems)


@settings(deadline=None)  # another's work on the machine is no mistake of ours
@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    notes = Notes("f.yaml")

    node = read(text, notes)

    assert node is not None or notes.is_broken


@settings(deadline=None)
@given(
    place=st.integers(0, len(FLOW) - 1),
    cut=st.integers(0, 30),
    put=st.sampled_from(["", "yes", "[", "}", "- ", ": ", "..", "any", "~", '"', "\n", "end", "1e400", "9" * 40]),
)
def test_no_slip_of_the_hand_makes_the_loader_fall_over(place: int, cut: int, put: str) -> None:
    sources = {**small(), "sample.yaml": FLOW[:place] + put + FLOW[place + cut :]}

    loaded = from_sources(sources)

    assert (loaded.library is None) == any(not problem.is_warning for problem in loaded.problems)
