"""A backup's file: what comes out is what went in, however much, in little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.safekeeping import envelope
from bot.store.safekeeping.envelope import Damaged, KeyUnknown

KEY, OTHER = b"k" * 32, b"o" * 32
MEGABYTE = 1_000_000


def seal(path: Path, lines: Iterator[bytes] | list[bytes]) -> int:
    return envelope.write(path, lines, key=KEY, schema="0001", made_at="2026-11-24T12:00:00+00:00")


def noise(count: int) -> Iterator[bytes]:
    """Lines that hardly shrink, as ciphertexts are."""
    number = 1
    for _ in range(count):
        number = number * 6364136223846793005 % (1 << 512) + 1
        yield b"%0128x" % number


@pytest.mark.parametrize("lines", [[], [b""], [b"one"], [b"one", b"", b"two"], list(noise(3_000))])
def test_what_comes_out_is_what_went_in(tmp_path: Path, lines: list[bytes]) -> None:
    size = seal(tmp_path / "file", lines)

    assert list(envelope.lines(tmp_path / "file", [OTHER, KEY])) == lines
    assert size == (tmp_path / "file").stat().st_size
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_two_files_of_the_same_rows_differ_in_every_byte_that_counts(tmp_path: Path) -> None:
    for name in ("one", "two"):
        seal(tmp_path / name, [b"the same"])

    one, two = ((tmp_path / name).read_bytes().splitlines()[-1] for name in ("one", "two"))
    assert one != two


def test_chunks_in_another_order_are_noticed(tmp_path: Path) -> None:
    seal(tmp_path / "file", noise(5_000))
    data = (tmp_path / "file").read_bytes()
    begin = data.index(b"\n", len(envelope.MAGIC)) + 1
    frame = 4 + envelope.CHUNK + 16
    first, second, rest = (
        data[begin : begin + frame],
        data[begin + frame : begin + 2 * frame],
        data[begin + 2 * frame :],
    )
    (tmp_path / "file").write_bytes(data[:begin] + second + first + rest)

    with pytest.raises(Damaged, match="chunk 0"):
        list(envelope.lines(tmp_path / "file", [KEY]))


def test_a_key_that_is_not_its_own_is_named(tmp_path: Path) -> None:
    seal(tmp_path / "file", [b"x"])

    with pytest.raises(KeyUnknown, match=envelope.fingerprint(KEY)):
        list(envelope.lines(tmp_path / "file", [OTHER]))


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield from noise(5_000)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        seal(tmp_path / "file", broken())

    assert list(tmp_path.iterdir()) == []


def test_memory_stays_flat(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        size = seal(tmp_path / "file", noise(100_000))
        read = sum(1 for _ in envelope.lines(tmp_path / "file", [KEY]))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert read == 100_000
    assert size > 6 * MEGABYTE
    assert most < 2 * MEGABYTE
