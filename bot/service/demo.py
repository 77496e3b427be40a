"""Demo people for a first look: two patients and two nurses, once, on a desk and never on a live system."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.hours import local_day, zone
from bot.service import enroll, team
from bot.service.parts import Parts
from bot.store import patients, staff
from bot.store.patients import NewPatient

PATIENTS = (
    ("+15075550111", "Maria Delgado", "en", 1),
    ("+15075550112", "Lucía Herrera", "es", 3),
)
ZONES = (
    "America/Chicago",
    "America/New_York",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Pacific/Pago_Pago",
    "America/Halifax",
    "America/Sao_Paulo",
    "Atlantic/South_Georgia",
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Athens",
    "Africa/Nairobi",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Manila",
    "Asia/Tokyo",
    "Australia/Brisbane",
    "Pacific/Guadalcanal",
    "Pacific/Fiji",
    "Pacific/Tongatapu",
)
CHECK_IN_HOUR = 10
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
    place = _where_it_is_morning(now)
    for phone, name, language, days in PATIENTS:
        surgery = local_day(now, zone(place)) - timedelta(days=days)
        new = NewPatient(name=name, language=language, zone=place, surgery_day=surgery)
        enroll.enroll(parts, phone, new, consented=True, now=now)
    return True


def _where_it_is_morning(now: datetime) -> str:
    """The demo patients live where the check-in of the day is due just now: whoever tries it sees one at once."""
    return next((name for name in ZONES if now.astimezone(zone(name)).hour == CHECK_IN_HOUR), ZONES[0])
