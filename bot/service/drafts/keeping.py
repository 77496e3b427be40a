"""What an admin types is kept as they go, until it is saved into the file or thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.service.drafts.folder import Folder, difference, digest, refuse_long
from bot.service.parts import Parts
from bot.store.console import drafts
from bot.store.console.drafts import Draft


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as somebody finds it: what stands in it, and what they had typed over it. `overtaken` is what the file
    came to say in the meantime, line by line; empty while nobody else touched it."""

    file: str
    saved: str
    draft: Draft | None
    overtaken: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.draft.text if self.draft else self.saved

    @property
    def base(self) -> str:
        return self.draft.base if self.draft else digest(self.saved)


def open_file(parts: Parts, folder: Folder, file: str, staff_id: str) -> Opened:
    """Raises LookupError for a file that is not there."""
    saved = folder.text(file)
    kept = parts.database.read(lambda tx: drafts.find(tx, staff_id, file))
    if kept is None or kept.text == saved:
        return Opened(file, saved, None)
    theirs = difference(kept.text, saved) if kept.base != digest(saved) else ()
    return Opened(file, saved, kept, theirs)


def keep(parts: Parts, folder: Folder, file: str, text: str, base: str, staff_id: str, real: datetime) -> str:
    """Keep what is typed, or forget it when it is what the file says anyway. Returns the file's digest as it is now."""
    refuse_long(text)
    saved = folder.text(file)
    mine = parts.database.read(lambda tx: drafts.find(tx, staff_id, file))
    if text == saved:
        if mine is not None:
            drop(parts, file, staff_id)
    elif mine is None or (mine.text, mine.base) != (text, base):
        fresh = Draft(staff_id, file, base, text, real)
        parts.database.write(lambda tx: drafts.keep(tx, fresh))
    return digest(saved)


def save(parts: Parts, folder: Folder, file: str, text: str, base: str, staff_id: str) -> str:
    """The draft becomes the file; returns its digest. Raises Overtaken when somebody else was first."""
    now = folder.save(file, text, base)
    drop(parts, file, staff_id)
    return now


def drop(parts: Parts, file: str, staff_id: str) -> None:
    parts.database.write(lambda tx: drafts.drop(tx, staff_id, file))
