"""From a red flag to the carrier's acceptance of its page: web, doorbell, worker and clock as in service."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from bot import doorbell_server, lone
from bot.bench import carrier, load, machine, texts, ward
from bot.bench.databases import Databases
from bot.bench.figures import Row, Section, Wish, percentile
from bot.bench.servers import Site, servers, site
from bot.bench.texts import RED_FLAG, Target, phone
from bot.bench.ward import Ward
from bot.errors import UserError
from bot.store.tables import alert, inbox, outbox

PER_SECOND = 20.0
LATENCIES = (0.0, 0.1)
LONGEST_WAIT_SECONDS = 15.0
HEADINGS = ("p50 ms", "p99 ms", "max ms", "pages")
SLOWEST = {"p50 over the carrier's latency": 100.0, "p99": 3_000.0, "max": 10_000.0}


def measure(databases: Databases, folder: Path, seconds: float, say: Callable[[str], None]) -> Section:
    stub = Target(machine.free_port())
    data = folder / f"pages-{databases.kind}"
    clinic = site(data, databases.make("pages"), carrier_port=stub.port)
    each = int(PER_SECOND * seconds)
    say("admitting patients")
    patients = ward.open_ward(clinic.settings, each * len(LATENCIES) + 1)
    with servers() as started:
        started.module("bot.bench.carrier", str(stub.port))
        doorbell_server.ensure(data)
        for command in (("web",), ("clock",), ("worker", "--crew", "pages"), ("worker", "--crew", "texts")):
            started.product(clinic, *command)
        started.wait_for(clinic.target)
        started.wait_for(stub)
        try:
            found = _rounds(patients, clinic, stub, each, say)
        finally:
            patients.parts.database.close()
            started.end()
            lone.stop()
    return _section(databases.kind, found)


def _rounds(
    patients: Ward, clinic: Site, stub: Target, each: int, say: Callable[[str], None]
) -> dict[float, list[float]]:
    _wait_for_pages(patients, stub, _post(clinic, range(1)))  # workers have begun, and everything is imported
    found = {}
    for place, latency in enumerate(LATENCIES):
        say(f"red flags, carrier at {latency * 1000:.0f} ms")
        carrier.set_latency(stub, latency)
        first = 1 + place * each
        found[latency] = _wait_for_pages(patients, stub, _post(clinic, range(first, first + each)))
    return found


def _post(clinic: Site, numbers: Sequence[int]) -> dict[str, float]:
    """Sid of each text, and when it was posted."""
    ready = [texts.signed(clinic.target, phone(number), RED_FLAG) for number in numbers]
    answers = load.post(clinic.target, ready, connections=16, per_second=PER_SECOND)
    answers.round()
    return {answer.sid: answer.posted_at for answer in answers.all}


def _wait_for_pages(patients: Ward, stub: Target, posted: dict[str, float]) -> list[float]:
    """Seconds from the text's posting to its page's acceptance: a little more than from its commit."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        paged = patients.parts.database.read(_pages)
        at = carrier.accepted(stub)
        accepted = {paged[page]: moment for page, moment in at.items() if paged.get(page) in posted}
        if len(accepted) == len(posted):
            return [moment - posted[sid] for sid, moment in accepted.items()]
        if time.monotonic() > deadline:
            raise UserError(f"{len(posted) - len(accepted)} of {len(posted)} red flags were not paged in time.")
        time.sleep(0.1)


def _pages(tx: Connection) -> dict[str, str]:
    """Outbox id of each page, and the sid of the text that it is about."""
    rows = tx.execute(
        select(outbox.c.id, inbox.c.sid)
        .join_from(outbox, alert, alert.c.id == outbox.c.alert_id)
        .join(inbox, inbox.c.id == alert.c.inbox_id)
        .where(outbox.c.kind == "page")
    )
    return {row.id: row.sid for row in rows}


def _section(kind: str, found: dict[float, list[float]]) -> Section:
    rows, wishes = list[Row](), list[Wish]()
    for latency, seconds in found.items():
        p50, p99, most = (percentile(seconds, share) * 1000 for share in (0.5, 0.99, 1.0))
        rows.append(Row(f"carrier at {latency * 1000:.0f} ms", (p50, p99, most, float(len(seconds)))))
        values = (p50 - latency * 1000, p99, most)
        wishes.extend(
            Wish(f"carrier at {latency * 1000:.0f} ms: {name}", value, limit, "ms")
            for (name, limit), value in zip(SLOWEST.items(), values, strict=True)
        )
    return Section(
        f"5. Red flag to the acceptance of its page, {'Postgres' if kind == 'postgres' else 'SQLite'}",
        HEADINGS,
        tuple(rows),
        tuple(wishes),
        f"{PER_SECOND:.0f} red flags a second, timed from the posting of the text: its commit comes later",
    )
