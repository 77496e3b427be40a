"""What staff do with an alert beyond taking it: hand it over, say who was reached and what was found, and judge it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import AlertState
from bot.core.enrollment import Lane
from bot.errors import Refused
from bot.service import alert as alerting
from bot.service.alert import bundle, page
from bot.service.oncall import reach
from bot.service.parts import Parts
from bot.store import alert_events, alerts, staff
from bot.store.alerts import Alert
from bot.store.console import words

REACHED = {"patient": "The patient was reached", "other": "Somebody else was reached", "nobody": "No call was needed"}
OUTCOMES = {
    "nothing": "nothing was found",
    "advice": "advice was given",
    "medicine": "the prescriber changed a medicine",
    "visit": "a visit today was arranged",
    "er": "sent to the emergency room",
    "ambulance": "911 was called",
    "other": "something else",
}
"""What can be counted of a disposition; what it was exactly stands in the note."""


def resolve(
    parts: Parts,
    alert_id: str,
    staff_id: str,
    *,
    reached: str,
    outcome: str,
    note: str,
    now: datetime,
    also: Sequence[str] = (),
) -> Alert:
    """With a disposition that reads as a sentence and can be counted; `also` are other alerts of the same patient that
    it settles. Raises Refused for what is missing."""
    if reached not in REACHED:
        raise Refused('say whether the patient was reached; if not, record "not reached" and go on trying')
    if outcome not in OUTCOMES:
        raise Refused("say what was found")
    if outcome == "other" and not note.strip():
        raise Refused("write in the note what was found")
    disposition = f"{REACHED[reached]}; {OUTCOMES[outcome]}. {note.strip()}".strip()[:2_000]
    done = alerting.resolve(parts, _code(parts, alert_id), staff_id, disposition, now)
    settled = [done, *(alerting.resolve(parts, code, staff_id, disposition, now) for code in _codes(parts, done, also))]

    def work(tx: Connection) -> None:
        for each in settled:
            words.find(tx, each.id, staff_id, reached=reached, outcome=outcome, at=now)

    parts.database.write(work)
    return done


def _codes(parts: Parts, of: Alert, also: Sequence[str]) -> list[str]:
    """Of those that were ticked: what is of this patient, and still stands."""
    contact_id = of.contact_id
    if contact_id is None or not also:
        return []
    standing = parts.database.read(lambda tx: alerts.unresolved_of_contact(tx, contact_id))
    return [each.code for each in standing if each.id in also and each.patient_id == of.patient_id]


def acknowledge(parts: Parts, alert_id: str, staff_id: str, now: datetime) -> Alert:
    return alerting.acknowledge(parts, _code(parts, alert_id), staff_id, now)


def _code(parts: Parts, alert_id: str) -> str:
    """Codes are used again once resolved: so the alert itself is looked at first. Raises LookupError, Refused."""
    found = parts.database.read(lambda tx: alerts.get(tx, alert_id))
    if found.state is AlertState.RESOLVED:
        raise Refused(f"alert {found.code} is resolved already")
    return found.code


def not_reached(parts: Parts, alert_id: str, staff_id: str, note: str, now: datetime) -> None:
    """One more try that reached nobody, in the alert's history; its clock goes on."""

    def work(tx: Connection) -> None:
        found = alerts.lock(tx, alert_id)
        if found.state is AlertState.RESOLVED:
            raise Refused(f"alert {found.code} is resolved already")
        alert_events.note(tx, parts.ids(), alert_id, "not_reached", at=now, staff_id=staff_id, detail=note[:200])

    parts.database.write(work)


def hand_over(parts: Parts, alert_id: str, giver_id: str, taker_id: str, now: datetime) -> None:
    """The colleague is paged and must acknowledge; until they do the alert is open, and its ladder goes on. What else
    is paged about this patient goes along.

    So an alert is never with somebody who does not know of it.
    """
    script = parts.scripts.live()

    def work(tx: Connection) -> None:
        (found, others), taker = bundle.lock(tx, alerts.get(tx, alert_id)), staff.get(tx, taker_id)
        if found.state is AlertState.RESOLVED:
            raise Refused(f"alert {found.code} is resolved already")
        if taker is None or taker.role == "viewer" or taker.id == giver_id:
            raise Refused("choose a colleague who may act on alerts")
        if not reach.is_reachable(parts, taker):
            raise Refused("this colleague's phone refuses our texts: choose another, or call them")
        given = [found, *(each for each in others if _is_given(each, giver_id))]
        worst = min(given, key=bundle.rank)
        next_at = now + script.policy.next_person(worst.tier)
        for each in given:
            alerts.reopen(tx, each.id, now)
            alerts.moved(tx, each.id, round_=each is not worst, now=now, next_at=next_at, told=False)
            alert_events.note(tx, parts.ids(), each.id, "handed_over", at=now, staff_id=taker_id)
        page.write(tx, parts, script, worst, taker, now)

    parts.database.write(work)
    parts.bell.ring(Lane.PAGE)


def _is_given(beside: Alert, giver_id: str) -> bool:
    """What a third person has taken stays with them."""
    return beside.state is AlertState.OPEN or beside.acknowledged_by == giver_id


def judge(parts: Parts, alert_id: str, staff_id: str, now: datetime, *, is_useful: bool) -> None:
    """One tap: was this alert useful? A second tap corrects the first."""

    def work(tx: Connection) -> None:
        alerts.get(tx, alert_id)
        words.say_useful(tx, alert_id, staff_id, now, is_useful=is_useful)

    parts.database.write(work)
