"""A concern becomes an alert, in the transaction of its cause, with its first pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.core.alert import Cause, free_code
from bot.core.enrollment import Lane
from bot.core.reception import Matter
from bot.core.redflag.table import Tier
from bot.service.alert import ladder
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.service.talk import next_office_opening
from bot.store import alert_events, alerts
from bot.store.alerts import Alert, NewAlert
from bot.store.inbox import Kept
from bot.store.patients import Patient

READ_WITHIN = timedelta(hours=4)
"""Office time in which words that nobody understood are read: the patient was told that staff read them."""

MOST_ALIKE = 3
"""Open alerts of one cause without a concern, from one phone; what comes then joins the latest, and its thread."""

TO_READ = frozenset(
    {
        Cause.NOT_UNDERSTOOD,
        Cause.FREE_WORDS,
        Cause.LATE,
        Cause.REVIEW,
        Cause.WANTS_PERSON,
        Cause.WRONG_PERSON,
        Cause.STOPPED,
        Cause.DEATH,
    }
)

CALL_CANNOT_TEXT = "texts are stopped: call, cannot text"


def raise_for(
    tx: Connection,
    parts: Parts,
    script: Script,
    matter: Matter,
    *,
    contact_id: str,
    patient_id: str | None,
    quote: str,
    inbox_id: str | None,
    cannot_text: bool,
    is_stranger: bool,
    heard_at: datetime,
    now: datetime,
) -> set[Lane]:
    """One alert a concern, because of a text that came in at `heard_at`. Returns the lanes to ring."""
    standing = _standing(tx, contact_id, matter, is_stranger=is_stranger)
    if standing is not None:
        alert_events.note(tx, parts.ids(), standing.id, "heard_again", at=now, detail=inbox_id or "")
        return set()
    why = (*matter.why, CALL_CANNOT_TEXT) if cannot_text else matter.why
    new = NewAlert(
        matter.tier,
        _concepts(matter),
        matter.cause,
        quote,
        why,
        contact_id=contact_id,
        patient_id=patient_id,
        inbox_id=inbox_id,
    )
    return _add(tx, parts, script, new, now, heard_at=heard_at)


def raise_once(
    tx: Connection,
    parts: Parts,
    script: Script,
    matter: Matter,
    *,
    contact_id: str | None,
    patient_id: str | None,
    now: datetime,
) -> set[Lane]:
    """An alert that no text caused (a number that cannot be reached, the service itself): one at a time for each
    cause. Returns the lanes to ring."""
    standing = alerts.unresolved(tx, contact_id, [matter.cause])
    return raise_or_worsen(tx, parts, script, matter, standing, contact_id=contact_id, patient_id=patient_id, now=now)


def raise_or_worsen(
    tx: Connection,
    parts: Parts,
    script: Script,
    matter: Matter,
    standing: Alert | None,
    *,
    contact_id: str | None,
    patient_id: str | None,
    now: datetime,
) -> set[Lane]:
    """What stands already is enough, unless this is more urgent. Returns the lanes to ring."""
    if standing is not None:
        is_worse = matter.tier.urgency > standing.tier.urgency
        return ladder.worsen(tx, parts, script, standing, matter.tier, matter.why, now) if is_worse else set()
    new = NewAlert(
        matter.tier,
        _concepts(matter),
        matter.cause,
        quote="",
        why=matter.why,
        contact_id=contact_id,
        patient_id=patient_id,
    )
    return _add(tx, parts, script, new, now, heard_at=now)


def raise_rota(tx: Connection, parts: Parts, script: Script, matter: Matter, now: datetime) -> set[Lane]:
    """The rota is thin somewhere. Who raises it keeps note of what was told: another gap is another alert."""
    new = NewAlert(matter.tier, (), matter.cause, quote="", why=matter.why, contact_id=None, patient_id=None)
    return _add(tx, parts, script, new, now, heard_at=now)


def raise_operations(tx: Connection, parts: Parts, script: Script, matter: Matter, now: datetime) -> None:
    """Something about the service itself needs a person: no patient's, and paged like any alert of its tier."""
    raise_once(tx, parts, script, matter, contact_id=None, patient_id=None, now=now)


def raise_unreadable(
    tx: Connection,
    parts: Parts,
    script: Script,
    *,
    contact_id: str,
    patient: Patient | None,
    kept: Kept,
    now: datetime,
) -> None:
    """A text that no attempt could handle: a person reads it the same day."""
    new = NewAlert(
        Tier.SAME_DAY,
        (),
        Cause.UNREADABLE,
        quote=kept.body(parts.vault),
        why=(f"attempts: {kept.attempts}",),
        contact_id=contact_id,
        patient_id=patient.id if patient else None,
        inbox_id=kept.id,
    )
    _add(tx, parts, script, new, now, heard_at=kept.received_at)


def _concepts(matter: Matter) -> tuple[str, ...]:
    return tuple(dict.fromkeys(concern.concept for concern in matter.concerns))


def _standing(tx: Connection, contact_id: str, matter: Matter, *, is_stranger: bool) -> Alert | None:
    """The alert that this joins, before anybody acknowledged it: "heard again" is its counter.

    A patient's every new concern is an alert of its own. What no rule has a name for is one too, up to a few of its
    kind; and all that a stranger says is one alert, unless it is more urgent than before.
    """
    concepts, alike = set(_concepts(matter)), list[Alert]()
    for found in alerts.open_of_contact(tx, contact_id):
        as_urgent = found.tier.urgency >= matter.tier.urgency
        is_review = Cause.REVIEW in (found.cause, matter.cause)
        if concepts and as_urgent and not is_review and concepts <= set(found.concepts):
            return found
        if is_stranger and as_urgent:
            return found
        if found.cause is matter.cause is Cause.TREND and found.why[:2] == matter.why[:2]:
            return found
        if found.cause is matter.cause and as_urgent and not (concepts or found.concepts):
            alike.append(found)
    return alike[-1] if len(alike) >= MOST_ALIKE else None


def _add(
    tx: Connection, parts: Parts, script: Script, new: NewAlert, now: datetime, *, heard_at: datetime
) -> set[Lane]:
    code = free_code(alerts.open_codes(tx), parts.pick)
    raised = alerts.add(tx, parts.vault, parts.ids(), new, code=code, raised_at=heard_at)
    alert_events.note(tx, parts.ids(), raised.id, "raised", at=now, detail=new.cause.value)
    if raised.tier is not Tier.ROUTINE:
        return ladder.step(tx, parts, script, raised, now)
    alerts.set_next_action(tx, raised.id, _task_due(script, raised.cause, now))
    return set()


def _task_due(script: Script, cause: Cause, now: datetime) -> datetime:
    """A routine alert is a task with a due time: it pages nobody."""
    return next_office_opening(script, now) + READ_WITHIN if cause in TO_READ else now + script.policy.routine.due
