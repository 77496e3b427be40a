"""What others are told while an alert stands, or while a nurse's phone is out of reach."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.core.enrollment import Consent, MessageKind
from bot.core.language import LANGUAGES
from bot.service.oncall import reach, roster
from bot.service.parts import Parts
from bot.service.scripts import Script
from bot.store import contacts, outbox, patients, staff
from bot.store.alerts import Alert
from bot.store.outbox import Draft
from bot.store.staff import Staff


def tell_truth(tx: Connection, parts: Parts, script: Script, alert: Alert, now: datetime) -> bool:
    """The patient hears that nobody has answered yet, unless nothing may be sent to them."""
    if alert.contact_id is None:
        return False
    contact = contacts.get(tx, alert.contact_id)
    if contact.consent is Consent.STOPPED or script.notices is None:
        return False
    # Of a stranger nobody knows the language.
    languages = (patients.get(tx, alert.patient_id).language,) if alert.patient_id else LANGUAGES
    return outbox.write(
        tx,
        parts.vault,
        Draft(
            id=parts.ids(),
            kind=MessageKind.NOTICE,
            contact_id=contact.id,
            occurrence=f"truth:{alert.id}",
            body="\n".join(script.notice("not_reached_yet", language) for language in languages),
            due_at=now,
            created_at=now,
            patient_id=alert.patient_id,
            alert_id=alert.id,
            urgent=True,
        ),
    )


def tell_colleagues(tx: Connection, parts: Parts, script: Script, member: Staff, now: datetime) -> None:
    """A nurse's phone refuses our texts from now on: everyone else on the rota must know."""
    if script.notices is None:
        return
    body = script.notice("colleague_stopped", "en", {"name": member.name(parts.vault)})
    team = staff.every(tx)
    on_it = roster.read(tx, team, frozenset(), now).people
    for other in team:
        if other.id != member.id and (other.id in on_it or other.role == "admin"):
            about = f"colleague:{member.id}:{other.id}:{now.isoformat()}"
            outbox.write(tx, parts.vault, reach.note(parts, other, body, occurrence=about, now=now))
