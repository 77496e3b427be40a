"""A conversation as staff read it: what the patient wrote and how it was understood, what we sent and what became of
it, and what happened to the alerts in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from bot.service.console.worklist import Piece, marked
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import alerts
from bot.store.console import reading
from bot.store.console.reading import Event, MessageOut, TextIn

KINDS = {
    "checkin": "check-in",
    "tip": "tip",
    "nudge": "reminder",
    "notice": "standard text",
    "reply": "reply of the script",
}
STATES = {
    "pending": "waiting to be sent",
    "sending": "on its way",
    "accepted": "sent",
    "delivered": "delivered",
    "undelivered": "NOT delivered",
    "failed": "NOT sent",
    "unknown": "unsure whether it went out",
    "skipped": "not sent",
    "canceled": "not sent",
}
FAILED = frozenset({"undelivered", "failed", "unknown"})
ACTS = {
    "raised": "Alert raised",
    "heard_again": "Said again; this alert stands already",
    "corrected": "The patient corrected this answer",
    "paged": "Paged",
    "page_failed": "A page did not arrive",
    "acknowledged": "Acknowledged",
    "came_back": "Came back: no disposition was recorded",
    "refused": "Acknowledgement refused",
    "resolved": "Resolved",
    "handed_over": "Handed over to",
    "left_team": "Open again: whoever had it has left the team,",
    "worsened": "More urgent by now",
    "not_reached": "Patient not reached",
    "nobody_on_call": "Nobody is on call",
}
NO_LONGER_KEPT = "(words no longer kept)"
ALL_TOGETHER = ("paged", "page_failed", "nobody_on_call")
"""Acts that come in rows: one line says how often and to whom."""


@dataclass(frozen=True, slots=True)
class Line:
    """`side` is patient, us, or note. `caption` stands under it, `tone` colours it ("urgent", "soon" or nothing).

    `at` is shown, when it was sent; `made_at` puts it in its place, when it was written.
    """

    at: datetime
    made_at: datetime
    side: str
    pieces: tuple[Piece, ...]
    caption: str
    tone: str = ""
    author: str = ""


def thread(tx: Connection, parts: Parts, script: Script, contact_id: str, names: Mapping[str, str]) -> tuple[Line, ...]:
    """The oldest first. `names` of staff by id."""
    flagged = _flagged(tx, contact_id)
    lines = [
        *(_text(each, parts, script, flagged.get(each.id, ())) for each in reading.texts(tx, contact_id)),
        *(_message(each, parts, names) for each in reading.messages(tx, contact_id)),
        *_notes(reading.events(tx, contact_id), names),
    ]
    # At one moment: what the patient wrote, then what was raised, then what was answered.
    order = {"patient": 0, "note": 1, "us": 2}
    return tuple(sorted(lines, key=lambda line: (line.made_at, order[line.side])))


def _flagged(tx: Connection, contact_id: str) -> dict[str, tuple[str, ...]]:
    ids = dict.fromkeys(event.alert_id for event in reading.events(tx, contact_id))
    found = [alerts.get(tx, id_) for id_ in ids]
    return {each.inbox_id: each.concepts for each in found if each.inbox_id and each.concepts}


def _text(text: TextIn, parts: Parts, script: Script, concepts: tuple[str, ...]) -> Line:
    words = text.body(parts.vault)
    pieces = marked(words, concepts, script) or (Piece("(no words)" if text.pictures else NO_LONGER_KEPT),)
    return Line(text.at, text.at, "patient", pieces, _understood(text, has_flag=bool(concepts)), _tone(concepts))


def _tone(concepts: tuple[str, ...]) -> str:
    return "urgent" if concepts else ""


def _understood(text: TextIn, *, has_flag: bool) -> str:
    said = [f"{text.pictures} picture{'s' if text.pictures > 1 else ''}, kept by the carrier"] if text.pictures else []
    if has_flag:
        said.append("red flag heard")
    if text.understood.startswith("not understood"):
        said.append("no answer to the question" if has_flag else text.understood)
    elif text.understood:
        said.append(f"understood as {text.understood}")
    elif text.state == "received":
        said.append("being taken in")
    elif text.state == "failed":
        said.append("could not be handled: read by a person")
    elif not has_flag:
        said.append("not understood: read by a person")
    return " · ".join(said)


def _message(message: MessageOut, parts: Parts, names: Mapping[str, str]) -> Line:
    author = names.get(message.author or "", "")
    what = author or _kind(message)
    state = STATES.get(message.state, message.state)
    reason = f" ({message.reason})" if message.reason and message.state in (*FAILED, "skipped", "canceled") else ""
    tone = "soon" if message.state in FAILED else ""
    words = (Piece(message.body(parts.vault) or NO_LONGER_KEPT),)
    return Line(message.at, message.made_at, "us", words, f"{what} · {state}{reason}", tone, author)


def _kind(message: MessageOut) -> str:
    if message.urgent:
        return "emergency instruction"
    name = KINDS.get(message.kind, message.kind)
    item = message.occurrence.split(":")[2] if message.kind in ("checkin", "tip") else ""
    day = item.rpartition("-")[2]
    if message.kind == "checkin" and day.isdecimal():
        return f"day {int(day)} check-in"
    return f"{name}: {item.removeprefix('tip-').replace('-', ' ')}" if item else name


def _notes(events: list[Event], names: Mapping[str, str]) -> Iterator[Line]:
    for (_, act, _), run in groupby(events, key=_run):
        group = list(run)
        who = ", ".join(dict.fromkeys(names.get(event.staff_id or "", "") for event in group)).strip(", ")
        times = f", {len(group)} times" if len(group) > 2 * max(1, len({event.staff_id for event in group})) else ""
        words = f"{ACTS.get(act, act.replace('_', ' ').capitalize())} {_by(act, who)}{times}".strip()
        first = group[0]
        tone = {"emergency": "urgent", "same_day": "soon"}.get(first.tier, "") if act in ("raised", "came_back") else ""
        yield Line(first.at, first.at, "note", (Piece(words),), f"alert {first.code}", tone)


def _run(event: Event) -> tuple[str, str, datetime | None]:
    return event.alert_id, event.act, None if event.act in ALL_TOGETHER else event.at


def _by(act: str, who: str) -> str:
    return f"by {who}" if who and act in ("acknowledged", "resolved", "refused", "not_reached") else who
