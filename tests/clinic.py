"""A clinic in one process, for journeys: real Flask over HTTP, the official Twilio client, the pretend carrier.

`patient.texts("8")`, `patient.hears("call 911")`, `nurse.hears("EMERGENCY")`, `clock.forward(hours=2)`. A message that
nobody asked about fails the test at its end: silence is a promise too.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot import app as joining
from bot import settings as reading
from bot.carrier.message import Arrivals, Listed, Outgoing
from bot.carrier.pretend.company import PretendCarrier
from bot.carrier.pretend.records import Shown
from bot.carrier.pretend.server import Server
from bot.carrier.pretend.signature import sign
from bot.carrier.twilio import TwilioCarrier
from bot.clock import Uptime
from bot.core.enrollment import Channel, Lane
from bot.service import alert, clock_steps, deliver, enroll, publish, recovery, release, team
from bot.service.parts import Carrier, Parts
from bot.service.reconcile.reading import is_behind
from bot.service.scripts import Script, Scripts
from bot.service.talk import Moment
from bot.store import alerts, publications
from bot.store.alerts import Alert
from bot.store.oncall.tables import rota_watch, shift
from bot.store.patients import NewPatient
from bot.store.tables import alert as alert_table
from bot.store.tables import inbox, metadata, outbox, plan_entry, session, silence
from bot.web.site import Site, create
from bot.worker import clock as ticking

FLOWS = Path(__file__).resolve().parents[1] / "flows"
TUESDAY = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
"""13:30 in Chicago, where the clinic and its patients are: the office is open, and no tip or check-in is due."""

MORNING = datetime(2026, 11, 24, 15, 55, tzinfo=UTC)
"""09:55 in Chicago: the check-in of the day is due in five minutes."""

NIGHT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
"""02:00 in Chicago: the office is closed, and nobody may be written to unasked."""

MOST_ROUNDS = 200

READING_SECONDS = 10
"""How long a person takes to read a question and to answer it."""


class MovedClock:
    """The clinic's clock in a test's hand. Real time goes along with it, unless the test moves it apart."""

    def __init__(self, at: datetime) -> None:
        self._now = self._started = at
        self._apart = self._stepped = timedelta()
        self._boots = 1
        self.settle: Callable[[], None] = lambda: None
        self.next_due: Callable[[datetime], datetime | None] = lambda _: None

    def now(self) -> datetime:
        return self._now

    def real(self) -> datetime:
        return self._now + self._apart

    def uptime(self) -> Uptime:
        return Uptime(f"boot {self._boots}", self.real() - self._stepped - self._started)

    def reboot(self) -> None:
        """The machine starts anew: how long it has run counts from now."""
        self._boots += 1
        self._started = self.real() - self._stepped

    def forward(self, **duration: float) -> None:
        """Let time pass as it would: stopping at every moment at which something is due."""
        self.until(self._now + timedelta(**duration))

    def until(self, end: datetime) -> None:
        self.settle()
        while (due := self.next_due(self._now)) is not None and due < end:
            self._now = max(self._now, due) + timedelta(milliseconds=1)
            self.settle()
        self._now = end
        self.settle()

    def wait_real(self, **duration: float) -> None:
        """Let real time pass alone, as somebody types or walks away from a desk; the clinic's stands still."""
        self._apart += timedelta(**duration)

    def jump(self, **duration: float) -> None:
        """Move the clinic's clock without anything happening on the way; real time stays."""
        self._now += timedelta(**duration)
        self._apart -= timedelta(**duration)

    def step(self, **duration: float) -> None:
        """Set the machine's own clock, and the clinic's with it; no time has really passed."""
        self._now += timedelta(**duration)
        self._stepped += timedelta(**duration)


class Handset:
    """A phone in somebody's hand. What it receives must be asked about."""

    def __init__(self, clinic: Clinic, number: str, id_: str, name: str) -> None:
        self.clinic = clinic
        self.number = number
        self.id = id_
        self.name = name
        self._phone = clinic.carrier.phone(number)
        self._read = 0
        self._typed_at: datetime | None = None

    def texts(self, body: str, *, media: int = 0, at_once: bool = False) -> list[str]:
        """Type and send; what the webhook's answer brought is returned, and still waits to be asked about.

        A person reads before they answer again, unless they text `at_once`.
        """
        if self._typed_at == self.clinic.clock.now() and not at_once:
            self.clinic.clock.forward(seconds=READING_SECONDS)
        self._typed_at = self.clinic.clock.now()
        answer = [shown.body for shown in self._phone.texts(body, media=media)]
        self.clinic.settle()
        return answer

    @property
    def waiting(self) -> list[Shown]:
        """What arrived and has not been asked about."""
        return self._phone.received[self._read :]

    def hears(self, *fragments: str) -> str:
        """The next message holds these words. Returns it."""
        self.clinic.settle()
        assert self.waiting, f"{self.name} hears nothing; expected {fragments}"
        body = self.waiting[0].body
        self._read += 1
        for fragment in fragments:
            assert fragment.casefold() in body.casefold(), f"{self.name} heard {body!r}, without {fragment!r}"
        return body

    def hears_nothing(self) -> None:
        self.clinic.settle()
        heard = [shown.body for shown in self.waiting]
        assert heard == [], f"{self.name} heard {heard}"

    def forgets(self) -> list[str]:
        """Let everything that arrived so far pass."""
        self.clinic.settle()
        heard = [shown.body for shown in self.waiting]
        self._read += len(heard)
        return heard


class ReadOnce(Scripts):
    """The same publication is read once a run, whichever clinic has it: reading takes longer than most journeys."""

    _read_before: ClassVar[dict[str, Script]] = {}

    def _read(self, number: int) -> Script:
        publication = self._database.read(lambda tx: publications.get(tx, number)) if number else None
        key = f"{number}:{publications.digest(publication.sources)}" if publication else ""
        if not key:
            return super()._read(number)
        if key not in self._read_before:
            self._read_before[key] = super()._read(number)
        return self._read_before[key]


def release_once(database_url: str, folder: Path) -> None:
    """Fill a database with the schema, keys and the shipped flows, for clinics to begin from."""
    flows = copy_flows(FLOWS, folder)
    reading.make_key_file(folder)
    parts = joining.join(reading.read({"DATABASE_URL": database_url, "MENDLINE_DATA": str(folder)}))
    release.release(parts, flows, TUESDAY - timedelta(days=365))
    parts.database.close()


def copy_flows(flows: Path, folder: Path) -> Path:
    copied = folder / "flows"
    shutil.copytree(flows, copied)
    return copied


class Mailbox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Outgoing] = []

    def send(self, message: Outgoing) -> str:
        self.mails.append(message)
        return ""

    def sent_to(self, phone: str, since: datetime) -> list[Listed]:  # noqa: ARG002 - mail has no list to ask
        return []

    def sent(self, since: datetime) -> list[Listed]:  # noqa: ARG002
        return []

    def arrived(self, since: datetime) -> Arrivals:  # noqa: ARG002
        return Arrivals()


class Clinic:
    """Everything of one clinic, on SQLite or Postgres, with its clock in hand."""

    def __init__(
        self,
        *,
        database_url: str,
        folder: Path,
        at: datetime = TUESDAY,
        flows: Path = FLOWS,
        mail: Carrier | None = None,
        keys: Path | None = None,
    ) -> None:
        self.clock = MovedClock(at)
        folder.mkdir(parents=True, exist_ok=True)
        self._shipped, self._folder = flows, folder
        self.carrier = PretendCarrier(now=self.clock.now).start()
        if keys is not None:
            shutil.copy(keys, reading.key_file(folder))
        reading.make_key_file(folder)
        self.settings = reading.read(
            {"DATABASE_URL": database_url, "MENDLINE_DATA": str(folder), "MENDLINE_FLOWS": str(folder / "flows")}
        )
        carriers: dict[Channel, Carrier] = {Channel.SMS: TwilioCarrier(self._account())}
        if mail is not None:
            carriers[Channel.EMAIL] = mail
        self.parts: Parts = self._joined(carriers)
        if keys is None:  # else the database was released before, and is a copy
            release.release(self.parts, self.flows, at)
        if flows != FLOWS:
            self.publish()
        self.site = Site(
            parts=self.parts,
            clock=self.clock,
            tokens=(self.carrier.token,),
            has_bell=lambda: False,
            pretend_url=lambda: self.carrier.url,
            data=folder,
            flows=folder / "flows",
        )
        self._serve()
        self.clock.settle = self.settle
        self.clock.next_due = self._next_due
        self._numbers = itertools.count(1)
        self.handsets: list[Handset] = []
        self.sends_by_itself = True
        self._others: list[Parts] = []

    @cached_property
    def flows(self) -> Path:
        """The folder of conversations, this clinic's own; most journeys never look at it."""
        return copy_flows(self._shipped, self._folder)

    def _joined(self, carriers: dict[Channel, Carrier]) -> Parts:
        parts = joining.join(self.settings, carriers=carriers)
        return replace(parts, scripts=ReadOnce(parts.database))

    def _account(self) -> reading.Twilio:
        return replace(
            joining.pretend_account(reading.read({}), self.carrier.url),
            account_sid=self.carrier.account_sid,
            tokens=(self.carrier.token,),
        )

    def _serve(self) -> None:
        self.web = Server(_not_yet)
        base = self.web.url
        self.parts = replace(self.parts, base_url=base)
        self.site = replace(self.site, parts=self.parts)
        self.web.app = self.app = create(self.site)
        self.web.start()
        self.carrier.account.webhook = f"{base}/sms/inbound#rc=2&rp=all"

    def goes_down(self) -> None:
        """Nobody is at home: no web server, no clock, no worker. The carrier goes on."""
        self.sends_by_itself = False
        self._port = self.web.server_address[1]
        self.web.stop()

    def comes_back(self) -> None:
        """On the same port, as the carrier knows it."""
        self.web = Server(self.app, port=int(self._port))
        self.web.start()
        self.sends_by_itself = True

    def post(
        self, path: str, fields: dict[str, str], *, token: str = "", headers: dict[str, str] | None = None
    ) -> TestResponse:
        """A webhook as the carrier would post it, signed with its token (or another)."""
        url = self.parts.base_url + path
        signature = sign(token or self.carrier.token, url, fields.items())
        return self.browser.post(path, data=fields, headers={"X-Twilio-Signature": signature, **(headers or {})})

    def reopen(self, parts: Parts) -> None:
        """Go on with other parts, as after a restart."""
        self.parts = parts
        self.site = replace(self.site, parts=parts)
        self.web.app = self.app = create(self.site)

    @property
    def browser(self) -> FlaskClient:
        """A visitor of the clinic's pages."""
        return self.app.test_client()

    def another_process(self) -> Parts:
        """What a second clock or worker on the same database would work with."""
        parts = self._joined(self.parts.carriers)
        self._others.append(parts)
        return replace(parts, base_url=self.parts.base_url)

    @property
    def moment(self) -> Moment:
        return Moment(self.clock.now(), self.clock.real())

    def patient(
        self,
        *,
        day: int = 3,
        language: str = "en",
        zone: str = "America/Chicago",
        consented: bool = True,
        name: str = "Maria Delgado",
    ) -> Handset:
        """Somebody whose surgery was `day` days ago, enrolled this moment."""
        number = f"+1507555{next(self._numbers):04d}"
        surgery = self.clock.now().astimezone(UTC).date() - timedelta(days=day)
        id_ = enroll.enroll(
            self.parts, number, NewPatient(name, language, zone, surgery), consented=consented, now=self.clock.now()
        )
        return self.handset(number, id_, name)

    def nurse(self, *, rung: int | None = 1, name: str = "Nurse One", email: str = "", role: str = "nurse") -> Handset:
        number = f"+1507556{next(self._numbers):04d}"
        id_ = team.add(self.parts, number, name=name, email=email, role=role, rung=rung, now=self.clock.now())
        return self.handset(number, id_, name)

    def stranger(self) -> Handset:
        return self.handset(f"+1507557{next(self._numbers):04d}", "", "a stranger")

    def handset(self, number: str, id_: str, name: str) -> Handset:
        """The phone of somebody who was made in another way."""
        handset = Handset(self, number, id_, name)
        self.handsets.append(handset)
        return handset

    def settle(self) -> None:
        """Let clock and workers do all that is due at this moment, and the carrier finish what it carries."""
        if not self.sends_by_itself:
            return
        for _ in range(MOST_ROUNDS):
            ticking.look_at_clocks(self.parts, self.clock)
            ticking.tick(self.parts, self.moment)
            sent = sum(deliver.drain(self.parts, lane, self.moment) for lane in Lane)
            self.carrier.settled()
            if not sent and self._is_at_rest():
                return
        raise AssertionError("the clinic never comes to rest: something is due again and again")

    def _is_at_rest(self) -> bool:
        """Nothing is due; or what is due waits: until staff have looked at a clock that jumped, or until the
        carrier's list can be read."""
        due = self._next_due(datetime.min.replace(tzinfo=UTC))
        if due is None or due > self.clock.now():
            return True
        waits = (clock_steps.is_held(self.parts), recovery.is_on(self.parts), is_behind(self.parts, self.moment))
        return any(waits)

    def _next_due(self, after: datetime) -> datetime | None:
        """The next moment at which anything falls due."""
        moments = self.parts.database.read(lambda tx: [tx.execute(query).scalar() for query in _DUE])
        shift = self.clock.now() - self.clock.real()
        real = self.parts.database.read(lambda tx: [tx.execute(query).scalar() for query in _DUE_REAL])
        known = [m for m in moments if m is not None] + [m + shift for m in real if m is not None]
        return min((m for m in known if m > after or after.year == 1), default=None)

    @property
    def alerts(self) -> list[Alert]:
        return self.parts.database.read(alerts.every)

    @property
    def alert(self) -> Alert:
        """The one alert there is."""
        (only,) = self.alerts
        return only

    def acknowledges(self, member: Handset, code: str) -> None:
        alert.acknowledge(self.parts, code, member.id, self.clock.now())

    def rows(self, table: object) -> list[dict[str, object]]:
        return self.parts.database.read(
            lambda tx: [dict(row._mapping) for row in tx.execute(select(table))]  # type: ignore[call-overload]  # noqa: SLF001
        )

    def rows_of(self, name: str) -> list[dict[str, object]]:
        return self.rows(metadata.tables[name])

    def publish(self) -> None:
        publish.publish(self.parts, self.flows, self.clock.now())

    def publish_with(self, name: str, old: str, new: str) -> None:
        """Publish the flows with one thing changed."""
        changed = self.flows / name
        text = changed.read_text("utf-8")
        assert old in text
        changed.write_text(text.replace(old, new), "utf-8")
        self.publish()

    def close(self, *, check: bool) -> None:
        try:
            if check:
                for handset in self.handsets:
                    handset.hears_nothing()
        finally:
            self.web.stop()
            self.carrier.stop()
            for parts in (self.parts, *self._others):
                parts.database.close()


def _not_yet(_environ: object, _start: object) -> list[bytes]:
    """The site's address must be known before the site can be made."""
    raise AssertionError("nobody may come in yet")


_DUE = (
    select(func.min(plan_entry.c.due_at)).where(plan_entry.c.state == "planned"),
    select(func.min(outbox.c.due_at)).where(outbox.c.state == "pending"),
    select(func.min(session.c.nudge_at)).where(session.c.state == "active"),
    select(func.min(session.c.expires_at)).where(session.c.state == "active"),
    select(func.min(alert_table.c.next_action_at)).where(alert_table.c.state != "resolved"),
    select(func.min(silence.c.next_at)),
    select(rota_watch.c.next_look_at).where(select(shift.c.id).exists()),  # without a rota nothing hangs on it
)
_DUE_REAL = (
    select(func.min(outbox.c.lease_until)).where(outbox.c.state == "sending"),
    select(func.min(inbox.c.next_attempt_at)).where(inbox.c.state == "received"),
)


def dates(start: date, count: int) -> Iterator[date]:
    return (start + timedelta(days=ahead) for ahead in range(count))
