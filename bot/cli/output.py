"""How data is printed: one JSON object a line for programs, a table of 100 columns for people."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click

Record = Mapping[str, object]

TABLE_WIDTH = 100
"""Of a table that no terminal shows: it is piped, or kept in a file."""

WHOLE = ("id", "patient", "code", "contact", "to", "received_at", "raised_at", "due_at", "sent_at")
"""Columns that are copied from the screen, or compared by eye: they are never cut in two."""


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with Z, as the contract has it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def number(phone: str, *, reveal: bool) -> str:
    """The last four digits, or the whole number for those who ask for it."""
    return phone if reveal else f"…{phone[-4:]}"


def say(text: str) -> None:
    """One line on standard output. Whoever reads us may stop early (`| head`): that is no mistake."""
    with _may_stop_reading():
        click.echo(text)


def say_json(records: Iterable[Record]) -> None:
    for record in records:
        say(json_line(record))


def json_line(record: Record) -> str:
    line = json.dumps(record, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(record)  # half an emoji came in: it can only leave again as an escape
    return line


def say_table(records: Iterable[Record], columns: Sequence[str], *, empty: str) -> None:
    """These columns of the records; the sentence `empty` when there are none. Moments are cut to the minute."""
    rows = [[_cell(record[column]) for column in columns] for record in records]
    say(_drawn(columns, rows) if rows else empty)


def _drawn(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else TABLE_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), no_wrap=column in WHOLE)
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    with console.capture() as drawn:
        console.print(table)
    return drawn.get().rstrip("\n")


def _cell(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return _to_the_minute(_printable(str(value)))


def _printable(text: str) -> str:
    """A patient's text must not be able to steer the terminal that shows it."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)


def _to_the_minute(text: str) -> str:
    is_moment = len(text) == 24 and text.endswith("Z") and text[10] == "T"
    return f"{text[:16]}Z" if is_moment else text


@contextmanager
def _may_stop_reading() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # Python flushes standard output once more at its end, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
