"""One inbound text, from the signed request to the answer: the product beside the floor, in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.bench import load, machine, texts, ward
from bot.bench.databases import Databases
from bot.bench.figures import Round, Row, Section, Side, Wish, ratio, side
from bot.bench.servers import Servers, Site, servers, site
from bot.bench.texts import BENIGN, Signed, Target, phone
from bot.bench.ward import Ward
from bot.errors import UserError

Pairs = list[tuple[Round, Round]]
"""Of the floor and of the product."""

MANY = 32
HEADINGS = ("texts/s", "p50 ms", "p99 ms", "CPU us/text", "MB")
FLOOR = ("-m", "bot.bench.floor")
PRODUCT = ("-m", "bot", "web")
TITLES = {"postgres": "1. Inbound on Postgres", "sqlite": "2. Inbound on SQLite"}
FLOORS = {
    "postgres": "floor: lean transaction, text first (one round trip), then the decision (two)",
    "sqlite": "floor: one grouped writer, synchronous FULL, text first, then the decision",
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `alone` is the number of texts in a round over one connection."""

    rounds: int
    texts: int
    alone: int


def measure(databases: Databases, folder: Path, size: Size, say: Callable[[str], None]) -> Section:
    clinic = site(folder / f"inbound-{databases.kind}", databases.make("inbound"))
    people = max(size.texts, size.alone)
    say("admitting patients")
    patients = ward.open_ward(clinic.settings, people)
    floor = Target(machine.free_port())
    with servers() as started:
        _start(started, clinic, floor, databases.make("floor"), people)
        pair = _Pair(patients, clinic.target, floor, say)
        one = pair.rounds(size.alone, size.rounds, connections=1)
        many = pair.rounds(size.texts, size.rounds, connections=MANY)
        memory = (machine.megabytes(*FLOOR), machine.megabytes(*PRODUCT))
    patients.parts.database.close()
    return _section(databases.kind, one, many, memory)


def _start(started: Servers, clinic: Site, floor: Target, floor_url: str, people: int) -> None:
    started.product(clinic, "web")
    started.module("bot.bench.floor", floor_url, str(floor.port), str(people))
    started.wait_for(clinic.target)
    started.wait_for(floor)


class _Pair:
    """Both servers are up all the time; whoever is not posted to is idle."""

    def __init__(self, patients: Ward, product: Target, floor: Target, say: Callable[[str], None]) -> None:
        self._patients = patients
        self._product = product
        self._floor = floor
        self._say = say

    def rounds(self, count: int, rounds: int, *, connections: int) -> Pairs:
        """The floor's and the product's, next to each other and each first in turn; one pair before is not counted."""
        found: Pairs = []
        for number in range(rounds + 1):
            self._say(f"{connections} connection{'s' * (connections > 1)}, round {number} of {rounds}")
            pair = self._pair(count, connections, floor_first=number % 2 == 0)
            if number:
                found.append(pair)
        return found

    def _pair(self, count: int, connections: int, *, floor_first: bool) -> tuple[Round, Round]:
        if floor_first:
            return self._to_floor(count, connections), self._to_product(count, connections)
        product = self._to_product(count, connections)
        return self._to_floor(count, connections), product

    def _to_floor(self, count: int, connections: int) -> Round:
        return _measured(self._floor, _texts(self._floor, count), connections, FLOOR)

    def _to_product(self, count: int, connections: int) -> Round:
        ward.rewind(self._patients)
        before = ward.handled(self._patients)
        measured = _measured(self._product, _texts(self._product, count), connections, PRODUCT)
        if ward.handled(self._patients) - before != count:
            raise UserError("Not every text was understood as an answer: this round measures something else.")
        return measured


def _measured(target: Target, posted: list[Signed], connections: int, server: Sequence[str]) -> Round:
    before = machine.busy_seconds(*server)
    found = load.post(target, posted, connections=connections).round()
    after = machine.busy_seconds(*server)
    return replace(found, busy_seconds=after - before if before is not None and after is not None else None)


def _texts(target: Target, count: int) -> list[Signed]:
    """One from each patient, so that no text waits for another of the same phone."""
    return [texts.signed(target, phone(number), BENIGN[number % len(BENIGN)]) for number in range(count)]


def _section(kind: str, one: Pairs, many: Pairs, memory: tuple[float | None, float | None]) -> Section:
    floor, product = (side([pair[place] for pair in many], memory[place]) for place in (0, 1))
    floor_alone, product_alone = (side([pair[place] for pair in one]) for place in (0, 1))
    wanted = 0.55 if kind == "sqlite" else 0.6
    wishes = [Wish(f"{MANY} connections: share of the floor", ratio(many, _rate), wanted, at_least=True)]
    if kind == "sqlite":
        wishes += [
            Wish(f"{MANY} connections: p99", product.p99_ms, 150, "ms"),
            Wish("1 connection: p50 against the floor's", ratio(one, _p50), 2.0, "times"),
        ]
    rows = (
        Row(f"floor, {MANY} connections", _cells(floor)),
        Row(f"product, {MANY} connections", _cells(product)),
        Row("floor, 1 connection", _cells(floor_alone)),
        Row("product, 1 connection", _cells(product_alone)),
    )
    return Section(TITLES[kind], HEADINGS, rows, tuple(wishes), FLOORS[kind])


def _rate(measured: Round) -> float:
    return measured.rate


def _p50(measured: Round) -> float:
    return measured.p50


def _cells(measured: Side) -> tuple[float | None, ...]:
    return (measured.rate, measured.p50_ms, measured.p99_ms, measured.busy_us, measured.megabytes)
