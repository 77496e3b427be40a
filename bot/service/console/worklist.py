"""The list of alerts as staff work through it: by urgency, with the moment by which each must be answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from bot.core.alert import AlertState, Cause
from bot.core.hours import day_after, zone
from bot.core.redflag.screen import screen
from bot.core.redflag.table import Concern, Tier
from bot.service.dossier import title
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import contacts, patients, staff
from bot.store.alerts import Alert
from bot.store.console import reading
from bot.store.patients import Patient

MOST_RESOLVED = 100
FAR = datetime.max.replace(tzinfo=UTC)


class Tab(StrEnum):
    """Which alerts are listed. Reviews and what nobody understood have lists of their own, beside the alerts."""

    OPEN = "open"
    MINE = "mine"
    REVIEW = "review"
    NOT_UNDERSTOOD = "not_understood"
    RESOLVED = "resolved"


NOT_UNDERSTOOD = frozenset({Cause.NOT_UNDERSTOOD, Cause.FREE_WORDS, Cause.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a patient's text; `is_marked` where its words are what matters."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """`answer_by` is when somebody must have acknowledged, or, once taken, when it comes back without a disposition.

    `beside` are the other alerts of the same `bundle`, a patient or an unknown phone, in the same list: one card shows
    them all.
    """

    id: str
    code: str
    tier: Tier
    state: str
    title: str
    name: str
    where: str
    words: tuple[Piece, ...]
    raised_at: datetime
    answer_by: datetime | None
    taken_by: str
    taken_by_id: str
    patient_id: str | None
    tab: Tab
    bundle: str
    beside: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Worklist:
    """`groups` by tier, the most urgent first; `counts` of every tab, whatever is searched for."""

    groups: Sequence[tuple[Tier, Sequence[Item]]]
    counts: dict[Tab, int]

    @property
    def items(self) -> list[Item]:
        return [item for _, items in self.groups for item in items]


def worklist(parts: Parts, tab: Tab, staff_id: str, search: str, now: datetime) -> Worklist:
    script = parts.scripts.live()

    def look(tx: Connection) -> Worklist:
        found = _Items(tx, parts, script, now)
        standing = [found.item(each) for each in reading.unresolved(tx)]
        cards = {each: _bundled(item for item in standing if _is_in(item, each, staff_id)) for each in Tab}
        listed = cards[tab]
        if tab is Tab.RESOLVED:
            listed = [found.item(each) for each in reading.resolved(tx, MOST_RESOLVED)]
        counts = {each: len(of) for each, of in cards.items()}
        return Worklist(_grouped(_searched(listed, search), newest_first=tab is Tab.RESOLVED), counts)

    return parts.database.read(look)


def _is_in(item: Item, tab: Tab, staff_id: str) -> bool:
    if tab is Tab.MINE:
        return item.taken_by_id == staff_id and item.state == AlertState.ACKNOWLEDGED
    return item.tab is tab


def _bundled(items: Iterable[Item]) -> list[Item]:
    """One card a patient: what waits comes first on it, and of that the most urgent."""
    cards: dict[str, list[Item]] = {}
    for item in items:
        cards.setdefault(item.bundle, []).append(item)
    firsts = [
        sorted(card, key=lambda item: (item.state != AlertState.OPEN, *_soonest(item))) for card in cards.values()
    ]
    return [replace(first, beside=tuple(rest)) for first, *rest in firsts]


def _soonest(item: Item) -> tuple[int, datetime, datetime]:
    return -item.tier.urgency, item.answer_by or FAR, item.raised_at


def _searched(items: Iterable[Item], search: str) -> list[Item]:
    """By name, number's end, code or words: in memory, because they are sealed in the database."""
    wanted = search.strip().casefold()
    return [item for item in items if wanted in _all_words(item)] if wanted else list(items)


def _all_words(item: Item) -> str:
    own = (item.name, item.code, item.title, *(piece.text for piece in item.words))
    return " ".join((*own, *map(_all_words, item.beside))).casefold()


def _grouped(items: list[Item], *, newest_first: bool) -> Sequence[tuple[Tier, Sequence[Item]]]:
    if newest_first:
        return [(tier, [item for item in items if item.tier is tier]) for tier in Tier if _any(items, tier)]
    items.sort(key=lambda item: (item.state != AlertState.OPEN, item.answer_by or FAR, item.raised_at))
    return [(tier, [item for item in items if item.tier is tier]) for tier in Tier if _any(items, tier)]


def _any(items: list[Item], tier: Tier) -> bool:
    return any(item.tier is tier for item in items)


class _Items:
    """Turns alerts into items, opening each name once."""

    def __init__(self, tx: Connection, parts: Parts, script: Script, now: datetime) -> None:
        self._tx, self._parts, self._script, self._now = tx, parts, script, now
        self._staff = {member.id: member.name(parts.vault) for member in staff.ever(tx)}
        self._patients: dict[str, Patient] = {}

    def item(self, alert: Alert) -> Item:
        patient = self._patient(alert.patient_id)
        return Item(
            id=alert.id,
            code=alert.code,
            tier=alert.tier,
            state=alert.state.value,
            title=title(alert, self._script),
            name=patient.name(self._parts.vault) if patient else self._nobody(alert),
            where=_where(patient, self._now),
            words=marked(alert.quote(self._parts.vault), alert.concepts, self._script),
            raised_at=alert.raised_at,
            answer_by=answer_by(alert, self._script),
            taken_by=self._staff.get(alert.acknowledged_by or "", "") if alert.state is not AlertState.OPEN else "",
            taken_by_id=alert.acknowledged_by or "",
            patient_id=alert.patient_id,
            tab=_tab(alert),
            bundle=alert.patient_id or alert.contact_id or alert.id,
        )

    def _patient(self, patient_id: str | None) -> Patient | None:
        if patient_id and patient_id not in self._patients:
            self._patients[patient_id] = patients.get(self._tx, patient_id)
        return self._patients[patient_id] if patient_id else None

    def _nobody(self, alert: Alert) -> str:
        if alert.contact_id is None:
            return "Mendline itself"
        return f"Unknown number …{contacts.get(self._tx, alert.contact_id).phone(self._parts.vault)[-4:]}"


def _tab(alert: Alert) -> Tab:
    if alert.state is AlertState.RESOLVED:
        return Tab.RESOLVED
    if alert.cause is Cause.REVIEW:
        return Tab.REVIEW
    return Tab.NOT_UNDERSTOOD if alert.cause in NOT_UNDERSTOOD else Tab.OPEN


def _where(patient: Patient | None, now: datetime) -> str:
    if patient is None:
        return ""
    return f"Day {day_after(patient.surgery_day, now, zone(patient.zone))} · {patient.language.upper()}"


def answer_by(alert: Alert, script: Script) -> datetime | None:
    """The table's clock while it is open; after that, and for tasks, when the ladder looks again."""
    if alert.state is AlertState.RESOLVED:
        return None
    if alert.state is AlertState.OPEN and (within := _within(alert, script)):
        return alert.raised_at + within
    return alert.next_action_at


def _within(alert: Alert, script: Script) -> timedelta | None:
    severe = alert.tier is Tier.EMERGENCY
    known = script.table.concepts
    handlings = [known[name].handling(Concern(name, severe=severe)) for name in alert.concepts if name in known]
    clocks = [handling.acknowledge_within for handling in handlings if handling.tier is alert.tier]
    return min(clocks, default=None)


def marked(text: str, concepts: Iterable[str], script: Script) -> tuple[Piece, ...]:
    """The text in pieces, with the words marked in which these concepts were heard."""
    wanted = set(concepts)
    heard = screen(text, script.phrases) if wanted else None
    flags = (*heard.flags, *heard.review) if heard else ()
    spans = sorted((flag.start, flag.end) for flag in flags if flag.concern.concept in wanted)
    pieces, place = list[Piece](), 0
    for start, end in spans:
        if end <= place:
            continue
        pieces += [Piece(text[place : max(place, start)]), Piece(text[max(place, start) : end], is_marked=True)]
        place = end
    return tuple(piece for piece in (*pieces, Piece(text[place:])) if piece.text)
