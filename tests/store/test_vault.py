"""What is sealed opens in its own row and place only, and with the keys that belong to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.store.tables import alert, contact, inbox, metadata, outbox, patient, staff
from bot.store.vault import KeyMissing, Vault
from tests.clinic import Clinic


def test_it_opens_where_it_was_sealed_and_nowhere_else(clinic: Clinic) -> None:
    vault = clinic.parts.vault
    sealed = vault.seal("patient.name", "row-1", "Ana Ruiz")

    assert vault.open("patient.name", "row-1", sealed) == "Ana Ruiz"
    assert vault.seal("patient.name", "row-1", "Ana Ruiz") != sealed
    for place, row, value in (
        ("patient.name", "row-2", sealed),
        ("staff.name", "row-1", sealed),
        ("patient.name", "row-1", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        ("patient.name", "row-1", b"\x09" + sealed[1:]),
        ("patient.name", "row-1", b""),
    ):
        with pytest.raises(KeyMissing):
            vault.open(place, row, value)


def test_a_number_is_found_without_being_readable(clinic: Clinic) -> None:
    vault = clinic.parts.vault

    assert vault.index("+15075550101") == vault.index("+15075550101") != vault.index("+15075550102")
    assert b"5550101" not in vault.index("+15075550101")


def test_an_older_wrapping_key_still_opens_and_a_foreign_one_does_not(clinic: Clinic) -> None:
    old = clinic.settings.keys
    sealed = clinic.parts.vault.seal("patient.name", "row-1", "Ana Ruiz")

    rotated = Vault(clinic.parts.database, (b"n" * 32, *old))
    assert rotated.open("patient.name", "row-1", sealed) == "Ana Ruiz"
    with pytest.raises(KeyMissing, match="MENDLINE_KEYS"):
        Vault(clinic.parts.database, (b"n" * 32,)).check()
    with pytest.raises(KeyMissing):
        Vault(clinic.parts.database, ()).check()


def test_preparing_again_keeps_the_keys(clinic: Clinic) -> None:
    sealed = clinic.parts.vault.seal("a.b", "1", "x")

    clinic.parts.vault.prepare(clinic.clock.now())

    assert Vault(clinic.parts.database, clinic.settings.keys).open("a.b", "1", sealed) == "x"
    assert len(clinic.rows(metadata.tables["data_key"])) == 2


def test_no_name_number_or_word_lies_open_in_the_database(clinic: Clinic) -> None:
    clinic.nurse(name="Nurse Readable", email="readable@clinic.example")
    patient_ = clinic.patient(name="Maria Delgado")
    patient_.texts("i cant breathe zebra")
    everything = repr([clinic.rows(table) for table in (contact, patient, staff, inbox, outbox, alert)])

    for secret in ("Maria", "Delgado", "Readable", "zebra", patient_.number, "alerting your care team"):
        assert secret not in everything.replace("15075550100", "")
    for handset in clinic.handsets:
        handset.forgets()


def test_without_data_keys_it_says_what_to_run(clinic: Clinic) -> None:
    clinic.parts.database.write(lambda tx: tx.execute(metadata.tables["data_key"].delete()))

    with pytest.raises(KeyMissing, match="mendline release"):
        replace(clinic.parts, vault=Vault(clinic.parts.database, clinic.settings.keys)).vault.check()
