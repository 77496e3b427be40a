"""A patient's calendar is laid anew: the surgery has another date, a readmission pauses it, or the plan has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from bot.core.enrollment import Consent, EnrollmentState
from bot.core.hours import zone
from bot.core.plan import CarePlan, Due
from bot.core.session import State
from bot.errors import Refused
from bot.service import enroll
from bot.service.parts import Parts
from bot.store import contacts, marks, patients, plan, publications, sessions
from bot.store.patients import Patient
from bot.store.plan import Entry, PlanState

READMITTED = "readmitted"


@dataclass(frozen=True, slots=True)
class Change:
    """One message that changes: when it was due, and when it will be; None for not at all."""

    item: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class _Anew:
    """What of a calendar goes, and what comes."""

    gone: tuple[Entry, ...]
    fresh: tuple[Due, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        before = {entry.item: entry.due_at for entry in self.gone}
        after = {due.item: due.due_at for due in self.fresh}
        found = [Change(item, before.get(item), after.get(item)) for item in {**before, **after}]
        return tuple(sorted(found, key=lambda change: (str(change.after or change.before), change.item)))


def what_moves(parts: Parts, patient_id: str, surgery: date, now: datetime) -> tuple[Change, ...]:
    """Every message that another surgery date would change. Nothing is done. Raises Refused for an unknown id."""
    whole = parts.scripts.live().whole.plan
    return parts.database.read(lambda tx: _anew(tx, whole, _patient(tx, patient_id), surgery, now).changes)


def move(parts: Parts, patient_id: str, surgery: date, now: datetime) -> tuple[Change, ...]:
    """The days are counted from another date: it was wrong, or there was a second operation. What was sent stays sent;
    an open conversation ends, because it asked about another day. Returns what changed."""
    whole = parts.scripts.live().whole.plan

    def work(tx: Connection) -> tuple[Change, ...]:
        patient = _patient(tx, patient_id)
        anew = _anew(tx, whole, patient, surgery, now)
        patients.set_surgery_day(tx, patient.enrollment_id, surgery)
        sessions.end_all(tx, patient.contact_id, State.EXPIRED, now)
        _lay(tx, parts, patient, anew, plan.MOVED, now)
        return anew.changes

    return parts.database.write(work)


def pause(parts: Parts, patient_id: str, now: datetime) -> int:
    """Back in hospital: nothing of the plan goes out until `resume`. Texts are heard as ever. Returns how many wait."""

    def work(tx: Connection) -> int:
        patient = _patient(tx, patient_id)
        ahead = _planned(tx, patient)
        if not ahead:
            raise Refused("nothing is planned for this patient, so there is nothing to pause")
        sessions.end_all(tx, patient.contact_id, State.EXPIRED, now)
        plan.cancel_entries(tx, [entry.id for entry in ahead], READMITTED)
        return len(ahead)

    return parts.database.write(work)


def resume(parts: Parts, patient_id: str, now: datetime) -> int:
    """Home again: what lies ahead is planned again, what is past stays past. Returns how many."""
    whole = parts.scripts.live().whole.plan

    def work(tx: Connection) -> int:
        patient = _patient(tx, patient_id)
        if not is_paused(tx, patient):
            return _wanted_again(tx, parts, patient, now)
        ahead = _ahead(whole, patient, patient.surgery_day, now)
        for due in ahead:
            plan.put(tx, enroll.entry_of(parts, patient, due, now))
        return len(ahead)

    return parts.database.write(work)


def _wanted_again(tx: Connection, parts: Parts, patient: Patient, now: datetime) -> int:
    """Who said that texts are no longer wanted may tell staff otherwise. A STOP only their own START lifts."""
    consent = contacts.get(tx, patient.contact_id).consent
    if patient.enrollment is not EnrollmentState.STOPPED or consent is not Consent.JOINED:
        raise Refused("this patient is not paused")
    enroll.begin(tx, parts, parts.scripts.live(), patient, now)
    return len(_planned(tx, patient))


def follow_plan(parts: Parts, now: datetime) -> int:
    """After a publication: whoever is enrolled gets the plan as it is now. Returns how many messages changed.

    Safe to run again: whoever was at it may have died half way, and then the clock goes on.
    """
    parts.scripts.refresh()
    live, changed = parts.scripts.live(), 0
    whole = live.whole.plan
    for patient in parts.database.read(patients.every):
        if patient.enrollment is EnrollmentState.ACTIVE:
            changed += parts.database.write(lambda tx, who=patient: _follow(tx, parts, whole, who, now))  # type: ignore[misc]
    parts.database.write(lambda tx: _has_followed(tx, live.version))
    return changed


def _has_followed(tx: Connection, version: int) -> None:
    """Unless there has been another publication meanwhile."""
    ahead = marks.hold(tx, publications.AHEAD_OF_PLANS)
    if ahead and int(ahead.value) <= version:
        marks.wipe(tx, publications.AHEAD_OF_PLANS)


def what_follows(parts: Parts, whole: CarePlan, now: datetime) -> dict[str, tuple[Change, ...]]:
    """What `follow_plan` would change were this the plan, by patient. Nothing is done."""

    def work(tx: Connection) -> dict[str, tuple[Change, ...]]:
        active = (patient for patient in patients.every(tx) if patient.enrollment is EnrollmentState.ACTIVE)
        moved = {
            patient.id: _anew(tx, whole, patient, patient.surgery_day, now).changes
            for patient in active
            if not is_paused(tx, patient)
        }
        return {patient_id: found for patient_id, found in moved.items() if found}

    return parts.database.read(work)


def _follow(tx: Connection, parts: Parts, whole: CarePlan, patient: Patient, now: datetime) -> int:
    if is_paused(tx, patient):
        return 0
    anew = _anew(tx, whole, patient, patient.surgery_day, now)
    _lay(tx, parts, patient, anew, plan.NOT_IN_PLAN, now)
    return len(anew.changes)


def _lay(tx: Connection, parts: Parts, patient: Patient, anew: _Anew, reason: str, now: datetime) -> None:
    plan.cancel_entries(tx, [entry.id for entry in anew.gone], reason)
    if anew.fresh and patient.enrollment is EnrollmentState.ENDED:
        patients.set_state(tx, patient.enrollment_id, EnrollmentState.ACTIVE, now)
    for due in anew.fresh:
        plan.put(tx, enroll.entry_of(parts, patient, due, now))


def _anew(tx: Connection, whole: CarePlan, patient: Patient, surgery: date, now: datetime) -> _Anew:
    """Entries counted from an answer or a silence stay as they are: its day has not moved."""
    anchored = {item.name for item in whole.items if item.after is not None}
    if whole.still_wanted:
        anchored.add(whole.still_wanted.item.name)
    planned = {(entry.item, entry.local_day): entry for entry in _planned(tx, patient) if entry.item not in anchored}
    settled = {(e.item, e.local_day) for e in plan.of_patient(tx, patient.id) if e.state in _SETTLED}
    wanted = {(due.item, due.local_day): due for due in _ahead(whole, patient, surgery, now)}
    kept = {key for key, due in wanted.items() if key in planned and planned[key].not_after == due.not_after}
    gone = tuple(entry for key, entry in planned.items() if key not in kept)
    fresh = tuple(due for key, due in wanted.items() if key not in kept and key not in settled)
    return _Anew(gone, fresh)


_SETTLED = frozenset({PlanState.SENT, PlanState.SKIPPED})


def _ahead(whole: CarePlan, patient: Patient, surgery: date, now: datetime) -> tuple[Due, ...]:
    return tuple(due for due in whole.schedule(surgery, zone(patient.zone)) if due.not_after > now)


def _planned(tx: Connection, patient: Patient) -> list[Entry]:
    mine = (e for e in plan.of_patient(tx, patient.id) if e.enrollment_id == patient.enrollment_id)
    return [entry for entry in mine if entry.state is PlanState.PLANNED]


def is_paused(tx: Connection, patient: Patient) -> bool:
    """Staff paused this calendar and have not resumed it."""
    entries = plan.of_patient(tx, patient.id)
    waits = any(entry.state is PlanState.CANCELED and entry.reason == READMITTED for entry in entries)
    return waits and not any(entry.state is PlanState.PLANNED for entry in entries)


def _patient(tx: Connection, patient_id: str) -> Patient:
    try:
        return patients.get(tx, patient_id)
    except LookupError:
        raise Refused("there is no such patient; `mendline patients list` shows the ids") from None
