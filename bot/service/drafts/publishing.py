"""Before a draft goes live: what it changes in words, what is proved, what else changes, who signed. Then it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.errors import Refused
from bot.flowfile import golden
from bot.flowfile.change import Change, changes
from bot.flowfile.check import Checked, check_sources
from bot.flowfile.golden import BadChat, Changed, Chat
from bot.flowfile.library import Library
from bot.flowfile.problem import Problem
from bot.service import publish as publishing
from bot.service import replan
from bot.service.drafts.checking import phrases_of
from bot.service.drafts.folder import Folder
from bot.service.drafts.overview import names_of
from bot.service.parts import Parts
from bot.service.publish import Signature
from bot.service.replay import Differs, Reading, replay
from bot.store import publications
from bot.store.console import drafts
from bot.store.console.drafts import UnderWay

LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Replayed:
    """Last month's replies run through the draft: how many there were, and those that it takes otherwise."""

    replies: int
    differs: tuple[Differs, ...]

    @property
    def lost(self) -> int:
        return sum(bool(each.lost) for each in self.differs)

    @property
    def gained(self) -> int:
        return sum(bool(each.gained) for each in self.differs)


@dataclass(frozen=True, slots=True)
class Review:
    """All that somebody must know before they publish. `digest` names the texts that were looked at.

    `goldens` counts the conversations that were played again. `under_way` go on by the version that they began with.
    """

    version: int
    digest: str
    problems: tuple[Problem, ...]
    checked: Checked
    changes: tuple[Change, ...]
    goldens: int
    changed: tuple[Changed, ...]
    replayed: Replayed | None
    under_way: tuple[UnderWay, ...]
    signers: tuple[tuple[str, datetime], ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.is_warning)

    @property
    def clinical(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.is_clinical)

    @property
    def differs(self) -> bool:
        return bool(self.changes)


def review(parts: Parts, folder: Folder, now: datetime) -> Review:
    """Nothing is written. Takes as long as the proof of what has changed, and last month's replies."""
    sources, unreadable = folder.sources()
    checked = check_sources(sources)
    digest = publications.digest(sources)
    script = parts.scripts.live()
    kept, bad = _chats(folder)
    library = checked.library
    played = library is not None and script.library is not None
    return Review(
        version=script.version,
        digest=digest,
        problems=(*unreadable, *checked.problems, *bad),
        checked=checked,
        changes=_changes(script.library, library),
        goldens=len(kept),
        changed=tuple(golden.compare(kept, library, phrases_of(sources))) if library else (),
        replayed=_replayed(parts, library, sources, now) if library and played else None,
        under_way=tuple(parts.database.read(drafts.under_way)),
        signers=tuple(parts.database.read(lambda tx: drafts.signers(tx, digest))),
    )


def _changes(live: Library | None, draft: Library | None) -> tuple[Change, ...]:
    return changes(live, draft) if live and draft else ()


def _replayed(parts: Parts, library: Library, sources: Mapping[str, str], now: datetime) -> Replayed:
    count, found = replay(parts, Reading(library, phrases_of(sources)), now - LOOK_BACK)
    return Replayed(count, tuple(found))


def _chats(folder: Folder) -> tuple[dict[str, Chat], tuple[Problem, ...]]:
    kept: dict[str, Chat] = {}
    bad: list[Problem] = []
    for name, text in golden.chats(folder.path).items():
        try:
            kept[name] = golden.read(text)
        except BadChat as wrong:
            bad.append(Problem(f"{golden.FOLDER}/{name}", 1, str(wrong)))
    return kept, tuple(bad)


def take_goldens(folder: Folder, digest: str) -> int:
    """The golden conversations are kept as they go now, because that is what was wanted; returns how many. Raises
    Refused when the texts have changed since they were looked at."""
    _refuse_other(folder, digest)
    sources, _ = folder.sources()
    library = check_sources(sources).library
    if library is None:
        raise Refused("the flows must be mended first")
    kept, phrases = _chats(folder)[0], phrases_of(sources)
    changed = [each.name for each in golden.compare(kept, library, phrases) if kept[each.name].flow in library.flows]
    played = {name: replace(kept[name], lines=kept[name].play(library, phrases)) for name in changed}
    folder.change({f"{golden.FOLDER}/{name}": str(chat) for name, chat in played.items()})
    return len(played)


def sign(parts: Parts, folder: Folder, digest: str, staff_id: str, real: datetime) -> None:
    """Somebody stands behind what they have looked at. Raises Refused when the texts have changed since."""
    _refuse_other(folder, digest)
    parts.database.write(lambda tx: drafts.sign(tx, digest, staff_id, real))


def publish(parts: Parts, folder: Folder, digest: str, now: datetime, *, based_on: int, by: str, note: str = "") -> int:
    """What was looked at goes live, under the name of whoever signed it besides the publisher. Raises Refused."""
    _refuse_other(folder, digest)
    signature = Signature(names_of(parts).get(by, ""), _clinician(parts, digest, by), note)
    version = publishing.publish(parts, folder.path, now, signature, based_on=based_on)
    replan.follow_plan(parts, now)
    return version


def roll_back(parts: Parts, version: int, by: str, now: datetime) -> int:
    """An earlier version is live again; who signed it then stands behind it still. Raises Refused."""
    before = next((each for each in publishing.history(parts) if each.version == version), None)
    if before is None:
        raise Refused(f"there is no version {version}")
    clinician = _clinician(parts, before.digest, by) or before.signed_by
    signature = Signature(names_of(parts).get(by, ""), clinician, f"rolled back to version {version}")
    live = publishing.roll_back(parts, version, now, signature)
    replan.follow_plan(parts, now)
    return live


def _clinician(parts: Parts, digest: str, by: str) -> str:
    """The first to sign who is not the one who publishes; empty where there is none."""
    signers, names = parts.database.read(lambda tx: drafts.signers(tx, digest)), names_of(parts)
    return next((names.get(staff_id, "") for staff_id, _ in signers if staff_id != by), "")


def _refuse_other(folder: Folder, digest: str) -> None:
    if publications.digest(folder.sources()[0]) != digest:
        raise Refused("a file has changed since you looked: look at the changes again")
