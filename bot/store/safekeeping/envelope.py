"""A backup's file: compressed, then sealed in chunks, so that it is written and read in little memory.

A line that names the format, a line of JSON that says which key and schema it needs, then frames: four bytes of
length and an AES-256-GCM ciphertext. Every file has a key of its own, made from the given one and a random salt. A
frame's nonce is its number and whether it is the last; its associated data are the two lines. So nothing can be
changed, left out, put in another order, cut off or added without being noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"MENDLINE BACKUP 1\n"
CHUNK = 64 * 1024
LONGEST_HEADER = 4_096
_LENGTH = struct.Struct(">I")


class Damaged(Exception):
    """The file is not one of ours, is not whole, or was changed; the sentence says which."""


class KeyUnknown(Exception):
    """None of the keys at hand is the one that this file was sealed with."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is readable without a key. `key` is the fingerprint of the one it needs; `schema` the tables' revision."""

    key: str
    salt: str
    schema: str
    made_at: str


def fingerprint(key: bytes) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(b"mendline key " + key).hexdigest()[:8]


def write(path: Path, lines: Iterable[bytes], *, key: bytes, schema: str, made_at: str) -> int:
    """The file is there as a whole or not at all. Returns its size in bytes. Raises OSError."""
    header = Header(fingerprint(key), os.urandom(32).hex(), schema, made_at)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            part.chmod(0o600)
            _write(file, lines, key, header)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return size


def _write(file: IO[bytes], lines: Iterable[bytes], key: bytes, header: Header) -> None:
    opening = MAGIC + json.dumps(asdict(header)).encode() + b"\n"
    file.write(opening)
    sealing = _file_key(key, header)
    held = b""
    number = 0
    for chunk in _compressed(lines):
        if held:
            _write_frame(file, sealing, opening, number, held, is_last=False)
            number += 1
        held = chunk
    _write_frame(file, sealing, opening, number, held, is_last=True)


def _compressed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of one size; the last may be smaller."""
    packer, buffer = zlib.compressobj(level=6), bytearray()
    for line in lines:
        buffer += packer.compress(line + b"\n")
        while len(buffer) >= CHUNK:
            yield bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
    buffer += packer.flush()
    for begin in range(0, len(buffer), CHUNK):
        yield bytes(buffer[begin : begin + CHUNK])


def _write_frame(file: IO[bytes], key: AESGCM, opening: bytes, number: int, chunk: bytes, *, is_last: bool) -> None:
    sealed = key.encrypt(_nonce(number, is_last=is_last), chunk, opening)
    file.write(_LENGTH.pack(len(sealed)) + sealed)


def header_of(path: Path) -> Header:
    """Raises Damaged, or OSError where there is no such file."""
    with path.open("rb") as file:
        return _opening(file)[1]


def lines(path: Path, keys: Iterable[bytes]) -> Iterator[bytes]:
    """What `write` was given, line by line. Raises KeyUnknown, Damaged, OSError; only who reads to the end knows that
    the file is whole."""
    with path.open("rb") as file:
        opening, header = _opening(file)
        key = next((key for key in keys if fingerprint(key) == header.key), None)
        if key is None:
            raise KeyUnknown(header.key)
        yield from _unpacked(_chunks(file, _file_key(key, header), opening))


def _opening(file: BufferedReader) -> tuple[bytes, Header]:
    if file.read(len(MAGIC)) != MAGIC:
        raise Damaged("this is no backup of Mendline, or of another version of it")
    line = file.readline(LONGEST_HEADER)
    try:
        return MAGIC + line, Header(**json.loads(line))
    except (ValueError, TypeError):
        raise Damaged("the backup's second line was changed") from None


def _chunks(file: BufferedReader, key: AESGCM, opening: bytes) -> Iterator[bytes]:
    number, is_last = 0, False
    while not is_last:
        sealed = _frame(file)
        is_last = not file.peek(1)
        try:
            yield key.decrypt(_nonce(number, is_last=is_last), sealed, opening)
        except InvalidTag:
            raise Damaged(f"the backup was changed or cut off, at chunk {number}") from None
        number += 1


def _frame(file: BufferedReader) -> bytes:
    head = file.read(_LENGTH.size)
    size = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
    if not 16 <= size <= CHUNK + 16:
        raise Damaged("the backup was changed or cut off")
    return file.read(size)


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker, rest = zlib.decompressobj(), b""
    for chunk in chunks:
        whole = (rest + unpacker.decompress(chunk)).split(b"\n")
        rest = whole.pop()
        yield from whole
    if rest or not unpacker.eof:
        raise Damaged("the backup ends in the middle of a line")


def _file_key(key: bytes, header: Header) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=bytes.fromhex(header.salt), info=b"mendline backup").derive(key)
    return AESGCM(derived)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _sync_folder(folder: Path) -> None:
    """Only then does the name itself outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
