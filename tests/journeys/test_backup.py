"""The whole clinic in one sealed file, put into another database; and nobody hears twice, or after a STOP, by it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import app
from bot import settings as reading
from bot.errors import Refused, UserError
from bot.service import recovery
from bot.service.console.trail import Trail
from bot.service.parts import Parts
from bot.service.safekeeping import backup
from bot.service.talk import Moment
from bot.store import migrate
from bot.store.safekeeping import envelope, rows
from bot.store.tables import metadata, plan_entry
from tests.clinic import MORNING, TUESDAY, Clinic, Handset

KEY = b"b" * 32
Open = Callable[..., Clinic]
Nowhere = Callable[[str], str]
CHANGED_BY_RESTORING = {"data_key", "mark", "audit_entry", "audit_head"}


def back_up(clinic: Clinic, folder: Path, name: str = "backup") -> Path:
    path = folder / name
    backup.make(clinic.parts, Trail(clinic.parts, None), path, KEY, clinic.moment)
    return path


class Elsewhere:
    """Another place with a key of its own and an empty database, at a later time."""

    def __init__(self, url: str, folder: Path, at: datetime) -> None:
        self.url, self.folder, self.at = url, folder, at
        reading.make_key_file(folder)

    def restore(self, file: Path, key: bytes = KEY) -> None:
        parts = self.parts()
        try:
            backup.restore(parts, self.folder / "audit.heads", file, [key], Moment(self.at, self.at))
        finally:
            parts.database.close()

    def parts(self) -> Parts:
        return app.join(reading.read({"DATABASE_URL": self.url, "MENDLINE_DATA": str(self.folder)}))

    def open(self) -> Clinic:
        place = self.folder / "clinic"
        return Clinic(database_url=self.url, folder=place, keys=reading.key_file(self.folder), at=self.at)


@pytest.fixture
def elsewhere(begun: object, nowhere: Nowhere, tmp_path: Path) -> Callable[[datetime], Elsewhere]:
    """Of the same kind as the clinic; `begun` has made its database already."""
    kind = "sqlite" if "sqlite" in str(begun) else "postgres"
    return lambda at: Elsewhere(nowhere(kind), tmp_path / "elsewhere", at)


@pytest.fixture
def opened() -> Iterator[Callable[[Elsewhere], Clinic]]:
    clinics: list[Clinic] = []

    def open_(place: Elsewhere) -> Clinic:
        clinics.append(place.open())
        return clinics[-1]

    yield open_
    for clinic in clinics:
        clinic.close(check=True)


def everything(clinic: Clinic) -> dict[str, list[str]]:
    """All rows, but for what a restore changes on purpose."""
    names = [table.name for table in metadata.sorted_tables if table.name not in CHANGED_BY_RESTORING]
    return {name: sorted(map(repr, clinic.rows_of(name))) for name in names}


def same_phone(clinic: Clinic, handset: Handset) -> Handset:
    return clinic.handset(handset.number, handset.id, handset.name)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_clinic_comes_back_whole_on_either_database(
    clinic: Clinic, nowhere: Nowhere, tmp_path: Path, opened: Callable[[Elsewhere], Clinic], kind: str
) -> None:
    nurse = clinic.nurse()
    patient = clinic.patient(name="Ana Zúñiga")
    patient.texts("i cant breathe")
    clinic.acknowledges(nurse, clinic.alert.code)
    before = everything(clinic)
    place = Elsewhere(nowhere(kind), tmp_path / "elsewhere", TUESDAY)

    place.restore(back_up(clinic, tmp_path))
    there = opened(place)

    assert {name for name, rows in before.items() if rows} >= {"inbox", "outbox", "patient", "publication", "receipt"}
    assert everything(there) == before
    assert there.alert.quote(there.parts.vault) == "i cant breathe"
    assert Trail(there.parts, None).verify().problems == ()
    assert migrate.is_current(there.parts.database)
    for handset in (nurse, patient):
        handset.forgets()


def test_open_alerts_are_paged_anew_at_once_and_all_else_waits(
    open_clinic: Open, elsewhere: Callable[[datetime], Elsewhere], opened: Callable[[Elsewhere], Clinic], tmp_path: Path
) -> None:
    clinic = open_clinic(at=MORNING - timedelta(minutes=5))
    nurse, patient, other = clinic.nurse(), clinic.patient(), clinic.patient(day=10)
    patient.texts("i cant breathe")
    file = back_up(clinic, tmp_path)
    for handset in clinic.handsets:
        handset.forgets()
    place = elsewhere(MORNING + timedelta(hours=2))

    place.restore(file)
    there = opened(place)
    phones = [same_phone(there, each) for each in (nurse, patient, other)]
    there.carrier.fault("error_503", on="list", count=None)
    there.clock.forward(minutes=20)

    phones[0].hears(there.alert.code)
    phones[0].forgets()
    phones[1].hears_nothing()
    phones[2].hears_nothing()
    assert recovery.is_on(there.parts)


def test_a_stop_since_the_backup_is_heard_before_anything_is_sent(
    open_clinic: Open, elsewhere: Callable[[datetime], Elsewhere], opened: Callable[[Elsewhere], Clinic], tmp_path: Path
) -> None:
    clinic = open_clinic(at=MORNING - timedelta(minutes=5))
    patient, other = clinic.patient(day=3), clinic.patient(day=3)
    clinic.settle()
    place = elsewhere(MORNING)
    place.restore(back_up(clinic, tmp_path))
    there = opened(place)
    phone, other_phone = same_phone(there, patient), same_phone(there, other)
    there.carrier.parts.texting.write(patient.number, "STOP")

    there.clock.forward(minutes=30)

    assert not recovery.is_on(there.parts)
    phone.hears("no more texts")
    phone.hears_nothing()
    other_phone.hears("day 3")


def test_what_may_have_gone_out_is_not_sent_again_and_what_lies_ahead_is(
    open_clinic: Open, elsewhere: Callable[[datetime], Elsewhere], opened: Callable[[Elsewhere], Clinic], tmp_path: Path
) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    file = back_up(clinic, tmp_path)
    clinic.clock.forward(minutes=10)
    patient.hears("pain right now")
    place = elsewhere(MORNING + timedelta(minutes=30))

    place.restore(file)
    there = opened(place)
    phone = same_phone(there, patient)
    assert recovery.end(there.parts)
    there.clock.forward(hours=1)

    phone.hears_nothing()
    skipped = [row for row in there.rows(plan_entry) if row["state"] == "skipped"]
    assert [row["item"] for row in skipped if row["reason"] == recovery.MAY_HAVE_GONE_OUT] == ["checkin-03"]

    there.clock.forward(hours=48)

    assert phone.forgets()


def test_whoever_texts_while_it_recovers_is_answered(
    clinic: Clinic,
    elsewhere: Callable[[datetime], Elsewhere],
    opened: Callable[[Elsewhere], Clinic],
    tmp_path: Path,
) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    place = elsewhere(TUESDAY + timedelta(hours=1))
    place.restore(back_up(clinic, tmp_path))
    there = opened(place)
    phone, pager = same_phone(there, patient), same_phone(there, nurse)

    phone.texts("i cant breathe")

    phone.hears("911")
    pager.hears(there.alert.code)


def test_the_gate_is_said_aloud_and_ends_once(
    clinic: Clinic, elsewhere: Callable[[datetime], Elsewhere], opened: Callable[[Elsewhere], Clinic], tmp_path: Path
) -> None:
    place = elsewhere(TUESDAY)
    place.restore(back_up(clinic, tmp_path))
    there = opened(place)

    assert "restored from a backup" in there.browser.get("/readyz").get_data(as_text=True)
    assert (recovery.end(there.parts), recovery.end(there.parts)) == (True, False)
    assert "restored from a backup" not in there.browser.get("/readyz").get_data(as_text=True)


def test_a_backup_is_one_moment_although_texts_come_in(clinic: Clinic, tmp_path: Path) -> None:
    """A text and its answer are one transaction: in a torn copy some answers would have no text."""
    clinic.sends_by_itself = False
    stop, taken = threading.Event(), itertools.count(1)

    def load() -> None:
        while not stop.is_set():
            number = next(taken)
            fields = {"MessageSid": f"SM{number:032x}", "From": f"+1507558{number:04d}", "Body": "who is this"}
            clinic.post("/sms/inbound", fields)

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        files = [back_up(clinic, tmp_path, f"backup {number}") for number in range(3)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    for file in files:
        held = contents(file)
        texts = {row["id"] for row in held["inbox"]}
        assert {row["inbox_id"] for row in held["outbox"]} <= texts
        assert {row["contact_id"] for row in held["outbox"]} <= {row["id"] for row in held["contact"]}
    assert len(texts) > 5


def contents(file: Path) -> dict[str, list[dict[str, object]]]:
    held: dict[str, list[dict[str, object]]] = {}
    for name, _, batch in rows.batches(envelope.lines(file, [KEY])):
        held.setdefault(name, []).extend(batch)
    return held


def test_only_into_an_empty_database(clinic: Clinic, tmp_path: Path) -> None:
    file = back_up(clinic, tmp_path)
    before = everything(clinic)

    with pytest.raises(Refused, match="something in this database already"):
        backup.restore(clinic.parts, tmp_path / "heads", file, [KEY], clinic.moment)

    assert everything(clinic) == before


def test_a_name_that_is_taken_is_left_alone(clinic: Clinic, tmp_path: Path) -> None:
    file = back_up(clinic, tmp_path)
    before = file.read_bytes()

    with pytest.raises(Refused, match="is there already"):
        back_up(clinic, tmp_path)

    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.glob("*.part")] == []


def changed(data: bytes, how: str) -> bytes:
    middle = len(data) // 2
    frame = data.index(b"\n", len(envelope.MAGIC)) + 1
    return {
        "a bit": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "cut": data[:-1],
        "cut to half": data[:middle],
        "added": data + b"\0" * 40,
        "header": data.replace(b'"schema": "', b'"schema": "0001", "x": "', 1),
        "time": data.replace(b'"made_at": "2', b'"made_at": "3', 1),
        "no frames": data[:frame],
        "empty": b"",
    }[how]


@pytest.mark.parametrize("how", ["a bit", "cut", "cut to half", "added", "header", "time", "no frames", "empty"])
def test_a_file_that_was_touched_restores_nothing(
    clinic: Clinic, elsewhere: Callable[[datetime], Elsewhere], tmp_path: Path, how: str
) -> None:
    file = back_up(clinic, tmp_path)
    file.write_bytes(changed(file.read_bytes(), how))
    place = elsewhere(TUESDAY)

    with pytest.raises(Refused, match="Nothing was changed"):
        place.restore(file)

    parts = place.parts()
    try:
        assert migrate.revision(parts.database) is None
    finally:
        parts.database.close()


def test_another_key_opens_nothing(clinic: Clinic, elsewhere: Callable[[datetime], Elsewhere], tmp_path: Path) -> None:
    file = back_up(clinic, tmp_path)

    with pytest.raises(UserError, match=f"sealed with the key {envelope.fingerprint(KEY)}"):
        elsewhere(TUESDAY).restore(file, key=b"x" * 32)
