"""The audit log's chain: whole when nobody touched it, and broken by any change, removal, addition or cut."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.audit import BEGINNING, Entry, Kept, Verdict, digest, verify

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Chain = list[Kept]


def keyed(text: str) -> bytes:
    return hmac.digest(b"the clinic's key", text.encode(), hashlib.sha256)


def chain(count: int = 6, key: Callable[[str], bytes] = keyed) -> Chain:
    kept, before = list[Kept](), BEGINNING
    for number in range(1, count + 1):
        at = NOON + timedelta(minutes=number)
        entry = Entry(number, at, "ana", "console", "read patient", (f"p{number}",), "día 3")
        before = digest(key, before, entry)
        kept.append(Kept(entry, before))
    return kept


def judged(kept: Chain, anchors: dict[int, str] | None = None) -> Verdict:
    head = (kept[-1].entry.number, kept[-1].digest) if kept else None
    return verify(keyed, kept, head, anchors or {})


def test_an_untouched_log_is_whole() -> None:
    kept = chain()
    verdict = judged(kept, {2: kept[1].digest.hex(), 6: kept[5].digest.hex()})

    assert verdict == Verdict(6, kept[-1].digest.hex(), ())
    assert judged([]) == Verdict(0, BEGINNING.hex(), ())


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON},
        {"staff_id": None},
        {"staff_id": "mallory"},
        {"act": "read nothing"},
        {"patients": ()},
        {"patients": ("p3", "p4")},
        {"detail": ""},
        {"door": "command line"},
    ],
    ids=str,
)
def test_any_change_shows(change: dict[str, object]) -> None:
    kept = chain()
    kept[2] = replace(kept[2], entry=replace(kept[2].entry, **change))  # type: ignore[arg-type]

    assert judged(kept).problems == ("entry 3 was changed, or one before it was removed",)


def test_a_removed_entry_shows_also_when_the_rest_is_numbered_anew() -> None:
    gap = [each for each in chain() if each.entry.number != 3]
    closed = [Kept(replace(each.entry, number=place), each.digest) for place, each in enumerate(gap, start=1)]

    assert "entry 3 is missing" in judged(gap).problems[0]
    assert judged(closed).problems


def test_an_end_that_was_cut_off_shows_by_the_head_and_by_the_anchors() -> None:
    kept = chain()
    head = (6, kept[5].digest)
    cut = verify(keyed, kept[:4], head, {})
    with_the_head_put_back = judged(kept[:4], {6: kept[5].digest.hex()})

    assert cut.problems == ("the log ends at entry 4, but its head says that there were 6",)
    assert with_the_head_put_back.problems == ("an anchor notes entry 6, which is not there",)


def test_a_log_written_anew_without_the_key_shows() -> None:
    forged = chain(key=lambda text: hashlib.sha256(text.encode()).digest())

    assert judged(forged).problems


def test_a_log_written_anew_with_the_key_shows_by_an_anchor() -> None:
    anchors = {3: chain()[2].digest.hex()}
    other = [Kept(replace(each.entry, detail=""), each.digest) for each in chain()]
    before, anew = BEGINNING, Chain()
    for each in other:
        before = digest(keyed, before, each.entry)
        anew.append(Kept(each.entry, before))

    assert judged(anew, anchors).problems == ("entry 3 is not the one that was anchored",)


def test_a_head_that_is_gone_or_another_shows() -> None:
    kept = chain()

    assert verify(keyed, kept, None, {}).problems == ("the head is gone",)
    assert verify(keyed, kept, (6, b"x" * 32), {}).problems == ("the head does not fit the newest entry",)
    assert verify(keyed, kept, (5, kept[4].digest), {}).problems == ("the head does not fit the newest entry",)
