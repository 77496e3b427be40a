"""One alert with all that is needed to act on it: the words, why it was raised, what to do, the thread, the trend."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.enrollment import Consent
from bot.core.hours import day_after, zone
from bot.core.pain import Band, Reported
from bot.service import replan
from bot.service.console.thread import Line, thread
from bot.service.console.worklist import Piece, answer_by, marked
from bot.service.dossier import Dossier, dossier
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import alerts, contacts, patients, staff
from bot.store.alerts import Alert
from bot.store.console import reading, words
from bot.store.contacts import Contact
from bot.store.patients import Patient

RULE = re.compile(r"(\S+) v(\S+)")
PAIN_STEP = "pain"
"""The step of the shipped flows that asks for pain from 0 to 10."""


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as a page tells of them. `standing`: active, invited, paused, stopped or ended."""

    id: str
    name: str
    phone: str
    language: str
    zone: str
    day: int
    surgery_day: str
    standing: str
    emergency_contact: str
    address: str
    can_text: bool
    talk_until: datetime | None
    check_ins: tuple[int, int]
    local_time: datetime


@dataclass(frozen=True, slots=True)
class Why:
    """One reason: a rule and its version; or what else it was, with no version."""

    rule: str
    version: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """Words of the practice that a text to this patient may begin with, in their language."""

    name: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Case:
    """`here` is the practice's zone, in which all moments are shown. `useful` is what this visitor said of it."""

    alert: Alert
    dossier: Dossier
    words: tuple[Piece, ...]
    why: tuple[Why, ...]
    answer_by: datetime | None
    person: Person | None
    lines: tuple[Line, ...]
    pain: tuple[Reported, ...]
    band: Band
    colleagues: Mapping[str, str]
    useful: bool | None
    here: tzinfo
    beginnings: tuple[Beginning, ...]

    @property
    def is_about_a_person(self) -> bool:
        return self.alert.contact_id is not None


def open_case(parts: Parts, alert_id: str, staff_id: str, now: datetime) -> Case:
    """Raises LookupError for an unknown alert."""
    script = parts.scripts.live()
    return parts.database.read(lambda tx: _case(tx, parts, script, alerts.get(tx, alert_id), staff_id, now))


def _case(tx: Connection, parts: Parts, script: Script, alert: Alert, staff_id: str, now: datetime) -> Case:
    team = staff.every(tx)
    names = {member.id: member.name(parts.vault) for member in staff.ever(tx)}
    able = {member.id: names[member.id] for member in team if member.role != "viewer" and member.id != staff_id}
    patient = patients.get(tx, alert.patient_id) if alert.patient_id else None
    quote = alert.quote(parts.vault)
    pieces = marked(quote, alert.concepts, script)
    return Case(
        alert=alert,
        dossier=dossier(tx, parts, script, alert, staff_id, now),
        words=pieces,
        why=_why(alert),
        answer_by=answer_by(alert, script),
        person=person(tx, parts, patient, now) if patient else None,
        lines=thread(tx, parts, script, alert.contact_id, names) if alert.contact_id else (),
        pain=pain(tx, patient) if patient else (),
        band=band(script),
        colleagues=able,
        useful=words.useful(tx, alert.id).get(staff_id),
        here=here(script),
        beginnings=_beginnings(script, patient) if patient else (),
    )


def _beginnings(script: Script, patient: Patient) -> tuple[Beginning, ...]:
    templates = script.practice.templates if script.practice else ()
    return tuple(Beginning(each.name, each.title, script.say(each.text, patient.language)) for each in templates)


def here(script: Script) -> tzinfo:
    return script.practice.zone if script.practice else UTC


def person(tx: Connection, parts: Parts, patient: Patient, now: datetime) -> Person:
    contact, vault = contacts.get(tx, patient.contact_id), parts.vault
    talk = contact.talk_until if contact.talk_until and contact.talk_until > now else None
    return Person(
        id=patient.id,
        name=patient.name(vault),
        phone=contact.phone(vault),
        language=patient.language,
        zone=patient.zone,
        day=day_after(patient.surgery_day, now, zone(patient.zone)),
        surgery_day=patient.surgery_day.isoformat(),
        standing=standing(patient, contact, is_paused=replan.is_paused(tx, patient)),
        emergency_contact=patient.emergency_contact(vault),
        address=patient.address(vault),
        can_text=contact.consent is not Consent.STOPPED,
        talk_until=talk,
        check_ins=reading.check_ins(tx, patient.id),
        local_time=now.astimezone(zone(patient.zone)),
    )


def standing(patient: Patient, contact: Contact, *, is_paused: bool) -> str:
    """Stopped is the patient's own word, by text or by phone; paused is ours."""
    if contact.consent is Consent.STOPPED:
        return "stopped"
    return "paused" if is_paused else patient.enrollment.value


def pain(tx: Connection, patient: Patient) -> tuple[Reported, ...]:
    """One a day, the last that was said."""
    there = zone(patient.zone)
    by_day = {day_after(patient.surgery_day, n.at, there): n.value for n in reading.numbers(tx, patient.id, PAIN_STEP)}
    return tuple(Reported(day, value) for day, value in sorted(by_day.items()))


def band(script: Script) -> Band:
    """What the practice expects of pain."""
    return script.practice.bands.get(PAIN_STEP, ()) if script.practice else ()


def _why(alert: Alert) -> tuple[Why, ...]:
    """Kept as "rule vVERSION", as "answer: step" or as a sentence."""
    is_heard = alert.cause in (Cause.FREE_TEXT, Cause.REVIEW, Cause.ANSWER)
    found = [(reason, RULE.fullmatch(reason) if is_heard else None) for reason in alert.why]
    return tuple(Why(rule[1], rule[2]) if rule else Why(reason, "") for reason, rule in found)
