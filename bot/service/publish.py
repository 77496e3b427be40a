"""Flows are published: everything under flows/ becomes the next version, or nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.errors import Refused
from bot.flowfile.change import Change, changes
from bot.flowfile.check import Checked, check_sources
from bot.flowfile.library import Library, read_folder
from bot.service.parts import Parts
from bot.store import marks, patients, publications
from bot.store.publications import Publication, Record


@dataclass(frozen=True, slots=True)
class Signature:
    """Who publishes, and which clinician stands behind it. On a live system they are two people."""

    by: str = ""
    clinician: str = ""
    note: str = ""


NOBODY = Signature()


def publish(
    parts: Parts, folder: Path, now: datetime, signature: Signature = NOBODY, *, based_on: int | None = None
) -> int:
    """Returns the version that is live now; the same content again makes no new one.

    `based_on` is the version that the draft was made from: when another has been published since, that one stands
    and this is refused. Raises Refused with problems, with what must be signed, or with who was first.
    """
    sources, problems = read_folder(folder)
    checked = check_sources(sources)
    stopping = [problem for problem in (*problems, *checked.problems) if not problem.is_warning]
    if stopping:
        raise Refused(f"the flows in {folder} cannot be published:\n" + "\n".join(map(str, stopping)))
    return put_live(parts, sources, checked, now, signature, based_on=based_on)


def put_live(
    parts: Parts,
    sources: Mapping[str, str],
    checked: Checked,
    now: datetime,
    signature: Signature,
    *,
    based_on: int | None,
) -> int:
    """These texts, which were found sound, become the next version in one transaction."""
    live = parts.scripts.live().library if parts.is_live else None
    if live is not None and checked.library is not None:
        _refuse_unsigned(changes(live, checked.library), signature)
    record = Record(signature.by, signature.clinician, signature.note, _proof(checked))
    silenced = _silenced(parts.scripts.live().library, checked.library)
    version = parts.database.write(lambda tx: _publish(tx, sources, silenced, now, record, based_on))
    parts.scripts.refresh()
    return version


def _refuse_unsigned(found: tuple[Change, ...], signature: Signature) -> None:
    """Red-flag rules and patients' words change only with a clinician's name, and never by one person alone."""
    clinical = [change for change in found if change.is_clinical]
    if not clinical:
        return
    listed = "\n".join(map(str, clinical))
    if not signature.clinician:
        raise Refused(f"a named clinician must sign these changes (--signed-by):\n{listed}")
    if signature.clinician.strip().casefold() == signature.by.strip().casefold():
        raise Refused(f"{signature.by} cannot both publish and sign; somebody else must do one of the two:\n{listed}")


def _proof(checked: Checked) -> Mapping[str, object]:
    proof = checked.proof
    if proof is None:
        return {}
    promises = {name: {"seen": kept.seen, "witness": list(kept.example)} for name, kept in proof.kept.items()}
    return {"states": proof.states, "edges": proof.edges, "promises": promises, "hash": proof.digest}


def _publish(
    tx: Connection,
    sources: Mapping[str, str],
    silenced: frozenset[str],
    now: datetime,
    record: Record,
    based_on: int | None,
) -> int:
    newest = publications.newest_version(tx)
    live = publications.get(tx, newest) if newest else None
    if live is not None and live.digest == publications.digest(sources):
        return newest
    if live is not None and based_on is not None and newest != based_on:
        raise _overtaken(live)
    _refuse_stranding(tx, silenced)
    if not publications.add(tx, newest + 1, sources, now, record):
        raise Refused("somebody else published at this very moment: look at `mendline flows diff`, then publish again")
    if newest:
        # In the same transaction: whoever dies now leaves the calendars to the clock.
        marks.leave(tx, publications.AHEAD_OF_PLANS, str(newest + 1), now)
    return newest + 1


def _silenced(live: Library | None, new: Library | None) -> frozenset[str]:
    """The languages that are spoken now and would not be."""
    return frozenset(live.practice.languages) - frozenset(new.practice.languages) if live and new else frozenset()


def _refuse_stranding(tx: Connection, silenced: frozenset[str]) -> None:
    """Conversations go on in the version they began with; but red flags and notices are told in the new one's words."""
    for language, count in sorted(patients.languages(tx).items()):
        if language in silenced:
            who = "one enrolled patient reads" if count == 1 else f"{count} enrolled patients read"
            raise Refused(f'{who} "{language}", and these flows no longer speak it: keep it in practice.yaml')


def _overtaken(live: Publication) -> Refused:
    who = live.published_by or "somebody else"
    return Refused(
        f"{who} has published version {live.version} since you began: look at `mendline flows diff`, then publish again"
    )


def is_published(parts: Parts) -> bool:
    return parts.database.read(publications.newest_version) > 0


def history(parts: Parts) -> list[Publication]:
    """Every publication, the newest first."""
    return parts.database.read(publications.every)


def library_of(parts: Parts, version: int) -> Library:
    """Raises Refused for a version that is not there or can no longer be read."""
    if parts.database.read(lambda tx: publications.get(tx, version)) is None:
        raise Refused(f"there is no version {version}; `mendline flows history` lists them")
    library = parts.scripts.version(version).library
    if library is None:
        raise Refused(f"version {version} can no longer be read by this release")
    return library


def roll_back(parts: Parts, version: int, now: datetime, signature: Signature) -> int:
    """An earlier version becomes the next one, if it is still sound. Raises Refused."""
    library = library_of(parts, version)
    checked = check_sources(library.sources)
    if not checked.is_sound:
        listed = "\n".join(str(problem) for problem in checked.problems if not problem.is_warning)
        raise Refused(f"version {version} does not pass today's check:\n{listed}")
    based_on = parts.database.read(publications.newest_version)
    return put_live(parts, library.sources, checked, now, signature, based_on=based_on)
