"""All measurements of one run, one after the other, in a folder that goes away with it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.bench import claim, databases, flows, hearing, inbound, pages
from bot.bench.figures import Section
from bot.bench.inbound import Size

WITHOUT_DATABASE = ("screen", "flows")
SECTIONS = (*WITHOUT_DATABASE, "inbound", "claim", "pages")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured of each; `page_seconds` for each latency of the carrier, `screened` texts of everyday."""

    inbound: Size
    claim_rows: tuple[int, ...]
    page_seconds: float
    screened: int


TINY = Plan(Size(rounds=1, texts=40, alone=5), (7_000, 14_000), 1, 40)
QUICK = Plan(Size(rounds=8, texts=250, alone=40), (10_000, 100_000), 4, 500)
NORMAL = Plan(Size(rounds=25, texts=500, alone=100), (10_000, 100_000, 1_000_000), 12, 2_000)
FULL = Plan(Size(rounds=35, texts=500, alone=100), (10_000, 100_000, 1_000_000, 10_000_000), 12, 2_000)


def run(plan: Plan, *, kinds: Sequence[str], sections: Sequence[str], say: Callable[[str], None]) -> Iterator[Section]:
    """`say` hears what is being measured just now."""
    if "screen" in sections:
        say("screening")
        yield hearing.measure(plan.screened)
    if "flows" in sections:
        say("flows")
        yield flows.measure()
    sections = [section for section in sections if section not in WITHOUT_DATABASE]
    if not sections:
        return
    with tempfile.TemporaryDirectory(prefix="mendline-bench-", ignore_cleanup_errors=True) as name:
        for kind in kinds:
            folder = Path(name) / kind
            folder.mkdir()
            with databases.opened(kind, folder) as made:
                yield from _measure(plan, made, folder, sections, lambda what, kind=kind: say(f"{kind}: {what}"))  # type: ignore[misc]


def _measure(
    plan: Plan,
    made: databases.Databases,
    folder: Path,
    sections: Sequence[str],
    say: Callable[[str], None],
) -> Iterator[Section]:
    if "inbound" in sections:
        yield inbound.measure(made, folder, plan.inbound, say)
    if "claim" in sections:
        say("claims")
        yield claim.measure(made, plan.claim_rows)
    if "pages" in sections:
        yield pages.measure(made, folder, plan.page_seconds, say)
