"""What the phone company remembers: messages, what a handset showed, and the calls it made to the clinic."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  direction TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL,
  created TEXT NOT NULL,
  updated TEXT NOT NULL,
  sent TEXT,
  error INTEGER,
  media INTEGER NOT NULL,
  service TEXT,
  callback TEXT,
  reply_to TEXT,
  send_at TEXT,
  validity INTEGER,
  plan TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_recipient ON messages (recipient);
CREATE TABLE IF NOT EXISTS shown (
  seq INTEGER PRIMARY KEY,
  number TEXT NOT NULL,
  other TEXT NOT NULL,
  sid TEXT NOT NULL,
  way TEXT NOT NULL,
  body TEXT NOT NULL,
  media INTEGER NOT NULL,
  at TEXT NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS shown_number ON shown (number);
CREATE TABLE IF NOT EXISTS posts (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  sid TEXT NOT NULL,
  url TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  said TEXT NOT NULL,
  outcome TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  sid TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS blocks (
  handset TEXT NOT NULL,
  sender TEXT NOT NULL,
  PRIMARY KEY (handset, sender)
);
"""

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})
"""A message in one of these goes no further."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a message's journey will end and how its callbacks behave; kept, so that a restart changes neither."""

    final: str = "delivered"
    error: int | None = None
    callbacks: tuple[str, ...] = ()
    late_seconds: float = 0.0
    held_seconds: float = 0.0

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Plan:
        kept = json.loads(text)
        return cls(**{**kept, "callbacks": tuple(kept["callbacks"])})


@dataclass(frozen=True, slots=True)
class Message:
    """The carrier's record. It may be redacted or deleted; what a handset showed may not."""

    sid: str
    direction: str
    sender: str
    recipient: str
    body: str
    status: str
    created: datetime
    updated: datetime
    sent: datetime | None = None
    error: int | None = None
    media: int = 0
    service: str | None = None
    callback: str | None = None
    reply_to: str | None = None
    send_at: datetime | None = None
    validity: int | None = None
    plan: Plan = field(default_factory=Plan)

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def handset(self) -> str:
        """The person's number; the other one is the clinic's."""
        return self.sender if self.is_inbound else self.recipient

    def to_row(self) -> dict[str, Any]:
        row = {name: getattr(self, name) for name in MESSAGE_COLUMNS}
        for name in MESSAGE_TIMES:
            row[name] = to_text(row[name])
        return {**row, "plan": self.plan.to_text()}

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> Message:
        values = {name: row[name] for name in MESSAGE_COLUMNS}
        for name in MESSAGE_TIMES:
            values[name] = from_text(values[name])
        return cls(**{**values, "plan": Plan.from_text(values["plan"])})


MESSAGE_TIMES = ("created", "updated", "sent", "send_at")
MESSAGE_COLUMNS = tuple(Message.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Shown:
    """One line on a handset, as the person saw it: `way` is "received" or "sent", seen from the handset.

    For a sent line `state` says what became of it at the clinic's door: due, answered, failed or lost.
    """

    seq: int
    number: str
    other: str
    sid: str
    way: str
    body: str
    media: int
    at: datetime
    state: str

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> Shown:
        values = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "at": from_text(values["at"])})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": to_public(self.at)}


@dataclass(frozen=True, slots=True)
class Post:
    """One attempt to reach the clinic. `said` is the status told; `outcome` an HTTP status or why none came."""

    seq: int
    at: str
    kind: str
    sid: str
    url: str
    attempt: int
    said: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something changed for this handset's number."""

    seq: int
    at: str
    kind: str
    number: str
    sid: str


def to_text(moment: datetime | None) -> str | None:
    """Fixed width, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def from_text(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def to_public(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
