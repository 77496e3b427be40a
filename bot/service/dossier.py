"""One alert as the person paged needs to see it: whose words, why it was raised, what to do, and what has been done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.core.alert import Cause
from bot.core.hours import day_after, zone
from bot.core.practice import NOT_REACHED
from bot.core.redflag.table import Concern, Tier
from bot.core.wording import choose
from bot.service.alert import CALL_CANNOT_TEXT, bundle
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import alert_events, alerts, contacts, page_links, patients, staff
from bot.store.alerts import Alert


@dataclass(frozen=True, slots=True)
class Done:
    """One line of an alert's history. `at` in the practice's zone."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Another alert of the same patient that is not resolved. `is_with`: one page thread and one taking for both."""

    id: str
    code: str
    tier: str
    state: str
    title: str
    quote: str
    is_with: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """Texts are in English, the language of staff; times in the practice's zone. `can_text` is false after STOP."""

    code: str
    tier: str
    state: str
    staff_id: str
    patient_id: str | None
    raised_at: datetime
    patient: str
    phone: str
    where: str
    emergency_contact: str
    address: str
    quote: str
    titles: tuple[str, ...]
    why: tuple[str, ...]
    to_do: tuple[str, ...]
    can_text: bool
    acknowledged_by: str
    disposition: str
    history: tuple[Done, ...]
    cause: str
    beside: tuple[Beside, ...]
    when_not_reached: tuple[str, ...]


def open_dossier(parts: Parts, token: str, now: datetime) -> Dossier | None:
    """What this link shows; None when it is no link of ours."""
    script = parts.scripts.live()

    def work(tx: Connection) -> Dossier | None:
        followed = page_links.follow(tx, token)
        if followed is None:
            return None
        alert_id, staff_id = followed
        return dossier(tx, parts, script, alerts.get(tx, alert_id), staff_id, now)

    return parts.database.read(work)


def dossier(tx: Connection, parts: Parts, script: Script, alert: Alert, staff_id: str, now: datetime) -> Dossier:
    names = {member.id: member.name(parts.vault) for member in staff.ever(tx)}
    patient = patients.get(tx, alert.patient_id) if alert.patient_id else None
    contact = contacts.get(tx, alert.contact_id) if alert.contact_id else None
    concepts = [script.table.concepts[name] for name in alert.concepts if name in script.table.concepts]
    handlings = [concept.handling(Concern(concept.name, severe=alert.tier == "emergency")) for concept in concepts]
    here = script.practice.zone if script.practice else UTC
    where = ""
    if patient:
        day = day_after(patient.surgery_day, now, zone(patient.zone))
        where = f"Day {day} after surgery, {LANGUAGES.get(patient.language, patient.language)}"
    return Dossier(
        code=alert.code,
        tier=alert.tier.value,
        state=alert.state.value,
        staff_id=staff_id,
        patient_id=alert.patient_id,
        raised_at=alert.raised_at.astimezone(here),
        patient=patient.name(parts.vault) if patient else "Unknown number",
        phone=contact.phone(parts.vault) if contact else "",
        where=where,
        emergency_contact=patient.emergency_contact(parts.vault) if patient else "",
        address=patient.address(parts.vault) if patient else "",
        quote=alert.quote(parts.vault),
        titles=tuple(choose(concept.title, "en") for concept in concepts) or (CAUSES.get(alert.cause.value, ""),),
        why=alert.why,
        to_do=tuple(handling.staff for handling in handlings) or TO_DO.get(alert.cause, ()),
        can_text=CALL_CANNOT_TEXT not in alert.why,
        acknowledged_by=names.get(alert.acknowledged_by or "", ""),
        disposition=alert.disposition(parts.vault),
        history=tuple(
            Done(event.at.astimezone(here), f"{_plain(event.act)} {names.get(event.staff_id or '', '')}".strip())
            for event in alert_events.history(tx, alert.id)
        ),
        cause=alert.cause.value,
        beside=tuple(_beside(parts, script, each) for each in sorted(_others(tx, alert), key=bundle.rank)),
        when_not_reached=script.practice.not_reached if script.practice else NOT_REACHED,
    )


def _others(tx: Connection, alert: Alert) -> list[Alert]:
    if alert.contact_id is None:
        return []
    standing = alerts.unresolved_of_contact(tx, alert.contact_id)
    return [each for each in standing if each.patient_id == alert.patient_id and each.id != alert.id]


def _beside(parts: Parts, script: Script, alert: Alert) -> Beside:
    is_with = alert.tier is not Tier.ROUTINE
    return Beside(
        alert.id,
        alert.code,
        alert.tier.value,
        alert.state.value,
        title(alert, script),
        alert.quote(parts.vault),
        is_with,
    )


def title(alert: Alert, script: Script) -> str:
    """What it is about, in staff's words: the concepts heard, else the cause."""
    known = script.table.concepts
    titles = [choose(known[name].title, "en") for name in alert.concepts if name in known]
    return ", ".join(titles) or CAUSES.get(alert.cause.value, alert.cause.value.replace("_", " ").capitalize())


def _plain(act: str) -> str:
    return act.replace("_", " ")


LANGUAGES = {"en": "speaks English", "es": "speaks Spanish"}
CAUSES = {
    "picture": "A picture arrived",
    "trend": "Goes the wrong way from day to day",
    "silence": "No answer to a check-in",
    "not_understood": "A text that was not understood",
    "free_words": "An answer in the patient's own words",
    "unreadable": "A text that could not be handled",
    "stopped": "Texted STOP",
    "undelivered": "Texts do not arrive: the phone is off or out of reach",
    "unreachable": "Texts cannot arrive at this number",
    "unconfirmed": "An instruction without a receipt",
    "wrong_person": "Wrong number",
    "death": "A death was told",
    "wants_person": "Asks for a person",
    "operations": "The service itself needs a person",
    "clock": "The time may be wrong: nothing is begun until this is closed",
    "rota": "The on-call rota is thin",
}
"""What an alert without a red flag is about."""

CALL = "Call the patient. Ask how they are, and about new weakness, numbness, bladder, fever and breath."
TO_DO: Mapping[Cause, tuple[str, ...]] = {
    Cause.TREND: ("Look at the course. Call, ask what has changed, and whether the surgeon should see the patient.",),
    Cause.SILENCE: (CALL, "Ask whether they want the texts, and at which hour they would answer."),
    Cause.UNDELIVERED: (CALL, "Ask whether the phone is off or has no reception, or whether the number has changed."),
    Cause.UNREACHABLE: (
        CALL,
        "Ask for a mobile number that takes our texts; at a landline say so, and that none come.",
    ),
    Cause.STOPPED: (CALL, "Their STOP holds: only a START of their own lifts it. Tell them how to reach you."),
    Cause.DEATH: ("Call the family, if anybody; tell the surgeon, and end the recovery in your own records.",),
    Cause.WRONG_PERSON: ("Find the patient's right number, and enroll them with it.",),
}
"""What staff do about one that no red flag raised: a proposal for a clinician to approve."""
