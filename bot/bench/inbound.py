"""One inbound text, from the signed request to the answer: the product beside the floor, in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.bench import load, machine, texts, ward
from bot.bench.databases import Databases
from bot.bench.figures import Round, Row, Section, Side, Wish, side
from bot.bench.servers import Servers, Site, servers, site
from bot.bench.texts import BENIGN, Signed, Target, phone
from bot.bench.ward import Ward
from bot.errors import UserError

MANY = 32
HEADINGS = ("texts/s", "p50 ms", "p99 ms", "MB")
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
        memory = (machine.megabytes("-m", "bot.bench.floor"), machine.megabytes("-m", "bot", "web"))
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

    def rounds(self, count: int, rounds: int, *, connections: int) -> tuple[list[Round], list[Round]]:
        """The floor's and the product's, one round that is not counted before them."""
        found: tuple[list[Round], list[Round]] = ([], [])
        for number in range(rounds + 1):
            self._say(f"{connections} connection{'s' * (connections > 1)}, round {number} of {rounds}")
            pair = (self._to_floor(count, connections), self._to_product(count, connections))
            if number:
                found[0].append(pair[0])
                found[1].append(pair[1])
        return found

    def _to_floor(self, count: int, connections: int) -> Round:
        return load.post(self._floor, _texts(self._floor, count), connections=connections).round()

    def _to_product(self, count: int, connections: int) -> Round:
        ward.rewind(self._patients)
        before = ward.handled(self._patients)
        measured = load.post(self._product, _texts(self._product, count), connections=connections).round()
        if ward.handled(self._patients) - before != count:
            raise UserError("Not every text was understood as an answer: this round measures something else.")
        return measured


def _texts(target: Target, count: int) -> list[Signed]:
    """One from each patient, so that no text waits for another of the same phone."""
    return [texts.signed(target, phone(number), BENIGN[number % len(BENIGN)]) for number in range(count)]


Pairs = tuple[list[Round], list[Round]]


def _section(kind: str, one: Pairs, many: Pairs, memory: tuple[float | None, float | None]) -> Section:
    floor, product = side(many[0], memory[0]), side(many[1], memory[1])
    floor_alone, product_alone = side(one[0]), side(one[1])
    share = Wish(f"{MANY} connections: share of the floor", product.rate / floor.rate, 0.6, at_least=True)
    wishes: tuple[Wish, ...] = (share,)
    if kind == "sqlite":
        wishes = (
            Wish(share.name, share.found, 0.55, at_least=True),
            Wish(f"{MANY} connections: p99", product.p99_ms, 150, "ms"),
            Wish("1 connection: p50 against the floor's", product_alone.p50_ms / floor_alone.p50_ms, 2.0, "times"),
        )
    rows = (
        Row(f"floor, {MANY} connections", _cells(floor)),
        Row(f"product, {MANY} connections", _cells(product)),
        Row("floor, 1 connection", _cells(floor_alone)),
        Row("product, 1 connection", _cells(product_alone)),
    )
    return Section(TITLES[kind], HEADINGS, rows, wishes, FLOORS[kind])


def _cells(measured: Side) -> tuple[float | None, ...]:
    return (measured.rate, measured.p50_ms, measured.p99_ms, measured.megabytes)
