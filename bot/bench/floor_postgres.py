"""The lean transaction on Postgres: the text in one round trip, the decision in two, prepared, by the bare driver."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import psycopg

from bot.bench.floor import TABLES

KEEP = (
    "INSERT INTO inbox (id, sid, phone, body, state) VALUES (%s, %s, %s, %s, 'received') ON CONFLICT (sid) DO NOTHING"
)
READ = (
    "SELECT c.id, s.turns, s.answers FROM contact c JOIN session s ON s.contact_id = c.id "
    "WHERE c.phone = %s FOR UPDATE OF c"
)
WRITE = (
    "WITH moved AS (UPDATE session SET turns = %(turns)s, answers = %(answers)s WHERE id = %(contact)s), "
    "said AS (INSERT INTO outbox (id, contact_id, inbox_id, body, state) "
    "VALUES (%(reply_id)s, %(contact)s, %(text_id)s, %(reply)s, 'sending')) "
    "UPDATE inbox SET state = 'handled' WHERE id = %(text_id)s"
)


class Lean:
    """A connection a thread; BEGIN travels with the first statement and COMMIT with the last."""

    def __init__(self, url: str, people: Sequence[tuple[str, str]]) -> None:
        self._url = url
        self._mine = threading.local()
        with psycopg.connect(url) as connection:
            connection.execute(TABLES)
            cursor = connection.cursor()
            cursor.executemany("INSERT INTO contact VALUES (%s, %s)", people)
            cursor.executemany("INSERT INTO session VALUES (%s, %s, 0, '')", [(one, one) for one, _ in people])

    def keep(self, text_id: str, sid: str, phone: str, body: str) -> None:
        self._connection().execute(KEEP, (text_id, sid, phone, body), prepare=True)

    def turn(self, text_id: str, reply_id: str, phone: str, body: str, reply: str) -> None:
        connection = self._connection()
        with connection.pipeline() as pipeline:
            connection.execute("BEGIN")
            found = connection.execute(READ, (phone,), prepare=True)
            pipeline.sync()
            contact, turns, answers = found.fetchone() or ("", 0, "")
            row = {
                "turns": turns + 1,
                "answers": (answers + body)[-200:],
                "contact": contact,
                "reply_id": reply_id,
                "text_id": text_id,
                "reply": reply,
            }
            connection.execute(WRITE, row, prepare=True)
            connection.execute("COMMIT")

    def _connection(self) -> psycopg.Connection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = psycopg.connect(self._url, autocommit=True)
        connection: psycopg.Connection = self._mine.connection
        return connection
