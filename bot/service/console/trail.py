"""The audit log is written: who looked at or changed whose data, before it is shown or done; and it is checked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.audit import Verdict, verify
from bot.service.parts import Parts
from bot.store.console import audit

LARGEST_ANCHORS = 4_000_000
"""Bytes after which the file of anchors is put aside; the one before it is kept."""


@dataclass(frozen=True, slots=True)
class Trail:
    """`anchors` is a file outside the database in which each new head is noted; None: there is no place for one.

    An entry comes before the deed: what cannot be recorded is not shown and not done.
    """

    parts: Parts
    anchors: Path | None

    def record(
        self,
        act: str,
        *,
        staff_id: str | None,
        door: str,
        real: datetime,
        patients: Iterable[str] = (),
        detail: str = "",
    ) -> None:
        """Raises StoreBusy when it could not be recorded."""
        about = tuple(dict.fromkeys(patients))
        number, digest = self.parts.database.write(
            lambda tx: audit.append(
                tx,
                self.parts.vault.index,
                at=real,
                staff_id=staff_id,
                door=door,
                act=act,
                patients=about,
                detail=detail,
            )
        )
        self._anchor(number, digest, real)

    def verify(self) -> Verdict:
        head = self.parts.database.read(audit.head)
        return verify(self.parts.vault.index, audit.every(self.parts.database), head, self._anchored())

    def _anchor(self, number: int, digest: bytes, real: datetime) -> None:
        """A full disk must not keep a nurse from an alert: the chain itself stands in the database."""
        if self.anchors is None:
            return
        line = json.dumps({"number": number, "digest": digest.hex(), "at": real.isoformat(timespec="seconds")})
        with suppress(OSError):
            if self.anchors.exists() and self.anchors.stat().st_size > LARGEST_ANCHORS:
                self.anchors.replace(self._older)
            with self.anchors.open("a", encoding="ascii") as file:
                file.write(line + "\n")

    def _anchored(self) -> dict[int, str]:
        if self.anchors is None:
            return {}
        noted: dict[int, str] = {}
        for path in (self._older, self.anchors):
            if path.exists():
                noted |= dict(_read(path))
        return noted

    @property
    def _older(self) -> Path:
        place = self.anchors or Path()
        return place.with_name(place.name + ".1")


def _read(path: Path) -> Iterable[tuple[int, str]]:
    for line in path.read_text("ascii", errors="replace").splitlines():
        with suppress(ValueError, KeyError, TypeError):
            noted = json.loads(line)
            yield int(noted["number"]), str(noted["digest"])
