"""A ward to measure on: patients in the middle of a check-in, and a nurse on call, in a released database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, select, update

from bot import app as joining
from bot.bench.texts import phone
from bot.core.enrollment import Consent, EnrollmentState
from bot.core.flow import Ask, Flow, Kind
from bot.core.session import start
from bot.errors import UserError
from bot.service import release, team
from bot.service.parts import Parts
from bot.settings import Settings
from bot.store import contacts, patients, sessions
from bot.store.patients import NewPatient
from bot.store.tables import answer, contact, inbox, session

NURSE = "+15075550190"
WAITS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ward:
    """`flow` is the check-in that everybody is in; each patient waits at its first question."""

    parts: Parts
    flow: Flow
    people: int

    @property
    def first_step(self) -> str:
        return self.flow.steps[0].name


def open_ward(settings: Settings, people: int) -> Ward:
    now = datetime.now(UTC)
    parts = joining.join(settings)
    release.release(parts, settings.flows, now)
    team.add(parts, NURSE, name="Nurse", email="", role="nurse", rung=1, now=now)
    script = parts.scripts.live()
    ward = Ward(parts, _flow_about_pain(script.whole.flows.values()), people)
    for first in range(0, people, 200):
        numbers = range(first, min(people, first + 200))
        parts.database.write(partial(_admit, ward=ward, version=script.version, numbers=numbers, now=now), patience=60)
    return ward


def _flow_about_pain(flows: object) -> Flow:
    """The shipped check-in with the most questions among those that begin with a number from 0 to 10."""
    assert hasattr(flows, "__iter__")  # noqa: S101
    found = [flow for flow in flows if isinstance(flow, Flow) and _begins_with_scale(flow)]
    if not found:
        raise UserError("No check-in in flows/ begins with a question from 0 to 10: there is nothing to measure.")
    return max(found, key=lambda flow: len(flow.steps))


def _begins_with_scale(flow: Flow) -> bool:
    first = flow.steps[0]
    return isinstance(first, Ask) and first.question.kind is Kind.SCALE


def _admit(tx: Connection, *, ward: Ward, version: int, numbers: range, now: datetime) -> None:
    parts = ward.parts
    for number in numbers:
        known = contacts.ensure(tx, parts.vault, phone(number), language="en", now=now, new_id=parts.ids)
        contacts.set_consent(tx, known.id, Consent.JOINED)
        patient_id, day = parts.ids(), (now - timedelta(days=3)).date()
        new = NewPatient("Ana Ruiz", "en", "America/Chicago", day)
        patients.add(tx, parts.vault, patient_id, known.id, new, now)
        patients.enroll(tx, parts.ids(), patient_id, day, EnrollmentState.ACTIVE, now)
        sessions.begin(
            tx,
            parts.vault,
            parts.ids(),
            contact_id=known.id,
            patient_id=patient_id,
            occurrence=f"bench:{number}",
            session=start(ward.flow, version).session,
            nudge_at=now + WAITS,
            expires_at=now + WAITS,
            now=now,
        )


def rewind(ward: Ward) -> None:
    """Everybody waits at the first question again."""

    def work(tx: Connection) -> None:
        tx.execute(update(session).values(step=ward.first_step, state="active", unclear=0, closed=None, ended_at=None))
        tx.execute(update(contact).values(replies=0, replies_since=None, idle_answers=0, idle_at=None))

    ward.parts.database.write(work, patience=60)


def handled(ward: Ward) -> int:
    """How many texts were taken in and understood so far: each left an answer."""

    def work(tx: Connection) -> int:
        texts = tx.execute(select(func.count()).where(inbox.c.state == "handled")).scalar_one()
        answers = tx.execute(select(func.count()).select_from(answer)).scalar_one()
        return min(texts, answers)

    return ward.parts.database.read(work)
