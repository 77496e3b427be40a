"""The folder of flows as the editor sees it: the file is the truth, and nobody's change is lost under another's."""

from __future__ import annotations

import difflib
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import Refused
from bot.flowfile.library import OTHERS, PARTS, STANDARD, read_folder
from bot.flowfile.problem import Problem
from bot.flowfile.yaml import MOST_BYTES

FILE = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/)?[a-z0-9][a-z0-9_-]*\.yaml", re.ASCII)
CHAT = re.compile(r"golden/[a-z0-9][a-z0-9._-]*\.chat", re.ASCII)
KINDS = {name: name.removesuffix(".yaml") for name in (*STANDARD, *OTHERS)}


class Overtaken(Refused):
    """The file has changed since it was opened."""

    def __init__(self, file: str) -> None:
        super().__init__(f"{file} was changed by somebody else since you opened it, so it was not saved")


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    def sources(self) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
        """Every file's text, and what cannot be read as text."""
        return read_folder(self.path)

    def text(self, file: str) -> str:
        """Raises LookupError for a name that no file of the flows has."""
        if not FILE.fullmatch(file) or not (self.path / file).is_file():
            raise LookupError(file)
        return (self.path / file).read_text("utf-8")

    def save(self, file: str, text: str, base: str) -> str:
        """Put this text in place of the one whose digest is `base`; returns the new digest. Raises Overtaken when
        another stands there by now, and Refused for a text that is too long."""
        refuse_long(text)
        with self._held():
            if digest(self.text(file)) != base:
                raise Overtaken(file)
            self._put(file, text)
        return digest(text)

    def add(self, file: str, text: str) -> None:
        """A new file. Raises Refused where there is one of this name, or the name is none."""
        if not (FILE.fullmatch(file) or CHAT.fullmatch(file)):
            raise Refused(f'"{file}" is no name for a file: use small letters, figures and dashes')
        with self._held():
            if (self.path / file).exists():
                raise Refused(f"there is a file {file} already")
            self._put(file, text)

    def change(self, texts: Mapping[str, str], gone: tuple[str, ...] = ()) -> None:
        """Several files at once, as when something is renamed."""
        with self._held():
            for file, text in texts.items():
                self._put(file, text)
            for file in gone:
                (self.path / file).unlink()

    def _put(self, file: str, text: str) -> None:
        """Whole or not at all, and with the line ends that the file had."""
        place = self.path / file
        place.parent.mkdir(exist_ok=True)
        written = text.replace("\n", "\r\n") if place.is_file() and b"\r\n" in place.read_bytes() else text
        beside = place.with_name(f".{place.name}.saving")
        beside.write_bytes(written.encode())
        beside.replace(place)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """One saves at a time, in whichever process."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def refuse_long(text: str) -> None:
    if len(text.encode()) > MOST_BYTES:
        raise Refused(f"a file holds {MOST_BYTES // 1024} KiB at most: move some questions into a part of their own")


def kind(file: str) -> str:
    """Which of the schemas a file follows: "flow", "part", "plan", ..."""
    return KINDS.get(file) or ("part" if file.startswith(PARTS) else "flow")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def difference(before: str, after: str) -> tuple[str, ...]:
    """Line by line, as a person compares: "- " went, "+ " came, and two lines around each that stayed."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return tuple(line for line in lines if not line.startswith(("---", "+++")))
