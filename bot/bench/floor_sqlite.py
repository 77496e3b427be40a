"""One grouped writer on SQLite: a thread takes what waits in a queue, and one commit makes all of it durable."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from bot.bench.floor import TABLES

Work = Callable[[sqlite3.Connection], object]
LARGEST_GROUP = 64
KEEP = "INSERT INTO inbox (id, sid, phone, body, state) VALUES (?, ?, ?, ?, 'received') ON CONFLICT (sid) DO NOTHING"
READ = "SELECT c.id, s.turns, s.answers FROM contact c JOIN session s ON s.contact_id = c.id WHERE c.phone = ?"


class Grouped:
    """The same promise as the product's: FULL synchronous, so that what was answered is on the disk."""

    def __init__(self, url: str, people: Sequence[tuple[str, str]]) -> None:
        self._jobs: queue.SimpleQueue[tuple[Work, Future[None]]] = queue.SimpleQueue()
        self._connection = sqlite3.connect(
            url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(TABLES)
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO contact VALUES (?, ?)", people)
        self._connection.executemany("INSERT INTO session VALUES (?, ?, 0, '')", [(one, one) for one, _ in people])
        self._connection.execute("COMMIT")
        threading.Thread(target=self._loop, daemon=True).start()

    def keep(self, text_id: str, sid: str, phone: str, body: str) -> None:
        self._run(lambda tx: tx.execute(KEEP, (text_id, sid, phone, body)))

    def turn(self, text_id: str, reply_id: str, phone: str, body: str, reply: str) -> None:
        def work(tx: sqlite3.Connection) -> None:
            contact, turns, answers = tx.execute(READ, (phone,)).fetchone()
            moved = (turns + 1, (answers + body)[-200:], contact)
            tx.execute("UPDATE session SET turns = ?, answers = ? WHERE id = ?", moved)
            tx.execute("INSERT INTO outbox VALUES (?, ?, ?, ?, 'sending')", (reply_id, contact, text_id, reply))
            tx.execute("UPDATE inbox SET state = 'handled' WHERE id = ?", (text_id,))

        self._run(work)

    def _run(self, work: Work) -> None:
        done: Future[None] = Future()
        self._jobs.put((work, done))
        done.result(timeout=10)

    def _loop(self) -> None:
        while True:
            group = [self._jobs.get()]
            while len(group) < LARGEST_GROUP and not self._jobs.empty():
                group.append(self._jobs.get())
            self._connection.execute("BEGIN IMMEDIATE")
            for work, _ in group:
                work(self._connection)
            self._connection.execute("COMMIT")
            for _, done in group:
                done.set_result(None)
