"""A patient asks to be forgotten: every word, name and number goes; STOP still holds; nothing else breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from bot.core.enrollment import Consent, EnrollmentState
from bot.errors import Refused
from bot.service import enroll
from bot.service.alert import resolve
from bot.service.console.record import export
from bot.service.safekeeping.erase import erase
from bot.store import contacts, patients
from bot.store.console import details
from bot.store.patients import NewPatient
from bot.store.tables import Sealed, forgetting, inbox, metadata, opt_out, outbox
from tests.clinic import TUESDAY, Clinic, Handset

SECRETS = ("Xochitl", "Quetzal", "zebra", "Elm St", "Luis", "L4-L5")


@pytest.fixture
def xochitl(clinic: Clinic) -> Handset:
    """With something in every place where a patient leaves words, and all of it settled."""
    nurse = clinic.nurse()
    new = NewPatient("Xochitl Quetzal", "en", "America/Chicago", TUESDAY.date(), "+15075550102 Luis", "1 Elm St")
    id_ = enroll.enroll(clinic.parts, "+15075551001", new, consented=True, now=TUESDAY)
    phone = clinic.handset("+15075551001", id_, "Xochitl")
    clinic.parts.database.write(
        lambda tx: details.keep(tx, clinic.parts.vault, id_, details.Detail("L4-L5", "Dr. Zebra"))
    )
    phone.texts("zebra i cant breathe")
    resolve(clinic.parts, clinic.alert.code, nurse.id, "the zebra was sent to hospital", TUESDAY)
    clinic.clock.forward(hours=22)
    phone.texts("7")
    phone.texts("STOP")
    for alert in clinic.alerts:
        if alert.resolved_at is None:
            resolve(clinic.parts, alert.code, nurse.id, "seen", TUESDAY)
    for handset in clinic.handsets:
        handset.forgets()
    return phone


def forget(clinic: Clinic, who: Handset, *, even_so: bool = False) -> None:
    erase(clinic.parts, clinic.site.trail, who.id, clinic.moment, even_so=even_so)


def opened(clinic: Clinic) -> Iterator[str]:
    """Every sealed value there is, opened."""
    for table in metadata.sorted_tables:
        key = next(iter(table.primary_key.columns)).name
        for column in table.columns:
            if isinstance(column.type, Sealed):
                for row in clinic.rows(table):
                    if row[column.name] is not None:
                        place = f"{table.name}.{column.name}"
                        yield clinic.parts.vault.open(place, str(row[key]), row[column.name])  # type: ignore[arg-type]


def test_every_word_name_and_number_is_gone(clinic: Clinic, xochitl: Handset) -> None:
    before = "\n".join(opened(clinic))
    number = xochitl.number.removeprefix("+1")
    assert all(secret in before for secret in (*SECRETS, number))

    forget(clinic, xochitl)

    left = "\n".join(opened(clinic))
    assert [secret for secret in (*SECRETS, number) if secret in left] == []
    assert [row["understood"] for row in clinic.rows(inbox)] == ["", "", ""]
    assert clinic.rows_of("answer") == clinic.rows_of("patient_detail") == []
    assert clinic.rows_of("enrollment")[0]["surgery_day"].isoformat() == "2026-01-01"  # type: ignore[attr-defined]
    assert clinic.site.trail.verify().problems == ()


def test_what_counts_stays_and_is_nobodys(clinic: Clinic, xochitl: Handset) -> None:
    tables = ("inbox", "outbox", "alert", "alert_event", "session", "consent_entry", "audit_entry")
    before = {name: len(clinic.rows_of(name)) for name in tables}
    sids = {row["sid"] for row in clinic.rows(inbox)}

    forget(clinic, xochitl)

    after = {name: len(clinic.rows_of(name)) for name in tables}
    assert after == before | {"audit_entry": before["audit_entry"] + 1}
    assert {row["sid"] for row in clinic.rows(inbox)} == sids  # so that none is taken in again from the carrier's list
    assert clinic.parts.database.read(patients.every) == ()
    assert "xochitl" not in str(export(clinic.parts, xochitl.id, clinic.clock.now())).lower()


def test_the_carrier_is_asked_to_forget_all_that_it_carried(clinic: Clinic, xochitl: Handset) -> None:
    carried = {row["sid"] for table in (inbox, outbox) for row in clinic.rows(table) if is_theirs(row)}

    forget(clinic, xochitl)

    asked = clinic.rows(forgetting)
    assert {row["sid"] for row in asked} == carried
    assert {row["whole"] for row in asked} == {True}


def test_the_carrier_forgets_as_soon_as_it_can(clinic: Clinic, xochitl: Handset) -> None:
    def carried() -> list[str]:
        people = [(message.sender, message.recipient) for message in clinic.carrier.messages()]
        return [number for pair in people for number in pair if number == xochitl.number]

    assert carried()
    clinic.carrier.fault("error_500", on="delete")

    forget(clinic, xochitl)
    clinic.settle()
    assert len(carried()) == len(clinic.rows(forgetting)) == 1
    clinic.clock.wait_real(minutes=6)
    clinic.settle()

    assert (carried(), clinic.rows(forgetting)) == ([], [])


def is_theirs(row: dict[str, object]) -> bool:
    return bool(row["sid"]) and row.get("kind") != "page"


def test_stop_still_holds_and_only_start_lifts_it(clinic: Clinic, xochitl: Handset) -> None:
    forget(clinic, xochitl)
    new = NewPatient("Ann Other", "en", "America/Chicago", TUESDAY.date())

    with pytest.raises(Refused, match="texted STOP"):
        enroll.enroll(clinic.parts, xochitl.number, new, consented=True, now=clinic.clock.now())
    xochitl.texts("hello again")
    xochitl.hears_nothing()

    assert (consent(clinic, xochitl), len(clinic.rows(opt_out))) == (Consent.STOPPED, 1)

    xochitl.texts("START")

    xochitl.forgets()
    assert consent(clinic, xochitl) is Consent.NONE


def consent(clinic: Clinic, who: Handset) -> Consent:
    index = clinic.parts.vault.index(who.number)
    found = clinic.parts.database.read(lambda tx: contacts.find(tx, index))
    assert found is not None
    return found.consent


def test_whoever_texts_from_that_number_later_is_a_stranger(clinic: Clinic) -> None:
    nurse, phone = clinic.nurse(), clinic.patient()
    forget(clinic, phone, even_so=True)

    phone.texts("cant feel when i wipe")

    phone.hears("911")
    nurse.hears(clinic.alert.code)
    assert clinic.alert.patient_id is None


def test_it_is_refused_while_somebody_is_busy_with_them(clinic: Clinic) -> None:
    nurse, phone = clinic.nurse(), clinic.patient()

    with pytest.raises(Refused, match="patients stop"):
        forget(clinic, phone)
    phone.texts("cant feel when i wipe")
    phone.texts("STOP")
    code = clinic.alerts[0].code
    with pytest.raises(Refused, match=f"not resolved .*{code}"):
        forget(clinic, phone)
    assert clinic.rows(forgetting) == []
    for handset in (nurse, phone):
        handset.forgets()


def test_even_so_ends_alerts_pages_and_texts(clinic: Clinic) -> None:
    nurse, phone = clinic.nurse(), clinic.patient()
    phone.texts("cant feel when i wipe")
    nurse.forgets()
    phone.forgets()

    forget(clinic, phone, even_so=True)
    clinic.clock.forward(hours=72)

    nurse.hears_nothing()
    phone.hears_nothing()
    assert {alert.state.value for alert in clinic.alerts} == {"resolved"}
    with pytest.raises(Refused, match="erased already"):
        forget(clinic, phone, even_so=True)


def test_another_who_uses_the_same_phone_stays(clinic: Clinic) -> None:
    first = clinic.patient(name="Xochitl Quetzal")
    second = clinic.parts.ids()

    def share(tx: Connection) -> None:
        contact_id = patients.get(tx, first.id).contact_id
        new = NewPatient("Bo Other", "en", "America/Chicago", TUESDAY.date())
        patients.add(tx, clinic.parts.vault, second, contact_id, new, TUESDAY)
        patients.enroll(tx, clinic.parts.ids(), second, TUESDAY.date(), EnrollmentState.ACTIVE, TUESDAY)

    clinic.parts.database.write(share)

    forget(clinic, first, even_so=True)

    left = clinic.parts.database.read(patients.every)
    assert [person.name(clinic.parts.vault) for person in left] == ["Bo Other"]
    assert consent(clinic, first) is Consent.JOINED
    assert "Xochitl" not in "\n".join(opened(clinic))
    assert "\n".join(opened(clinic)).count(first.number) == 1
