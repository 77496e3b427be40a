"""A patient has fallen silent: staff get a task, and at the end of the ladder a person is paged to call."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.enrollment import Consent, EnrollmentState, Lane
from bot.core.hours import day_after, zone
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.core.silence import CAUSES, Way, climb
from bot.service.alert import raising
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment
from bot.store import alerts, contacts, patients, plan, silences
from bot.store.patients import Patient
from bot.store.silences import Silence

log = logging.getLogger(__name__)

BATCH = 100
SILENCES = frozenset(CAUSES.values())


def fell_silent(
    tx: Connection,
    parts: Parts,
    script: Script,
    patient: Patient,
    way: Way,
    *,
    since: datetime,
    now: datetime,
    why: str,
) -> set[Lane]:
    """From this moment on nothing is heard of them. Returns the lanes to ring.

    A silence that stands already goes on as it began. `why` tells of this time, for the task that it may be.
    """
    standing = silences.of_patient(tx, patient.id)
    if standing is not None and _way(tx, patient, standing) is None:
        silences.end(tx, patient.id)
        standing = None
    found = standing or silences.begin(tx, patient.id, way, since=since, next_at=now)
    return _look(tx, parts, script, patient, found, now, why=why)


def climb_silences(parts: Parts, moment: Moment) -> int:
    """Look at every silence whose time has come. Returns how many were looked at."""
    script = parts.scripts.live()
    waiting = parts.database.read(lambda tx: silences.due(tx, moment.now, BATCH))
    for patient_id in waiting:
        for lane in _move(parts, script, patient_id, moment.now):
            parts.bell.ring(lane)
    return len(waiting)


def _move(parts: Parts, script: Script, patient_id: str, now: datetime) -> set[Lane]:
    """In a transaction of its own: one that cannot be moved must not hold up the others."""

    def work(tx: Connection) -> set[Lane]:
        patient = patients.get(tx, patient_id)
        contacts.hold(tx, patient.contact_id)
        found = silences.of_patient(tx, patient_id)
        return _look(tx, parts, script, patient, found, now) if found else set()

    try:
        return parts.database.write(work)
    except Exception as error:  # noqa: BLE001 - the row is still there: it is tried again in a second
        log.error("patient %s: the silence did not move (%s)", patient_id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
        return set()


def _look(
    tx: Connection, parts: Parts, script: Script, patient: Patient, found: Silence, now: datetime, *, why: str = ""
) -> set[Lane]:
    way = _way(tx, patient, found)
    if way is None:
        silences.end(tx, patient.id)
        return set()
    ladder, day = script.silence.of(way), day_after(patient.surgery_day, found.since, zone(patient.zone))
    rung = climb(ladder, way, since=found.since, day=day, now=now)
    if rung.next_at is None:
        silences.end(tx, patient.id)
    else:
        silences.look_again(tx, patient.id, rung.next_at)
    if rung.tier is None:
        return set()
    after = ladder.call if rung.tier is Tier.SAME_DAY else ladder.task
    return _tell(tx, parts, script, patient, Matter(rung.tier, CAUSES[way], why=_words(way, after, why)), now)


def _way(tx: Connection, patient: Patient, found: Silence) -> Way | None:
    """How we hear nothing of them by now; None when we do, or when a person has dealt with it."""
    contact = contacts.get(tx, patient.contact_id)
    if silences.has_texted(tx, contact.id, found.since):
        return None
    if silences.was_closed(tx, contact.id, SILENCES, found.since):
        return None
    if contact.consent is Consent.STOPPED:
        has_said_so = alerts.unresolved(tx, contact.id, [Cause.STOPPED]) is not None
        return Way.STOPPED if found.began_as is Way.STOPPED and has_said_so else None
    if contact.is_blocked:
        return Way.UNREACHABLE
    arrived = silences.arrived(tx, contact.id, found.since)
    if arrived is False:
        return Way.UNDELIVERED
    return Way.UNANSWERED if found.began_as is Way.UNANSWERED and _is_followed(tx, patient) else None


def _is_followed(tx: Connection, patient: Patient) -> bool:
    """Not while their texts are paused, nor once they have ended."""
    return patient.enrollment is EnrollmentState.ACTIVE and plan.is_any_planned(tx, patient.enrollment_id)


def _words(way: Way, after: timedelta, why: str) -> tuple[str, ...]:
    hours = f"{after // timedelta(hours=1)} hours"
    said = {
        Way.UNANSWERED: f"delivered, and no answer for {hours}",
        Way.UNDELIVERED: f"nothing has arrived for {hours}",
        Way.UNREACHABLE: f"nothing can arrive, and nobody has called for {hours}",
        Way.STOPPED: f"stopped, and nobody has called for {hours}",
    }[way]
    return tuple(filter(None, (why, said if after else "")))


def _tell(tx: Connection, parts: Parts, script: Script, patient: Patient, matter: Matter, now: datetime) -> set[Lane]:
    """One alert of a silence at a time, whichever way it is by now."""
    standing = alerts.unresolved(tx, patient.contact_id, SILENCES)
    return raising.raise_or_worsen(
        tx, parts, script, matter, standing, contact_id=patient.contact_id, patient_id=patient.id, now=now
    )
