"""A table as CSV that no spreadsheet can mistake for a program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

Cell = str | float | None

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection), full-width forms included."""


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> str:
    """With a byte-order mark, without which Excel misreads accents. Numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_plain(column) for column in columns])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _plain(cell: Cell) -> Cell:
    """A text that could be a formula gets a quote in front, which makes it a text for good."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(STARTS_A_FORMULA):
        return f"'{cell}"
    return cell
