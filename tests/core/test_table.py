"""A table as CSV: read back as it was, and nothing in it is a formula."""

from __future__ import annotations

import csv
import io

import pytest

from bot.core.table import as_csv


@pytest.mark.parametrize("cell", ["=1+1", "+15075550101", "-2", "@SUM(A1)", "\t=1", " =cmd|' /C calc'!A0", "＝1+1"])
def test_what_a_spreadsheet_would_compute_becomes_a_text(cell: str) -> None:
    (_, (first, *_)) = csv.reader(io.StringIO(as_csv(("Name",), [(cell,)]).lstrip("\ufeff")))

    assert first == f"'{cell}"


def test_numbers_stay_numbers_and_accents_are_read_by_excel() -> None:
    text = as_csv(("Día", "=x"), [("Lucía, RN", -2.5), (None, 3)])

    assert text == '\ufeffDía,\'=x\r\n"Lucía, RN",-2.5\r\n,3\r\n'
