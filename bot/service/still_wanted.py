"""After long silence the care plan asks whether texts are still wanted.

NO ends check-ins and tips (`enroll.begin_with_answer`); without an answer tips wait until the patient texts again, and
staff are told. Check-ins go on: they ask about danger. Texts from a phone that two patients share are words of both.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.enrollment import EnrollmentState
from bot.core.hours import day_after, local_day, zone
from bot.core.plan import CarePlan, Sends, StillWanted
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.service import alert, enroll
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import inbox, plan
from bot.store.patients import Patient
from bot.store.sessions import Conversation

WHY = "no answer to whether texts are still wanted: tips wait until the patient texts"


def after_silence(
    tx: Connection, parts: Parts, script: Script, conversation: Conversation, patient: Patient, now: datetime
) -> None:
    """A conversation ran out. Either it was the last of too many in a row, or the very question went unanswered."""
    care = script.library.plan if script.library else None
    if care is None or care.still_wanted is None or patient.enrollment is not EnrollmentState.ACTIVE:
        return
    if conversation.session.flow != care.still_wanted.item.content:
        _ask_if_due(tx, parts, care, care.still_wanted, patient, now)
    elif is_unanswered(tx, script, patient):
        matter = Matter(Tier.ROUTINE, Cause.STILL_WANTED, why=(WHY,))
        alert.raise_once(tx, parts, script, matter, contact_id=patient.contact_id, patient_id=patient.id, now=now)


def is_unanswered(tx: Connection, script: Script, patient: Patient) -> bool:
    """They were asked whether texts are still wanted, and have not texted since."""
    rule = script.library.plan.still_wanted if script.library else None
    if rule is None:
        return False
    asked_at = plan.last_sent(tx, patient.enrollment_id, rule.item.name)
    return asked_at is not None and not _has_texted_since(tx, patient, asked_at)


def _has_texted_since(tx: Connection, patient: Patient, moment: datetime) -> bool:
    last = inbox.last_word(tx, patient.contact_id)
    return last is not None and last >= moment


def _ask_if_due(
    tx: Connection, parts: Parts, care: CarePlan, rule: StillWanted, patient: Patient, now: datetime
) -> None:
    """On a day of its own, once until they text again; not where nothing more would come anyway."""
    there = zone(patient.zone)
    if day_after(patient.surgery_day, now, there) < rule.from_day:
        return
    sent = plan.sent_since(tx, patient.enrollment_id, inbox.last_word(tx, patient.contact_id))
    check_ins = {item.name for item in care.items if item.sends is Sends.FLOW}
    is_asked = rule.item.name in sent or bool(plan.planned(tx, patient.enrollment_id, [rule.item.name]))
    if is_asked or sum(item in check_ins for item in sent) < rule.missed:
        return
    if plan.planned(tx, patient.enrollment_id, check_ins):
        day = local_day(rule.item.next_hours(now, there), there)
        plan.add(tx, enroll.entry_of(parts, patient, care.window(rule.item, day, there), now))
