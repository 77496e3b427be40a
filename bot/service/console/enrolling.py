"""Patients are enrolled from a form or a file: every mistake is said at once; nothing is kept before it is right."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.core.hours import local_day, zone
from bot.errors import Refused, UserError
from bot.service import enroll, typed
from bot.service.parts import Parts
from bot.store import contacts, patients
from bot.store.console import details
from bot.store.console.details import Detail
from bot.store.patients import NewPatient

COLUMNS = (
    "phone", "name", "language", "timezone", "surgery", "procedure", "care_team", "emergency_contact", "address",
    "consented",
)  # fmt: skip
NEEDED = ("phone", "name", "surgery", "timezone")
YES, NO = {"yes", "y", "true", "1", "si", "sí", "x"}, {"", "no", "n", "false", "0"}
MOST_ROWS = 500
EXAMPLE = (
    "phone,name,language,timezone,surgery,procedure,care_team,emergency_contact,address,consented\n"
    '+15075550101,Ana Ruiz,es,America/Chicago,2026-11-20,L4-L5 fusion,Dr. Chen,"+15075550102 Luis Ruiz",,yes\n'
)

Box = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody whose boxes were all right."""

    phone: str
    new: NewPatient
    detail: Detail
    consented: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """`problems`: box -> sentence. `applicant` is None while there is any."""

    boxes: Box
    problems: Mapping[str, str]
    applicant: Applicant | None = None
    line: int = 0


def check(parts: Parts, boxes: Box, now: datetime) -> Checked:
    """Every box looked at, so that all mistakes are mended in one go."""
    problems: dict[str, str] = {}

    def read(box: str, how: Callable[[str], str]) -> str:
        try:
            return how(boxes.get(box, ""))
        except UserError as wrong:
            problems[box] = f"{str(wrong)[:1].upper()}{str(wrong)[1:]}"
            return ""

    languages = parts.scripts.live().whole.notices.text("consent")
    phone, name = read("phone", typed.phone), read("name", typed.name)
    language = read("language", lambda text: typed.one_of(text.strip().lower() or "en", languages))
    place = read("timezone", lambda text: typed.timezone(text.strip()))
    today = local_day(now, zone(place or "UTC"))
    surgery = read("surgery", lambda text: typed.surgery(text, today).isoformat())
    contact, address = read("emergency_contact", typed.emergency_contact), read("address", typed.words)
    procedure, team = read("procedure", typed.words), read("care_team", typed.words)
    consented = read("consented", _consent)
    if phone and (known := _known(parts, phone)):
        problems["phone"] = known
    if problems:
        return Checked(boxes, problems)
    new = NewPatient(name, language, place, typed.surgery(surgery, today), contact, address)
    return Checked(boxes, {}, Applicant(phone, new, Detail(procedure, team), consented == "yes"))


def _consent(text: str) -> str:
    word = text.strip().casefold()
    if word in YES:
        return "yes"
    if word in NO:
        return ""
    raise typed.Mistyped('write "yes" where consent was taken on paper, and leave it empty where not.')


def _known(parts: Parts, phone: str) -> str:
    def look(tx: Connection) -> str:
        contact = contacts.find(tx, parts.vault.index(phone))
        if contact is None:
            return ""
        if patients.of_contact(tx, contact.id):
            return "This number is enrolled already."
        return "This number has texted STOP: only its own START lifts that." if contact.consent == "stopped" else ""

    return parts.database.read(look)


def enroll_one(parts: Parts, who: Applicant, now: datetime) -> str:
    """Returns the patient's id. Raises Refused as `enroll` does."""
    patient_id = enroll.enroll(parts, who.phone, who.new, consented=who.consented, now=now)
    parts.database.write(lambda tx: details.keep(tx, parts.vault, patient_id, who.detail))
    return patient_id


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it would be taken in. `problem` is about the file as a whole."""

    rows: Sequence[Checked] = ()
    problem: str = ""

    @property
    def mistakes(self) -> int:
        return sum(len(row.problems) for row in self.rows)

    @property
    def is_good(self) -> bool:
        return bool(self.rows) and not self.problem and not self.mistakes


def preview(parts: Parts, text: str, now: datetime) -> Preview:
    """Every mistake of every line, before anything is kept."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), strict=True, skipinitialspace=True)
    try:
        names = [name.strip().casefold().replace(" ", "_") for name in reader.fieldnames or []]
        reader.fieldnames = names
        if problem := _about_columns(names):
            return Preview(problem=problem)
        lines = [(reader.line_num, row) for row in reader if any(_cell(value).strip() for value in row.values())]
    except csv.Error as error:
        return Preview(problem=f"This is not a CSV file that can be read: {error}, near line {reader.line_num}.")
    if not lines:
        return Preview(problem="The file has a header and no patients below it.")
    if len(lines) > MOST_ROWS:
        return Preview(problem=f"At most {MOST_ROWS} patients at once, and this has {len(lines)}: cut it in parts.")
    return Preview(_without_doubles([_checked(parts, line, row, now) for line, row in lines]))


def _about_columns(names: Sequence[str]) -> str:
    missing = [name for name in NEEDED if name not in names]
    strange = [name for name in names if name not in COLUMNS]
    if missing:
        return f"The first line must name the columns; missing: {', '.join(missing)}. Known are {', '.join(COLUMNS)}."
    return f"There is no column {strange[0]!r}. Known are {', '.join(COLUMNS)}." if strange else ""


def _cell(value: object) -> str:
    return value if isinstance(value, str) else ""


def _checked(parts: Parts, line: int, row: Mapping[str, object], now: datetime) -> Checked:
    boxes = {name: _cell(value) for name, value in row.items() if isinstance(name, str)}
    found = check(parts, boxes, now)
    problems = dict(found.problems)
    if None in row or any(value is None for value in row.values()):
        problems["line"] = "This line has more or fewer columns than the first one; put commas inside quotes."
    return Checked(boxes, problems, None if problems else found.applicant, line)


def _without_doubles(rows: Sequence[Checked]) -> Sequence[Checked]:
    """The same number twice in one file is a mistake of the later line."""
    first: dict[str, int] = {}
    for row in rows:
        if row.applicant:
            first.setdefault(row.applicant.phone, row.line)
    return [_second(row, first) for row in rows]


def _second(row: Checked, first: Mapping[str, int]) -> Checked:
    if row.applicant is None or first[row.applicant.phone] == row.line:
        return row
    return Checked(
        row.boxes, {"phone": f"This number is on line {first[row.applicant.phone]} already."}, None, row.line
    )


def enroll_all(parts: Parts, text: str, now: datetime) -> int:
    """Returns how many. Raises Refused when the file has mistakes: none is enrolled then."""
    found = preview(parts, text, now)
    if not found.is_good:
        raise Refused(found.problem or f"{found.mistakes} mistakes are left in the file")
    for row in found.rows:
        if row.applicant:
            enroll_one(parts, row.applicant, now)
    return len(found.rows)
