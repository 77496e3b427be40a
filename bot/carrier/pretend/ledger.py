"""The phone company's memory, in one SQLite file: whoever asks after a restart hears the same story."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.carrier.pretend.records import (
    FINAL,
    MESSAGE_COLUMNS,
    SCHEMA,
    Event,
    Message,
    Post,
    Shown,
    to_text,
)

_INSERT = (
    f"INSERT INTO messages ({', '.join(MESSAGE_COLUMNS)}) "  # noqa: S608 - our own column names
    f"VALUES ({', '.join(':' + name for name in MESSAGE_COLUMNS)})"
)
_UPDATE = (
    f"UPDATE messages SET {', '.join(f'{name} = :{name}' for name in MESSAGE_COLUMNS)} "  # noqa: S608
    "WHERE sid = :sid"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages a listing asks for. The dates are those of sending, both ends included."""

    recipient: str | None = None
    sender: str | None = None
    sent_from: datetime | None = None
    sent_until: datetime | None = None

    def to_sql(self) -> tuple[str, dict[str, Any]]:
        rules = {
            "recipient": "recipient = :recipient",
            "sender": "sender = :sender",
            "sent_from": "sent >= :sent_from",
            "sent_until": "sent <= :sent_until",
        }
        values = {name: getattr(self, name) for name in rules if getattr(self, name) is not None}
        clauses = [rules[name] for name in values]
        texts = {name: to_text(v) if isinstance(v, datetime) else v for name, v in values.items()}
        return " AND ".join(clauses) or "1", texts


class Ledger:
    """Thread safe. One connection behind one lock: the simplest thing that never answers "locked"."""

    def __init__(self, path: str = ":memory:", *, now: Callable[[], datetime] | None = None) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        self._changed = threading.Condition(threading.RLock())
        self._closed = False
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # survives a killed process, which is what we play at
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Whoever waits for an event is let go."""
        with self._changed:
            self._closed = True
            self._db.close()
            self._changed.notify_all()

    # Messages

    def add(self, message: Message, *, shown: bool = False) -> Message:
        """`shown`: the handset displays it in the same moment. What a person sends is `due` at the clinic's door."""
        with self._write() as db:
            db.execute(_INSERT, message.to_row())
            self._tell(db, "message", message)
            if shown:
                self._show(db, message)
        return message

    def find(self, sid: str) -> Message | None:
        row = self._one("SELECT * FROM messages WHERE sid = ?", (sid,))
        return Message.from_row(row) if row else None

    def change(self, sid: str, *, unless_final: bool = False, showing: bool = False, **changes: Any) -> Message | None:
        """The message as changed; None when it is gone, or when it is final and that was asked about.

        `showing`: the handset displays it in the same transaction, once, so that "delivered" is never a lie.
        """
        with self._write() as db:
            message = self.find(sid)
            if message is None or (unless_final and message.is_final):
                return None
            changed = replace(message, **changes, updated=self.now())
            db.execute(_UPDATE, changed.to_row())
            self._tell(db, "status", changed)
            if showing and not self.is_shown(sid):
                self._show(db, changed)
        return changed

    def remove(self, sid: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM messages WHERE sid = ?", (sid,))

    def listed(self, wanted: Wanted) -> list[Message]:
        """Newest first, as Twilio lists."""
        clause, values = wanted.to_sql()
        rows = self._all(f"SELECT * FROM messages WHERE {clause} ORDER BY seq DESC", values)  # noqa: S608 - our own words
        return [Message.from_row(row) for row in rows]

    def unfinished(self) -> list[Message]:
        """Messages of ours that were on their way when the last process ended, oldest first."""
        finals = ", ".join(f"'{status}'" for status in sorted(FINAL))
        rows = self._all(f"SELECT * FROM messages WHERE status NOT IN ({finals}) ORDER BY seq", {})  # noqa: S608
        return [Message.from_row(row) for row in rows]

    # Handsets

    def mark(self, message: Message, state: str) -> None:
        """What became of a text at the clinic's door."""
        with self._write() as db:
            db.execute("UPDATE shown SET state = ? WHERE sid = ?", (state, message.sid))
            self._tell(db, "webhook", message)

    def inbox(self, number: str, *, last: int = -1) -> list[Shown]:
        """Both directions, in the order in which the handset showed them."""
        rows = self._all(
            "SELECT * FROM (SELECT * FROM shown WHERE number = :number ORDER BY seq DESC LIMIT :last) ORDER BY seq",
            {"number": number, "last": last},
        )
        return [Shown.from_row(row) for row in rows]

    def is_shown(self, sid: str) -> bool:
        return self._one("SELECT 1 FROM shown WHERE sid = ?", (sid,)) is not None

    def due(self) -> list[str]:
        """Sids of texts whose webhook had not been answered when the last process ended."""
        return [row["sid"] for row in self._all("SELECT sid FROM shown WHERE state = 'due' ORDER BY seq", {})]

    def handsets(self) -> list[dict[str, Any]]:
        rows = self._all("SELECT number, count(*) AS messages FROM shown GROUP BY number ORDER BY number", {})
        return [dict(row) for row in rows]

    def last_caller(self, number: str) -> str | None:
        """Whose message this handset saw last: a person who answers, answers that number."""
        row = self._one(
            "SELECT other FROM shown WHERE number = ? AND way = 'received' ORDER BY seq DESC LIMIT 1", (number,)
        )
        return str(row["other"]) if row else None

    # Opt-outs, as the carrier keeps them when asked to

    def block(self, handset: str, sender: str) -> None:
        with self._write() as db:
            db.execute("INSERT OR IGNORE INTO blocks VALUES (?, ?)", (handset, sender))

    def unblock(self, handset: str, sender: str) -> None:
        with self._write() as db:
            db.execute("DELETE FROM blocks WHERE handset = ? AND sender = ?", (handset, sender))

    def is_blocked(self, handset: str, sender: str) -> bool:
        row = self._one("SELECT 1 FROM blocks WHERE handset = ? AND sender = ?", (handset, sender))
        return row is not None

    # Calls to the clinic, and what changed

    def note_post(self, *, kind: str, sid: str, url: str, attempt: int, said: str, outcome: str) -> None:
        with self._write() as db:
            db.execute(
                "INSERT INTO posts (at, kind, sid, url, attempt, said, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (self._stamp(), kind, sid, url, attempt, said, outcome),
            )

    def posts(self, *, kind: str | None = None, sid: str | None = None) -> list[Post]:
        rows = self._all(
            "SELECT * FROM posts WHERE (:kind IS NULL OR kind = :kind) AND (:sid IS NULL OR sid = :sid) ORDER BY seq",
            {"kind": kind, "sid": sid},
        )
        return [Post(**dict(row)) for row in rows]

    def last_event(self) -> int:
        row = self._one("SELECT max(seq) AS seq FROM events", ())
        return int(row["seq"] or 0) if row else 0

    def events(self, after: int, *, wait_seconds: float = 0.0, most: int = 500) -> list[Event]:
        """What changed since; when nothing has, waits this long for something."""
        until = time.monotonic() + wait_seconds
        with self._changed:
            while not self._closed:
                rows = self._all(
                    "SELECT * FROM events WHERE seq > :after ORDER BY seq LIMIT :most",
                    {"after": after, "most": most},
                )
                left = until - time.monotonic()
                if rows or left <= 0:
                    return [Event(**dict(row)) for row in rows]
                self._changed.wait(left)
        return []

    # Inside

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._changed:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self._changed.notify_all()

    def _show(self, db: sqlite3.Connection, message: Message) -> None:
        """From here on nothing takes it back: redacting and deleting are the carrier's business, not the handset's."""
        way, state = ("sent", "due") if message.is_inbound else ("received", "")
        other = message.recipient if message.is_inbound else message.sender
        db.execute(
            "INSERT INTO shown (number, other, sid, way, body, media, at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (message.handset, other, message.sid, way, message.body, message.media, self._stamp(), state),
        )
        self._tell(db, "shown", message)

    def _tell(self, db: sqlite3.Connection, kind: str, message: Message) -> None:
        db.execute(
            "INSERT INTO events (at, kind, number, sid) VALUES (?, ?, ?, ?)",
            (self._stamp(), kind, message.handset, message.sid),
        )

    def _stamp(self) -> str:
        return to_text(self.now()) or ""

    def _one(self, sql: str, values: tuple[Any, ...]) -> sqlite3.Row | None:
        with self._changed:
            row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
            return row

    def _all(self, sql: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
        with self._changed:
            return self._db.execute(sql, dict(values)).fetchall()
