"""Encrypted columns: seal and open a value, bound to its table, column and row; and find a number by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, insert, select, update

from bot.store.database import Database
from bot.store.tables import data_key

NONCE_BYTES = 12
KEY_BYTES = 32
EMPTY_BYTES = 1 + NONCE_BYTES + 16
"""How long a sealed value without any words is: the key's number, the nonce, the tag."""

ALL_KEYS = select(data_key.c.id, data_key.c.purpose, data_key.c.wrapped).order_by(data_key.c.id)


class KeyMissing(Exception):
    """The keys at hand do not open the data. The sentence says what to set."""


@dataclass(frozen=True, slots=True)
class _Keys:
    data: dict[int, AESGCM]
    newest: int
    index: bytes


class Vault:
    """Seals with the newest data key and opens with whichever key a ciphertext names in its first byte.

    Data and index keys are random and stored wrapped by MENDLINE_KEYS, so that rotating those re-wraps two rows
    instead of every patient's word, and look-ups by number survive it.
    """

    def __init__(self, database: Database, wrapping_keys: tuple[bytes, ...]) -> None:
        self._database = database
        self._wrapping = wrapping_keys
        self._loaded: _Keys | None = None
        self._loading = threading.Lock()

    def seal(self, place: str, row: str, text: str) -> bytes:
        """`place` is "table.column". A ciphertext moved to another place or row does not open."""
        keys = self._keys()
        nonce = os.urandom(NONCE_BYTES)
        sealed = keys.data[keys.newest].encrypt(nonce, text.encode(), _bound(place, row))
        return bytes([keys.newest]) + nonce + sealed

    def open(self, place: str, row: str, sealed: bytes) -> str:
        """Raises KeyMissing when the value was moved, changed, or sealed under a key that we do not have."""
        key = self._keys().data.get(sealed[0]) if sealed else None
        if key is None:
            raise KeyMissing(f"{place} was sealed with a key that is not in the database")
        nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return key.decrypt(nonce, text, _bound(place, row)).decode()
        except (InvalidTag, ValueError):  # ValueError: too short to be one of ours
            raise KeyMissing(f"a value of {place} does not belong to its row, or was changed") from None

    def index(self, phone: str) -> bytes:
        """A keyed hash of a number in E.164 form: equal numbers are found without being readable."""
        return hmac.digest(self._keys().index, phone.encode(), hashlib.sha256)

    def prepare(self, now: datetime) -> None:
        """Make the data and index keys where there are none yet. Safe to call at every release."""

        def make(tx: Connection) -> None:
            if tx.execute(ALL_KEYS).first() is None:
                for number, purpose in ((1, "data"), (2, "index")):
                    wrapped = self.wrap(number, os.urandom(KEY_BYTES))
                    row = {"id": number, "purpose": purpose, "wrapped": wrapped, "created_at": now}
                    tx.execute(insert(data_key).values(row))

        self._database.write(make)

    def check(self) -> None:
        """Raises KeyMissing when the keys in the environment do not open the database's."""
        self._keys()

    def rotate(self) -> int:
        """Wrap every key of the database under the newest of MENDLINE_KEYS. Returns how many needed it.

        The keys themselves stay what they are, so processes that are serving go on with those they have opened.
        """

        def work(tx: Connection) -> int:
            rows = [row for row in tx.execute(ALL_KEYS).all() if self._wrapped_by(row) != 0]
            for row in rows:
                wrapped = self.wrap(row.id, self.unwrap(row.id, row.wrapped))
                tx.execute(update(data_key).where(data_key.c.id == row.id).values(wrapped=wrapped))
            return len(rows)

        return self._database.write(work)

    def in_use(self) -> set[int]:
        """Which of MENDLINE_KEYS, counted from 0, still wrap a key of the database. Raises KeyMissing."""
        rows = self._database.read(lambda tx: tx.execute(ALL_KEYS).all())
        return {self._wrapped_by(row) for row in rows}

    def _wrapped_by(self, row: Any) -> int:
        """The place, among MENDLINE_KEYS, of the key that wraps this one."""
        return next(
            (place for place, key in enumerate(self._wrapping) if _opened(key, row.id, row.wrapped)),
            len(self._wrapping),
        )

    def _keys(self) -> _Keys:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _load(self) -> _Keys:
        rows = self._database.read(lambda tx: tx.execute(ALL_KEYS).all())
        opened = {row.id: (row.purpose, self.unwrap(row.id, row.wrapped)) for row in rows}
        data = {number: AESGCM(key) for number, (purpose, key) in opened.items() if purpose == "data"}
        index = [key for purpose, key in opened.values() if purpose == "index"]
        if not data or not index:
            raise KeyMissing("the database has no data keys yet: run `mendline release` once")
        return _Keys(data, max(data), index[-1])

    def wrap(self, number: int, key: bytes) -> bytes:
        """A key of the database, wrapped under the newest of MENDLINE_KEYS. Raises KeyMissing when there is none."""
        if not self._wrapping:
            raise KeyMissing(
                "there is no key to protect patients' data: set MENDLINE_KEYS to base64 of 32 random bytes"
            )
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._wrapping[0]).encrypt(nonce, key, _bound("data_key.wrapped", str(number)))

    def unwrap(self, number: int, wrapped: bytes) -> bytes:
        """A key of the database, opened. Raises KeyMissing."""
        opened = (_opened(key, number, wrapped) for key in self._wrapping)
        key = next(filter(None, opened), None)
        if key is None:
            raise KeyMissing("MENDLINE_KEYS does not hold the key that this database was made with")
        return key


def _opened(key: bytes, number: int, wrapped: bytes) -> bytes | None:
    nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound("data_key.wrapped", str(number)))
    except (InvalidTag, ValueError):
        return None


def _bound(place: str, row: str) -> bytes:
    return f"{place}:{row}".encode()


Ids = Callable[[], str]
"""Makes a new row id: 26 characters, sortable by the time of making."""
