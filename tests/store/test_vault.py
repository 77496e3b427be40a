"""What is sealed opens in its own row and place only, and with the keys that belong to it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy import Column, Connection, Table

from bot.service import enroll
from bot.service.alert import resolve
from bot.store.console import accounts, details
from bot.store.patients import NewPatient
from bot.store.tables import Sealed, alert, contact, inbox, metadata, outbox, patient, staff
from bot.store.vault import KeyMissing, Vault
from tests.clinic import TUESDAY, Clinic


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


def test_no_ciphertext_in_the_database_opens_in_anothers_place(clinic: Clinic) -> None:
    """Whoever can write to the database can swap sealed values; every swap there is must be noticed."""
    fill_every_sealed_column(clinic)
    found = [
        (f"{table.name}.{column.name}", str(row[key.name]), row[column.name])
        for table, column, key in sealed_columns()
        for row in clinic.rows(table)
        if row[column.name] is not None
    ]
    vault = clinic.parts.vault

    assert {place for place, _, _ in found} == {f"{table.name}.{column.name}" for table, column, _ in sealed_columns()}
    for place, row, sealed in found:
        vault.open(place, row, sealed)  # type: ignore[arg-type]
    for (place, row, _), (other_place, other_row, other) in permutations(found, 2):
        assert (place, row) != (other_place, other_row)
        with pytest.raises(KeyMissing):
            vault.open(place, row, other)  # type: ignore[arg-type]


def sealed_columns() -> list[tuple[Table, Column[bytes], Column[str]]]:
    """Each with the column that names its row."""
    return [
        (table, column, key)
        for table in metadata.sorted_tables
        for key in [next(iter(table.primary_key.columns))]
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]


def fill_every_sealed_column(clinic: Clinic) -> None:
    nurse = clinic.nurse(email="n@clinic.example")
    patient_ = clinic.patient()
    other = NewPatient("Bo", "en", "America/Chicago", TUESDAY.date(), "+15075550102 Luis", "1 Elm St")
    enroll.enroll(clinic.parts, "+15075550177", other, consented=True, now=TUESDAY)
    patient_.texts("i cant breathe")
    resolve(clinic.parts, clinic.alert.code, nurse.id, "sent to the hospital", TUESDAY)
    clinic.clock.forward(hours=24)
    patient_.texts("3")  # to the check-in's first question, which is closed by it

    def work(tx: Connection) -> None:
        details.keep(tx, clinic.parts.vault, patient_.id, details.Detail("L4-L5", "Dr. Roe"))
        accounts.keep(tx, clinic.parts.vault, nurse.id, password="x", secret=b"s", step=0, at=TUESDAY)

    clinic.parts.database.write(work)
    for handset in clinic.handsets:
        handset.forgets()


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


def test_rotation_wraps_anew_and_who_serves_goes_on(clinic: Clinic) -> None:
    old, new = clinic.settings.keys, (b"n" * 32,)
    serving = clinic.parts.vault
    sealed, index = serving.seal("patient.name", "row-1", "Ana Ruiz"), serving.index("+15075550101")
    both = Vault(clinic.parts.database, new + old)

    assert both.in_use() == {1}
    assert (both.rotate(), both.rotate()) == (2, 0)
    assert both.in_use() == {0}

    after = Vault(clinic.parts.database, new)
    assert (after.open("patient.name", "row-1", sealed), after.index("+15075550101")) == ("Ana Ruiz", index)
    assert after.open("a.b", "1", serving.seal("a.b", "1", "words of who serves")) == "words of who serves"
    with pytest.raises(KeyMissing, match="MENDLINE_KEYS"):
        Vault(clinic.parts.database, old).check()


def test_rotation_without_the_old_key_changes_nothing(clinic: Clinic) -> None:
    before = clinic.rows(metadata.tables["data_key"])

    with pytest.raises(KeyMissing, match="MENDLINE_KEYS"):
        Vault(clinic.parts.database, (b"n" * 32,)).rotate()

    assert clinic.rows(metadata.tables["data_key"]) == before


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
