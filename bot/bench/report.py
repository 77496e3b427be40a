"""How figures are printed: tables for people, one JSON object a line for programs."""

from __future__ import annotations

from collections.abc import Iterator

from bot.bench.figures import Section, Wish

NAME_WIDTH = 52
CELL_WIDTH = 13


def lines(section: Section) -> Iterator[str]:
    yield f"{section.title:<{NAME_WIDTH}}" + "".join(f"{heading:>{CELL_WIDTH}}" for heading in section.headings)
    for row in section.rows:
        yield f"  {row.name:<{NAME_WIDTH - 2}}" + "".join(map(_cell, row.cells))
    for wish in section.wishes:
        yield f"  {wish.name}: {_verdict(wish)}"
    if section.note:
        yield f"  ({section.note})"
    yield ""


def record(section: Section) -> dict[str, object]:
    return {
        "section": section.title,
        "rows": [{"name": row.name, **dict(zip(section.headings, row.cells, strict=True))} for row in section.rows],
        "wishes": [
            {
                "name": wish.name,
                "found": round(wish.found, 3),
                "wanted": wish.wanted,
                "at_least": wish.at_least,
                "unit": wish.unit,
                "is_met": wish.is_met,
            }
            for wish in section.wishes
        ],
        "note": section.note,
    }


def _cell(value: float | None) -> str:
    if value is None:
        return f"{'-':>{CELL_WIDTH}}"
    return f"{value:>{CELL_WIDTH},.0f}" if value >= 100 else f"{value:>{CELL_WIDTH}.2f}"


def _verdict(wish: Wish) -> str:
    unit = f" {wish.unit}" if wish.unit else ""
    bound = "at least" if wish.at_least else "at most"
    sign = "reached" if wish.is_met else "NOT REACHED"
    return f"{wish.found:.2f}{unit} (wanted {bound} {wish.wanted:g}{unit}): {sign}"
