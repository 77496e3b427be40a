"""What staff do with an alert beyond taking it: hand it over, say who was reached and what was found, and judge it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.core.alert import AlertState
from bot.core.enrollment import Lane
from bot.errors import Refused
from bot.service import alert as alerting
from bot.service.alert import page
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

WHEN_NOT_REACHED = (
    "Call again after five minutes, and leave no details on a voicemail.",
    "Call the emergency contact. Say who you are and that the patient should call at once; ask if they are with them.",
    "Emergency and still nobody: call 911 for a welfare check at the address on file.",
    "Write down each try here. The alert stays yours, and comes back until a disposition is recorded.",
)
"""A proposal for the practice to replace: no published standard was found."""


def resolve(
    parts: Parts, alert_id: str, staff_id: str, *, reached: str, outcome: str, note: str, now: datetime
) -> Alert:
    """With a disposition that reads as a sentence and can be counted. Raises Refused for what is missing."""
    if reached not in REACHED:
        raise Refused('say whether the patient was reached; if not, record "not reached" and go on trying')
    if outcome not in OUTCOMES:
        raise Refused("say what was found")
    if outcome == "other" and not note.strip():
        raise Refused("write in the note what was found")
    code = _code(parts, alert_id)
    disposition = f"{REACHED[reached]}; {OUTCOMES[outcome]}. {note.strip()}".strip()
    done = alerting.resolve(parts, code, staff_id, disposition[:2_000], now)
    parts.database.write(
        lambda tx: words.find(tx, alert_id, staff_id, reached=reached, outcome=outcome, at=now),
    )
    return done


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
    """The colleague is paged and must acknowledge; until they do the alert is open, and its ladder goes on.

    So an alert is never with somebody who does not know of it.
    """
    script = parts.scripts.live()

    def work(tx: Connection) -> None:
        found, taker = alerts.lock(tx, alert_id), staff.get(tx, taker_id)
        if found.state is AlertState.RESOLVED:
            raise Refused(f"alert {found.code} is resolved already")
        if taker is None or taker.role == "viewer" or taker.id == giver_id:
            raise Refused("choose a colleague who may act on alerts")
        if not reach.is_reachable(parts, taker):
            raise Refused("this colleague's phone refuses our texts: choose another, or call them")
        alerts.reopen(tx, alert_id, now)
        alerts.set_next_action(tx, alert_id, now + script.policy.next_person(found.tier))
        alert_events.note(tx, parts.ids(), alert_id, "handed_over", at=now, staff_id=taker_id)
        page.write(tx, parts, script, found, taker, now)

    parts.database.write(work)
    parts.bell.ring(Lane.PAGE)


def judge(parts: Parts, alert_id: str, staff_id: str, now: datetime, *, is_useful: bool) -> None:
    """One tap: was this alert useful? A second tap corrects the first."""

    def work(tx: Connection) -> None:
        alerts.get(tx, alert_id)
        words.say_useful(tx, alert_id, staff_id, now, is_useful=is_useful)

    parts.database.write(work)
