"""Whose phones the pretend phones are: every patient's and every nurse's."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import Connection

from bot.core.hours import day_after, zone
from bot.store import contacts, patients, staff
from bot.web.phones import Person, phones

if TYPE_CHECKING:
    from bot.web.site import Site


def add_phones(app: Flask, site: Site) -> None:
    """Every patient's and every nurse's phone, side by side. Mounted only beside the pretend carrier."""
    if site.pretend_url is None:
        return

    def people() -> list[Person]:
        return site.parts.database.read(lambda tx: [*_patients(tx, site), *_nurses(tx, site)])

    def clock_line() -> str:
        return site.now().astimezone(_clinic_zone(site)).strftime("%a %d %b, %H:%M %Z")

    app.register_blueprint(phones(site.pretend_url, people, base_url=site.parts.base_url, clock_line=clock_line))


def _patients(tx: Connection, site: Site) -> list[Person]:
    vault, now = site.parts.vault, site.now()
    return [
        Person(
            name=person.name(vault),
            number=contacts.get(tx, person.contact_id).phone(vault),
            role="patient",
            caption=f"Day {day_after(person.surgery_day, now, zone(person.zone))} after surgery",
            zone=person.zone,
            language=person.language,
        )
        for person in patients.every(tx)
    ]


def _nurses(tx: Connection, site: Site) -> list[Person]:
    vault = site.parts.vault
    return [
        Person(
            name=member.name(vault),
            number=contacts.get(tx, member.contact_id).phone(vault),
            role="nurse",
            caption=f"On call, rung {member.rung}" if member.rung is not None else member.role,
            zone=str(_clinic_zone(site)),
        )
        for member in staff.every(tx)
    ]


def _clinic_zone(site: Site) -> tzinfo:
    practice = site.parts.scripts.live().practice
    return practice.zone if practice else UTC
