"""What people type at the command line, made sure of: the option is named in the sentence that refuses it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from bot.errors import UserError
from bot.service import typed


def phone(text: str, *, option: str = "--phone") -> str:
    with named(option):
        return typed.phone(text)


def emergency_contact(text: str) -> str:
    with named("--emergency-contact"):
        return typed.emergency_contact(text)


def timezone(name: str) -> str:
    with named("--timezone"):
        return typed.timezone(name)


def surgery(text: str, today: date) -> date:
    with named("--surgery"):
        return typed.surgery(text, today)


def name(text: str) -> str:
    with named("--name"):
        return typed.name(text)


def words(text: str, *, option: str) -> str:
    with named(option):
        return typed.words(text)


def email(text: str) -> str:
    with named("--email"):
        return typed.email(text)


def one_of(text: str, known: Collection[str], *, option: str) -> str:
    with named(option):
        return typed.one_of(text, known)


@contextmanager
def named(option: str) -> Iterator[None]:
    try:
        yield
    except typed.Mistyped as wrong:
        raise UserError(f"{option}: {wrong}") from None


def json_lines(file: Path) -> list[dict[str, Any]]:
    """One object a line. Raises UserError, naming the line."""
    found = []
    for place, line in enumerate(file.read_text("utf-8", "replace").splitlines(), start=1):
        try:
            entry = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            entry = ()
        if isinstance(entry, dict):
            found.append(entry)
        elif entry is not None:
            raise UserError(f"Line {place} is no JSON object.")
    return found


def texts(lines: Iterable[bytes], *, as_json: bool) -> Iterator[tuple[object, str]]:
    """Texts with their ids: one a line, named by the line's number, or one JSON object with "id" and "text" a line."""
    for place, line in enumerate(lines, start=1):
        text = line.decode("utf-8", "replace")
        if not as_json:
            yield place, text.rstrip("\r\n")
        elif text.strip():
            yield _entry(place, text)


def _entry(place: int, line: str) -> tuple[object, str]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        raise UserError(f"Line {place} is not JSON.") from None
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str) or "id" not in entry:
        raise UserError(f'Line {place} needs an "id" and a "text", as in {{"id": 1, "text": "Good morning"}}.')
    return entry["id"], entry["text"]
