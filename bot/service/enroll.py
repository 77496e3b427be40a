"""Somebody enrolls, joins, pauses or leaves: their consent, and what the care plan owes them from then on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.enrollment import Act, Consent, EnrollmentState, Lane, MessageKind
from bot.core.hours import closing, local_day, next_open, zone
from bot.core.plan import Anchor, Due
from bot.core.session import Answer, State
from bot.errors import Refused
from bot.service.oncall import roster
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import consents, contacts, outbox, patients, plan, sessions, staff
from bot.store.outbox import Draft
from bot.store.patients import NewPatient, Patient
from bot.store.plan import NewEntry, PlanState

WORDING = {
    Act.ASKED: "consent",
    Act.JOINED: "consent",
    Act.STOPPED: "stopped",
    Act.RESTARTED: "restarted",
    Act.HELPED: "help",
}
"""Which notice's wording an entry of the consent ledger is about."""

NOT_WANTED = "texts are no longer wanted"
"""The patient said NO when the care plan asked whether they are."""

CONSENT_WAITS = timedelta(days=2)
"""A consent text that could not go out in this time is stale: staff ask again."""


class AlreadyEnrolled(Refused):
    """The number belongs to a patient already; `patient_id` says whom."""

    def __init__(self, patient_id: str) -> None:
        super().__init__(f"this number is enrolled already, as patient {patient_id}")
        self.patient_id = patient_id


def enroll(parts: Parts, phone: str, new: NewPatient, *, consented: bool, now: datetime) -> str:
    """Returns the patient's id. Without consent taken on paper the consent text goes out, and YES is awaited.

    Raises AlreadyEnrolled for a known patient's number, and Refused for a staff member's, for one that has texted
    STOP, and where a live system may not enroll anybody.
    """
    script = parts.scripts.live()
    _refuse_unsafe(parts, script, now)

    def work(tx: Connection) -> str:
        contact = contacts.ensure(tx, parts.vault, phone, language=new.language, now=now, new_id=parts.ids)
        if contact.consent is Consent.STOPPED:
            # A number that said STOP stays stopped, whatever a form says: only its own START lifts that.
            raise Refused("this number has texted STOP: the patient must text START before we may text again")
        known = patients.of_contact(tx, contact.id)
        if known:
            raise AlreadyEnrolled(known[-1].id)
        member = staff.of_contact(tx, contact.id)
        if member is not None:
            # What is texted from there would be read as a patient's from now on: acknowledgements would be lost.
            raise Refused(f"this number belongs to staff member {member.id}: it cannot be a patient's as well")
        patient_id, enrollment_id = parts.ids(), parts.ids()
        contacts.set_language(tx, contact.id, new.language)
        patients.add(tx, parts.vault, patient_id, contact.id, new, now)
        state = EnrollmentState.ACTIVE if consented else EnrollmentState.INVITED
        patients.enroll(tx, enrollment_id, patient_id, new.surgery_day, state, now)
        patient = patients.get(tx, patient_id)
        _plan(tx, parts, script, patient, now)
        end_if_over(tx, parts, script, patient, now)
        _ask_or_record(tx, parts, script, patient, consented=consented, now=now)
        return patient_id

    patient_id = parts.database.write(work)
    parts.bell.ring(Lane.TALK)
    return patient_id


def _refuse_unsafe(parts: Parts, script: Script, now: datetime) -> None:
    script.whole  # noqa: B018 - raises NothingPublished
    if not parts.is_live:
        return
    if not script.table.approved_by:
        raise Refused("the red-flag table is a draft: a named clinician must sign it before patients are enrolled")
    if not parts.database.read(lambda tx: roster.is_anybody_on_call(tx, parts, now)):
        raise Refused("nobody reachable is on call: add staff with --on-call before patients are enrolled")


def _ask_or_record(
    tx: Connection, parts: Parts, script: Script, patient: Patient, *, consented: bool, now: datetime
) -> None:
    consent, act = (Consent.JOINED, Act.PAPER) if consented else (Consent.ASKED, Act.ASKED)
    contacts.set_consent(tx, patient.contact_id, consent)
    wording = "paper" if consented else script.notice_version("consent")
    consents.enter(tx, parts.ids(), patient.contact_id, act, wording=wording, inbox_id=None, at=now)
    if consented:
        return
    there, hours = zone(patient.zone), script.whole.practice.contact
    due_at = next_open(now, there, hours)
    outbox.write(
        tx,
        parts.vault,
        Draft(
            id=parts.ids(),
            kind=MessageKind.NOTICE,
            contact_id=patient.contact_id,
            occurrence=f"consent:{patient.enrollment_id}",
            body=script.notice("consent", patient.language),
            due_at=due_at,
            created_at=now,
            patient_id=patient.id,
            not_after=closing(due_at, there, hours) + CONSENT_WAITS,
        ),
    )


def begin(tx: Connection, parts: Parts, script: Script, patient: Patient, now: datetime) -> None:
    """The patient said YES, or START after a STOP: what lies ahead is planned, what is past stays past."""
    if patient.enrollment in (EnrollmentState.INVITED, EnrollmentState.STOPPED):
        patients.set_state(tx, patient.enrollment_id, EnrollmentState.ACTIVE, now)
        plan.revive(tx, patient.enrollment_id, now)
        _plan(tx, parts, script, patient, now)
        end_if_over(tx, parts, script, patient, now)


def end_if_over(tx: Connection, parts: Parts, script: Script, patient: Patient, now: datetime) -> None:
    """Nothing is left, of the care plan as it is now: this enrollment has ended. Consent stands as it was.

    The plan may have grown since it was laid out: whoever was enrolled under a shorter one goes on with the longer.
    """
    if plan.is_any_planned(tx, patient.enrollment_id):
        return
    _plan(tx, parts, script, patient, now)
    if not plan.is_any_planned(tx, patient.enrollment_id):
        patients.set_state(tx, patient.enrollment_id, EnrollmentState.ENDED, now)


def is_over(script: Script, patient: Patient, now: datetime) -> bool:
    """Has it ended, or would it, were the patient to join or to start again now?"""
    if patient.enrollment not in (EnrollmentState.STOPPED, EnrollmentState.INVITED):
        return patient.enrollment is EnrollmentState.ENDED
    schedule = script.whole.plan.schedule(patient.surgery_day, zone(patient.zone))
    return not any(due.not_after > now for due in schedule)


def pause(tx: Connection, patient: Patient, now: datetime, reason: str = "stopped") -> None:
    """STOP: nothing more is owed until START. NOT_WANTED leaves consent as it is: whoever texts is answered."""
    if patient.enrollment in (EnrollmentState.INVITED, EnrollmentState.ACTIVE):
        patients.set_state(tx, patient.enrollment_id, EnrollmentState.STOPPED, now)
        plan.cancel(tx, patient.enrollment_id, reason)


def stop(parts: Parts, patient_id: str, now: datetime) -> None:
    """Staff stop a patient's texts by hand. Raises Refused for an unknown id, or when they are stopped already."""
    script = parts.scripts.live()

    def work(tx: Connection) -> None:
        try:
            patient = patients.get(tx, patient_id)
        except LookupError:
            raise Refused("there is no such patient; `mendline patients list` shows the ids") from None
        if contacts.get(tx, patient.contact_id).consent is Consent.STOPPED:
            raise Refused("this patient's texts are stopped already")
        _stop(tx, parts, script, patient, now)

    parts.database.write(work)


def _stop(tx: Connection, parts: Parts, script: Script, patient: Patient, now: datetime) -> None:
    contacts.set_consent(tx, patient.contact_id, Consent.STOPPED)
    sessions.end_all(tx, patient.contact_id, State.STOPPED, now)
    outbox.cancel(tx, contact_id=patient.contact_id, reason="stopped")
    pause(tx, patient, now)
    wording = script.notice_version("stopped")
    consents.enter(tx, parts.ids(), patient.contact_id, Act.STOPPED, wording=wording, inbox_id=None, at=now)


def _plan(tx: Connection, parts: Parts, script: Script, patient: Patient, now: datetime) -> None:
    """Lay out every day of the care plan that lies ahead; a late enrollment skips what is past, with a reason."""
    for due in script.whole.plan.schedule(patient.surgery_day, zone(patient.zone)):
        plan.add(tx, entry_of(parts, patient, due, now))


def begin_with_answer(
    tx: Connection, parts: Parts, script: Script, patient: Patient, flow: str, given: Answer, now: datetime
) -> None:
    """What the care plan counts from this answer is planned, from the patient's own today; or all of it ends."""
    if script.library is None:
        return
    there, care = zone(patient.zone), script.library.plan
    anchor = Anchor(flow, given.step, "" if given.value is None else given.value)
    for item in care.started_by(anchor):
        plan.add(tx, entry_of(parts, patient, care.window(item, local_day(now, there), there), now))
    if care.still_wanted and care.still_wanted.is_about(anchor):
        if anchor == care.still_wanted.no:
            pause(tx, patient, now, NOT_WANTED)
        else:
            begin(tx, parts, script, patient, now)  # where they had said NO before


def entry_of(parts: Parts, patient: Patient, due: Due, now: datetime) -> NewEntry:
    late = due.not_after <= now
    return NewEntry(
        id=parts.ids(),
        enrollment_id=patient.enrollment_id,
        patient_id=patient.id,
        item=due.item,
        local_day=due.local_day,
        due_at=due.due_at,
        not_after=due.not_after,
        state=PlanState.SKIPPED if late else PlanState.PLANNED,
        reason="before enrollment" if late else "",
    )
