"""What the care plan has due begins: check-ins, tips and notices, each once, by day, and never two at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.enrollment import Consent, EnrollmentState, Lane, MessageKind
from bot.core.flow import Ask
from bot.core.hours import at_local, zone
from bot.core.plan import Missed, PlanItem, Sends
from bot.core.session import Turn, start
from bot.service import enroll, quiet, silence, still_wanted
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import Moment, facts
from bot.store import contacts, outbox, patients, plan, sessions
from bot.store.contacts import Contact
from bot.store.outbox import Draft
from bot.store.patients import Patient
from bot.store.plan import Entry, PlanState

log = logging.getLogger(__name__)

BATCH = 100

NO_CONSENT = "no consent"
NO_ANSWER = "no answer for long"
ASK_AGAIN = timedelta(hours=1)
"""How often to look whether somebody has joined whose message may still go on a later day."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An entry of a care plan whose time has come, what it sends, whom it is for, and as which message."""

    entry: Entry
    item: PlanItem
    patient: Patient
    now: datetime
    outbox_id: str

    def occurrence(self, kind: MessageKind) -> str:
        """The key under which this happens once, whatever restarts or second clocks there are."""
        return f"{kind.value}:{self.entry.enrollment_id}:{self.entry.item}:{self.entry.local_day.isoformat()}"


def due(parts: Parts, moment: Moment, *, most: int = BATCH) -> int:
    """Turn what the care plan has due into messages, `most` at once. Returns how many entries were settled."""
    script = parts.scripts.live()
    if script.library is None:
        return 0

    def work(tx: Connection) -> int:
        entries = plan.due(tx, moment.now, most)
        return sum(_begin_alone(tx, parts, script, entry, moment.now) for entry in entries)

    settled = parts.database.write(work)
    if settled:
        parts.bell.ring(Lane.PLAN)
    return settled


def _begin_alone(tx: Connection, parts: Parts, script: Script, entry: Entry, now: datetime) -> int:
    """Under the contact's lock, so that two clocks never write to one patient at once. Whose text is being handled
    just now waits for the next tick; an entry that cannot be begun does not hold up the others."""
    if not contacts.hold_if_free(tx, entry.contact_id):
        return 0
    try:
        with tx.begin_nested():
            _begin(tx, parts, script, entry, now)
    except Exception as error:  # noqa: BLE001 - the entry is still planned: it is tried again in a second
        log.error("plan entry %s could not be begun (%s)", entry.id, type(error).__name__)  # noqa: TRY400 - a traceback could quote a patient
        return 0
    return 1


def _begin(tx: Connection, parts: Parts, script: Script, entry: Entry, now: datetime) -> None:
    patient, item = patients.get(tx, entry.patient_id), script.whole.plan.item(entry.item)
    refused = _refusal(parts, script, entry, item, patient, contacts.get(tx, entry.contact_id), now)
    if not refused and item and item.sends is Sends.TIP and still_wanted.is_unanswered(tx, script, patient):
        refused = NO_ANSWER
    ready_at, too_soon = quiet.ready_at(tx, script, patient, now)
    is_riding = item is not None and _rides(item, entry, patient, now)
    if item and not is_riding:
        ready_at = item.next_hours(ready_at, zone(patient.zone))
    if refused == NO_CONSENT and item and ready_at < entry.not_after and item.last_day is not None:
        # It may go on a later day, by which they may have said YES.
        plan.postpone(tx, entry.id, max(ready_at, now + ASK_AGAIN))
    elif item is None or refused or ready_at >= entry.not_after:
        plan.settle(tx, entry.id, PlanState.SKIPPED, reason=refused or too_soon)
        enroll.end_if_over(tx, parts, script, patient, now)
    elif is_riding:
        # Its own hours are over: it waits for the next message of this patient, and goes with that.
        plan.postpone(tx, entry.id, entry.not_after)
    elif ready_at > now:
        plan.postpone(tx, entry.id, ready_at)
    else:
        _send(tx, parts, script, Owed(entry, item, patient, now, parts.ids()))
        enroll.end_if_over(tx, parts, script, patient, now)


def _refusal(
    parts: Parts, script: Script, entry: Entry, item: PlanItem | None, patient: Patient, contact: Contact, now: datetime
) -> str:
    """Why this entry is skipped for good; empty when it may go."""
    if item is None:
        return "no longer in the care plan"
    checks = (
        (now >= entry.not_after, "window missed"),
        (patient.enrollment in (EnrollmentState.STOPPED, EnrollmentState.ENDED), "stopped"),
        (patient.enrollment is EnrollmentState.INVITED or contact.consent is not Consent.JOINED, NO_CONSENT),
        (contact.is_blocked, "number cannot be reached"),
        (parts.is_live and not _approved(script, item), "draft"),
    )
    return next((reason for is_so, reason in checks if is_so), "")


def _approved(script: Script, item: PlanItem) -> bool:
    """On a live system only wording that a named clinician signed goes out."""
    library = script.whole
    if item.sends is Sends.FLOW:
        return bool(library.flows[item.content].approved_by)
    if item.sends is Sends.TIP:
        return bool(library.tips[item.content].approved_by)
    return True


def _send(tx: Connection, parts: Parts, script: Script, owed: Owed) -> None:
    is_flow = owed.item.sends is Sends.FLOW
    draft = _check_in(tx, parts, script, owed) if is_flow else _single(tx, script, owed)
    if draft is None or not outbox.write(tx, parts.vault, draft):
        plan.settle(tx, owed.entry.id, PlanState.SKIPPED, reason="sent before")
    else:
        plan.settle(tx, owed.entry.id, PlanState.SENT, outbox_id=draft.id)


def _check_in(tx: Connection, parts: Parts, script: Script, owed: Owed) -> Draft | None:
    """A conversation begins. A check-in that was left open ends: its silence counts as expiry."""
    flow = script.whole.flows[owed.item.content]
    turn = start(flow, script.version, facts(tx, script, owed.patient, owed.now, flow=flow))
    silence.end_open(tx, parts, script, owed.patient, owed.now)
    ask = flow.step(turn.session.step or "")
    began = sessions.begin(
        tx,
        parts.vault,
        parts.ids(),
        contact_id=owed.patient.contact_id,
        patient_id=owed.patient.id,
        occurrence=owed.occurrence(MessageKind.CHECKIN),
        session=turn.session,
        nudge_at=owed.now + ask.nudge_after if isinstance(ask, Ask) else None,
        expires_at=owed.now + ask.expires_after if isinstance(ask, Ask) else None,
        now=owed.now,
    )
    if not began:
        return None
    body = "\n".join([*_riders(tx, script, owed), *_opening(script, turn, owed)])
    return _draft(owed, MessageKind.CHECKIN, body, until=owed.entry.not_after)


def _opening(script: Script, turn: Turn, owed: Owed) -> list[str]:
    said = [script.say(wording, owed.patient.language) for wording in turn.say]
    if script.whole.plan.has_weekly_line(owed.item.day):
        said.insert(0, script.notice("weekly_line", owed.patient.language))
    return said


def _single(tx: Connection, script: Script, owed: Owed) -> Draft:
    until, kind = owed.entry.not_after, MessageKind.NOTICE
    if owed.item.sends is Sends.TIP:
        until = min(until, owed.now + script.whole.tips[owed.item.content].valid_for)
        kind = MessageKind.TIP
    body = "\n".join([_words(script, owed.item, owed.patient), *_riders(tx, script, owed)])
    return _draft(owed, kind, body, until=until)


def _words(script: Script, item: PlanItem, patient: Patient) -> str:
    """What a tip or a notice says."""
    whole = script.whole
    text = whole.tips[item.content].text if item.sends is Sends.TIP else whole.notices.text(item.content)
    return script.say(text, patient.language)


def _rides(item: PlanItem, entry: Entry, patient: Patient, now: datetime) -> bool:
    """Missed in its own hours, and to be merged with whatever goes next."""
    last_day = entry.local_day + timedelta(days=item.ends_on - item.day)
    return item.missed is Missed.MERGE and now >= at_local(last_day, item.until, zone(patient.zone))


def _riders(tx: Connection, script: Script, owed: Owed) -> list[str]:
    """The words of what was missed and goes along with this message; it counts as sent with it."""
    merging = (item for item in script.whole.plan.items if item.missed is Missed.MERGE)
    waiting = {item.name: item for item in merging if item.name != owed.entry.item}
    words = []
    for missed in plan.planned(tx, owed.entry.enrollment_id, waiting) if waiting else ():
        if _rides(waiting[missed.item], missed, owed.patient, owed.now):
            words.append(_words(script, waiting[missed.item], owed.patient))
            plan.settle(tx, missed.id, PlanState.SENT, outbox_id=owed.outbox_id)
    return words


def _draft(owed: Owed, kind: MessageKind, body: str, *, until: datetime) -> Draft:
    return Draft(
        id=owed.outbox_id,
        kind=kind,
        contact_id=owed.patient.contact_id,
        occurrence=owed.occurrence(kind),
        body=body,
        due_at=owed.now,
        created_at=owed.now,
        patient_id=owed.patient.id,
        not_after=until,
    )
