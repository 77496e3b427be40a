"""A patient's whole record, handed out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.service.console.roster import open_chart
from bot.service.parts import Parts
from bot.store import alerts, consents, patients
from bot.store.console import reading


def export(parts: Parts, patient_id: str, now: datetime) -> dict[str, Any]:
    """Everything that is known of a patient, for them or for their record. Moments in UTC. Raises LookupError."""
    chart = open_chart(parts, patient_id, now)
    patient = parts.database.read(lambda tx: patients.get(tx, patient_id))
    texts = parts.database.read(lambda tx: reading.texts(tx, patient.contact_id, last=None))
    messages = parts.database.read(lambda tx: reading.messages(tx, patient.contact_id, last=None))
    answers = parts.database.read(lambda tx: reading.answers(tx, patient_id))
    ledger = parts.database.read(lambda tx: consents.of_contact(tx, patient.contact_id))
    quotes = {a.id: a.quote(parts.vault) for a in parts.database.read(lambda tx: alerts.of_patient(tx, patient_id))}
    who = chart.person
    return {
        "patient": {
            "id": who.id,
            "name": who.name,
            "phone": who.phone,
            "language": who.language,
            "timezone": who.zone,
            "surgery": who.surgery_day,
            "procedure": chart.detail.procedure,
            "care_team": chart.detail.care_team,
            "emergency_contact": who.emergency_contact,
            "address": who.address,
            "state": who.standing,
        },
        "consent": [{"at": _z(entry.at), "act": entry.act.value, "wording": entry.wording} for entry in ledger],
        "texts": [{"at": _z(t.at), "body": t.body(parts.vault), "understood": t.understood} for t in texts],
        "messages": [
            {"at": _z(m.at), "kind": m.kind, "body": m.body(parts.vault), "state": m.state} for m in messages
        ],
        "answers": [{"at": _z(a.at), "flow": a.flow, "step": a.step, "value": a.value} for a in answers],
        "alerts": [
            {"code": a.code, "about": a.title, "tier": a.tier, "state": a.state, "raised_at": _z(a.raised_at),
             "quote": quotes.get(a.id, ""), "disposition": a.disposition}
            for a in chart.alerts
        ],
        "plan": [
            {"item": due.item, "day": due.local_day.isoformat(), "state": due.state, "reason": due.reason}
            for _, _, dues in chart.calendar
            for due in dues
        ],
    }  # fmt: skip


def _z(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
