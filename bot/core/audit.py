"""The audit log's chain: each entry's digest covers its content and the digest before it, under a key.

Who can write to the database but lacks the key cannot change, remove or add an entry without breaking the chain;
cutting off its end shows because the newest digest is also noted elsewhere (the anchors).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

Keyed = Callable[[str], bytes]
"""HMAC-SHA-256 of a text under a key that is not in the database's own hands."""

BEGINNING = bytes(32)


@dataclass(frozen=True, slots=True)
class Entry:
    """`door` is the way it came in: console, link, command line. `detail` holds codes and rules, no patient's word."""

    number: int
    at: datetime
    staff_id: str | None
    door: str
    act: str
    patients: tuple[str, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class Kept:
    entry: Entry
    digest: bytes


def digest(keyed: Keyed, before: bytes, entry: Entry) -> bytes:
    # A list, because keys in an object would be one more thing that could be ordered in two ways.
    content = [
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.staff_id,
        entry.door,
        entry.act,
        list(entry.patients),
        entry.detail,
    ]
    return keyed(f"audit:{before.hex()}:{json.dumps(content, ensure_ascii=False)}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problems` are sentences; none means that the log is whole."""

    entries: int
    head: str
    problems: tuple[str, ...]


MOST_PROBLEMS = 20


def verify(keyed: Keyed, kept: Iterable[Kept], head: tuple[int, bytes] | None, anchors: dict[int, str]) -> Verdict:
    """Walk the whole chain. `head` is what the database says is newest; `anchors` were noted outside: number -> hex."""
    problems: list[str] = []
    number, before, seen = 0, BEGINNING, dict[int, str]()
    for each in kept:
        number += 1
        if each.entry.number != number:
            problems.append(f"entry {number} is missing: the next that is there is {each.entry.number}")
            number = each.entry.number
        elif digest(keyed, before, each.entry) != each.digest:
            problems.append(f"entry {number} was changed, or one before it was removed")
        before = each.digest
        if number in anchors:
            seen[number] = before.hex()
    problems += _head_problems(head, number, before)
    problems += _anchor_problems(anchors, seen, number)
    return Verdict(number, before.hex(), tuple(problems[:MOST_PROBLEMS]))


def _head_problems(head: tuple[int, bytes] | None, number: int, newest: bytes) -> list[str]:
    if head is None:
        return ["the head is gone"] if number else []
    if head[0] > number:
        return [f"the log ends at entry {number}, but its head says that there were {head[0]}"]
    same = head[0] == number and hmac.compare_digest(head[1], newest)
    return [] if same else ["the head does not fit the newest entry"]


def _anchor_problems(anchors: dict[int, str], seen: dict[int, str], number: int) -> list[str]:
    gone = [f"an anchor notes entry {noted}, which is not there" for noted in sorted(anchors) if noted > number]
    other = [
        f"entry {noted} is not the one that was anchored"
        for noted, said in sorted(anchors.items())
        if noted <= number and seen.get(noted) != said
    ]
    return gone[:1] + other
