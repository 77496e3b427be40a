"""Demo people for a first look: two patients and two nurses, once, on a desk and never on a live system."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.hours import local_day, zone
from bot.service import enroll, team
from bot.service.parts import Parts
from bot.store import patients, staff
from bot.store.patients import NewPatient

PATIENTS = (
    ("+15075550111", "Maria Delgado", "en", "America/Chicago", 1),
    ("+15075550112", "Lucía Herrera", "es", "America/Chicago", 3),
)
NURSES = (
    ("+15075550191", "Ana Ruiz, RN", "nurse", 1),
    ("+15075550192", "James Okafor, RN", "nurse", 2),
)


def seed(parts: Parts, now: datetime) -> bool:
    """False when there are people already, or when texts would reach real phones."""
    if parts.is_live or parts.database.read(patients.every) or parts.database.read(staff.every):
        return False
    for phone, name, role, rung in NURSES:
        team.add(parts, phone, name=name, email="", role=role, rung=rung, now=now)
    for phone, name, language, place, days in PATIENTS:
        surgery = local_day(now, zone(place)) - timedelta(days=days)
        new = NewPatient(name=name, language=language, zone=place, surgery_day=surgery)
        enroll.enroll(parts, phone, new, consented=True, now=now)
    return True
